package gofunction

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

// The functions of these tests are built without the user's cache.
func TestMain(m *testing.M) {
	builder = &gobuild.Builder{}
	snapshot.Main(m)
}

// shop is a module whose functions need nothing but Go's runtime. What a test builds of it, the others need not build.
var shop = func() string {
	dir, err := filepath.Abs("testdata/shop")
	if err != nil {
		panic(err)
	}
	return dir
}()

// copyOfShop is the module in a new directory, of which nothing is built.
func copyOfShop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(shop)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newStack makes a stack named Shop in an app of its own that writes to a new directory.
func newStack(t *testing.T, context map[string]any) awscdk.Stack {
	t.Helper()
	return newStackIn(t.TempDir(), context)
}

func newStackIn(outdir string, context map[string]any) awscdk.Stack {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(outdir), Context: &context})
	return awscdk.NewStack(app, jsii.String("Shop"), nil)
}

// properties are those of the resource that a construct stands for, after synthesis.
func properties(t *testing.T, stack awscdk.Stack, child awscdk.CfnElement) map[string]any {
	t.Helper()
	resource := resources(t, stack)[*stack.GetLogicalId(child)]
	p, _ := resource["Properties"].(map[string]any)
	return p
}

func resources(t *testing.T, stack awscdk.Stack) map[string]map[string]any {
	t.Helper()
	outdir := *awscdk.Stage_Of(stack).Synth(nil).Directory()
	data, err := os.ReadFile(filepath.Join(outdir, *stack.TemplateFile()))
	if err != nil {
		t.Fatal(err)
	}
	var template struct{ Resources map[string]map[string]any }
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return template.Resources
}

// assets are the names of the files of all assets in an assembly, with their modes.
func assets(t *testing.T, outdir string) map[string]fs.FileMode {
	t.Helper()
	modes := map[string]fs.FileMode{}
	dirs, _ := filepath.Glob(filepath.Join(outdir, "asset.*"))
	for _, dir := range dirs {
		if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			name, _ := filepath.Rel(outdir, path)
			modes[filepath.ToSlash(name)] = info.Mode()
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return modes
}

// recovered is the error that f panics with.
func recovered(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			var ok bool
			if err, ok = r.(error); !ok {
				err = fmt.Errorf("not an error but a %T: %v", r, r)
			}
		}
	}()
	f()
	return nil
}

func TestProperties(t *testing.T) {
	stack := newStack(t, nil)
	group := awslogs.NewLogGroup(stack, jsii.String("Theirs"), nil)
	tests := []struct {
		name  string
		props Props
		want  map[string]any // nil: the property is not there
	}{
		{"Defaults", Props{}, map[string]any{
			"Runtime":       "provided.al2023",
			"Handler":       "bootstrap",
			"Architectures": []any{"arm64"},
			"Timeout":       10.0,
			"MemorySize":    256.0,
			"Description":   "example.com/shop/orders-fn",
			"Environment":   nil,
			"TracingConfig": nil,
			"LoggingConfig": map[string]any{"LogFormat": "JSON", "LogGroup": map[string]any{"Ref": "DefaultsLogs8CDCF33B"}},
		}},
		{"Directory", Props{Package: "./orders-fn"}, map[string]any{"Description": nil}},
		{
			"Architecture",
			Props{Architecture: awslambda.Architecture_X86_64()},
			map[string]any{"Architectures": []any{"x86_64"}},
		},
		{"ArchitectureBelow", Props{FunctionProps: &awslambda.FunctionProps{Architecture: awslambda.Architecture_X86_64()}},
			map[string]any{"Architectures": []any{"x86_64"}}},
		{"Environment", Props{
			Environment:   map[string]string{"AA": "1", "REGION": *stack.Region()},
			FunctionProps: &awslambda.FunctionProps{Environment: &map[string]*string{"BB": jsii.String("2")}},
		}, map[string]any{"Environment": map[string]any{"Variables": map[string]any{
			"AA":     "1",
			"BB":     "2",
			"REGION": map[string]any{"Ref": "AWS::Region"},
		}}}},
		{"FunctionProps", Props{FunctionProps: &awslambda.FunctionProps{
			Timeout: awscdk.Duration_Seconds(jsii.Number(3)), MemorySize: jsii.Number(512), Description: jsii.String("mine"),
			LoggingFormat: awslambda.LoggingFormat_TEXT, Tracing: awslambda.Tracing_ACTIVE,
		}}, map[string]any{
			"Timeout":       3.0,
			"MemorySize":    512.0,
			"Description":   "mine",
			"TracingConfig": map[string]any{"Mode": "Active"},
			"LoggingConfig": map[string]any{
				"LogFormat": "Text",
				"LogGroup":  map[string]any{"Ref": "FunctionPropsLogs917A8778"},
			},
		}},
		{"LogGroup", Props{FunctionProps: &awslambda.FunctionProps{LogGroup: group}},
			map[string]any{
				"LoggingConfig": map[string]any{"LogFormat": "JSON", "LogGroup": map[string]any{"Ref": "Theirs1F49785D"}},
			}},
	}
	var functions []awslambda.Function // All are made first, as a tree must not grow after its synthesis.
	for _, tt := range tests {
		if tt.props.Package == "" {
			tt.props.Package = "example.com/shop/orders-fn"
		}
		tt.props.Dir = shop
		functions = append(functions, New(stack, tt.name, &tt.props))
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := properties(t, stack, functions[i].Node().DefaultChild().(awscdk.CfnElement))
			for name, want := range tt.want {
				if diff := cmp.Diff(want, got[name]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func TestLogGroup(t *testing.T) {
	stack := newStack(t, nil)
	New(stack, "Default", &Props{Package: "./orders-fn", Dir: shop})
	New(stack, "Other", &Props{Package: "./orders-fn", Dir: shop, LogRetention: awslogs.RetentionDays_ONE_WEEK})
	template := assertions.Template_FromStack(stack, nil)
	template.ResourceCountIs(jsii.String("AWS::Logs::LogGroup"), jsii.Number(2))
	template.ResourceCountIs(jsii.String("AWS::Lambda::Function"), jsii.Number(2)) // None that sets a retention.
	template.HasResource(jsii.String("AWS::Logs::LogGroup"), map[string]any{
		"Properties": map[string]any{"RetentionInDays": 90}, "DeletionPolicy": "RetainExceptOnCreate",
	})
	template.HasResource(jsii.String("AWS::Logs::LogGroup"), map[string]any{
		"Properties": map[string]any{"RetentionInDays": 7}, "DeletionPolicy": "RetainExceptOnCreate",
	})
}

func TestPanics(t *testing.T) {
	stack := newStack(t, nil)
	orders := "example.com/shop/orders-fn"
	for _, tt := range []struct {
		name  string
		props *Props
		is    error
		want  []string
	}{
		{"nil", nil, ErrProps, []string{"Package is empty"}},
		{"Package", &Props{Package: "orders fn"}, ErrProps, []string{`"orders fn" is not an import path`}},
		{
			"Library",
			&Props{Package: "example.com/shop/price"},
			ErrNotMain,
			[]string{"example.com/shop/price is package price", "expected package main"},
		},
		{"Broken", &Props{Package: "./broken-fn"}, ErrGo, []string{"main.go:3:15: undefined: undefined"}},
		{
			"NoModule",
			&Props{Package: "example.com/other"},
			ErrGo,
			[]string{"no required module provides package example.com/other"},
		},
		{"Tags", &Props{Package: orders, Tags: []string{"a b"}}, ErrProps, []string{`Tags: "a b" is not a build tag`}},
		{
			"BuildSettings",
			&Props{Package: orders, BuildSettings: map[string]string{"GOOS": "darwin"}},
			ErrProps,
			[]string{`BuildSettings: got "GOOS", expected GOAMD64,`},
		},
		{
			"Architecture",
			&Props{Package: orders, Architecture: awslambda.Architecture_Custom(jsii.String("riscv64"), nil)},
			ErrProps,
			[]string{`Architecture: expected arm64 or x86_64, got "riscv64"`},
		},
		{"ArchitectureTwice", &Props{Package: orders, Architecture: awslambda.Architecture_ARM_64(),
			FunctionProps: &awslambda.FunctionProps{Architecture: awslambda.Architecture_ARM_64()}}, ErrProps,
			[]string{"FunctionProps.Architecture is set: Props.Architecture is set too"}},
		{
			"Code",
			&Props{Package: orders, FunctionProps: &awslambda.FunctionProps{Code: awslambda.Code_FromInline(jsii.String("x"))}},
			ErrProps,
			[]string{"FunctionProps.Code is set", "use awslambda.NewFunction"},
		},
		{
			"Runtime",
			&Props{Package: orders, FunctionProps: &awslambda.FunctionProps{Runtime: awslambda.Runtime_PROVIDED_AL2()}},
			ErrProps,
			[]string{"FunctionProps.Runtime is set", "provided.al2023"},
		},
		{"Handler", &Props{Package: orders, FunctionProps: &awslambda.FunctionProps{Handler: jsii.String("main")}}, ErrProps,
			[]string{"FunctionProps.Handler is set"}},
		{"LogGroup", &Props{Package: orders, LogRetention: awslogs.RetentionDays_ONE_DAY,
			FunctionProps: &awslambda.FunctionProps{LogGroup: awslogs.NewLogGroup(stack, jsii.String("G"), nil)}}, ErrProps,
			[]string{"FunctionProps.LogGroup is set: Props.LogRetention is set too"}},
		{"Variable", &Props{Package: orders, Environment: map[string]string{"BB": "", "AA": ""},
			FunctionProps: &awslambda.FunctionProps{Environment: &map[string]*string{"BB": nil}}}, ErrProps,
			[]string{"environment variable BB is both in Environment and in FunctionProps.Environment"}},
		{
			"VariableName",
			&Props{Package: orders, Environment: map[string]string{"A-B": ""}},
			ErrProps,
			[]string{`Environment: "A-B" is not the name of a variable`},
		},
		{
			"VariableNameOfOneLetter",
			&Props{Package: orders, Environment: map[string]string{"A": ""}},
			ErrProps,
			[]string{`Environment: "A" is not the name of a variable`},
		},
		{
			"File",
			&Props{Package: orders, Files: map[string][]byte{"../x": nil}},
			ErrProps,
			[]string{`Files: "../x" is not a relative path`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.props != nil {
				tt.props.Dir = shop
			}
			err := recovered(func() { New(stack, tt.name, tt.props) })
			if !errors.Is(err, tt.is) {
				t.Fatalf("panicked with %v, expected %q", err, tt.is)
			}
			for _, part := range append(tt.want, "gofunction: Shop/"+tt.name+": ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("expected %q in:\n%v", part, err)
				}
			}
			if stack.Node().TryFindChild(jsii.String(tt.name)) != nil {
				t.Errorf("the construct was made all the same")
			}
		})
	}
}

// CDK does not say which construct it refuses.
func TestWhatCDKRefuses(t *testing.T) {
	err := recovered(func() {
		New(newStack(t, nil), "Orders", &Props{
			Package: "example.com/shop/orders-fn", Dir: shop, Environment: map[string]string{"AWS_REGION": "eu-west-1"},
		})
	})
	const want = "gofunction: Shop/Orders: invalid properties: AWS_REGION environment variable is reserved"
	if !errors.Is(err, ErrProps) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("panicked with %v", err)
	}
}

// The caller named the function, and not its log group.
func TestPlaces(t *testing.T) {
	stack := newStack(t, nil)
	orders := func(scope constructs.Construct, id string) func() {
		return func() { New(scope, id, &Props{Package: "example.com/shop/orders-fn", Dir: shop}) }
	}
	orders(stack, "Orders")()
	awslogs.NewLogGroup(stack, jsii.String("OtherLogs"), nil)
	for _, tt := range []struct {
		name string
		do   func()
		want string
	}{
		{
			"an id twice",
			orders(stack, "Orders"),
			`gofunction: Shop/Orders: invalid properties: its scope has a construct "Orders" already: choose another id`,
		},
		{
			"the log group's id",
			orders(stack, "Other"),
			`gofunction: Shop/Other: invalid properties: its scope has a construct "OtherLogs" already`,
		},
		{"no scope", orders(nil, "Orders"), "gofunction: Orders: invalid properties: the scope is nil: give it the stack"},
		{
			"no scope and no properties",
			func() { New(nil, "Orders", nil) },
			"gofunction: Orders: invalid properties: Package is empty",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := recovered(tt.do); !errors.Is(err, ErrProps) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("panicked with %v, expected %q", err, tt.want)
			}
		})
	}
}

func TestNoGoCommand(t *testing.T) {
	stack := newStack(t, nil)
	props := &Props{Package: "./orders-fn", Dir: copyOfShop(t)}
	t.Setenv("PATH", t.TempDir())
	if err := recovered(func() { New(stack, "Orders", props) }); !errors.Is(err, ErrNoGo) {
		t.Errorf("panicked with %v, expected %q", err, ErrNoGo)
	}
}

func TestCallersPropsAreNotChanged(t *testing.T) {
	environment := map[string]*string{"B": jsii.String("2")}
	theirs := awslambda.FunctionProps{Environment: &environment}
	props := Props{
		Package:       "example.com/shop/orders-fn",
		Dir:           shop,
		Environment:   map[string]string{"AA": "1"},
		FunctionProps: &theirs,
		Tags:          []string{"b", "a"},
	}
	New(newStack(t, nil), "Orders", &props)
	if want := (awslambda.FunctionProps{Environment: &environment}); theirs != want {
		t.Errorf("FunctionProps are now %+v", theirs)
	}
	if len(environment) != 1 || len(props.Environment) != 1 || !slices.Equal(props.Tags, []string{"b", "a"}) {
		t.Errorf("got %v, %v, %v", environment, props.Environment, props.Tags)
	}
}

// Two copies of the source, two assemblies: the same files with the same modes, and the same template.
func TestReproducible(t *testing.T) {
	metadata := map[string]any{
		"aws:cdk:enable-asset-metadata": true,
		"aws:cdk:enable-path-metadata":  true,
	} // As the CDK command line sets.
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	var templates [][]byte
	var files []map[string]fs.FileMode
	for _, source := range []string{shop, copyOfShop(t)} {
		outdir := t.TempDir()
		stack := newStackIn(outdir, metadata)
		New(stack, "Orders", &Props{Package: "example.com/shop/orders-fn", Dir: source, Files: map[string][]byte{
			"routes.json": []byte("{}"), "templates/a b.html": []byte("\r\n"), ".hidden": nil,
		}})
		New(stack, "ByDirectory", &Props{Package: filepath.Join(source, "orders-fn")})
		resources(t, stack)
		template, err := os.ReadFile(filepath.Join(outdir, "Shop.template.json"))
		if err != nil {
			t.Fatal(err)
		}
		templates, files = append(templates, template), append(files, assets(t, outdir))
		checkNoPaths(t, outdir, source, outdir, temporary)
	}
	if diff := cmp.Diff(string(templates[0]), string(templates[1])); diff != "" {
		t.Errorf("the templates differ:\n%s", diff)
	}
	if diff := cmp.Diff(files[0], files[1]); diff != "" {
		t.Errorf("the assets differ:\n%s", diff)
	}
	if len(files[0]) != 5 {
		t.Errorf("got %d files, expected 4 and 1: %v", len(files[0]), slices.Sorted(maps.Keys(files[0])))
	}
	for name, mode := range files[0] {
		want := fs.FileMode(0o644)
		if strings.HasSuffix(name, "/bootstrap") {
			want = 0o755
		}
		if runtime.GOOS != "windows" && mode != want {
			t.Errorf("%s has mode %v, expected %v", name, mode, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(temporary, "go*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// checkNoPaths looks for paths of this machine in what describes an assembly.
func checkNoPaths(t *testing.T, outdir string, paths ...string) {
	t.Helper()
	described, _ := filepath.Glob(filepath.Join(outdir, "*.json"))
	if len(described) < 3 {
		t.Errorf("expected a template, a manifest and assets, got %q", described)
	}
	for _, file := range described {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if bytes.Contains(content, []byte(path)) {
				t.Errorf("%s has %s in it", filepath.Base(file), path)
			}
		}
	}
}

// Everything that is in the bundle is in the asset hash: CDK's own would not tell apart the first two.
func TestAssetHash(t *testing.T) {
	stack := newStack(t, nil)
	seen := map[string]string{}
	for _, tt := range []struct {
		name  string
		props Props
	}{
		{"LF", Props{Files: map[string][]byte{"a": []byte("1\n2\n")}}},
		{"CRLF", Props{Files: map[string][]byte{"a": []byte("1\r\n2\r\n")}}},
		{"OtherName", Props{Files: map[string][]byte{"b": []byte("1\n2\n")}}},
		{"NoFile", Props{}},
		{"Tags", Props{Tags: []string{"a", "b"}}},
		{"X86", Props{Architecture: awslambda.Architecture_X86_64()}},
	} {
		tt.props.Package, tt.props.Dir = "example.com/shop/orders-fn", shop
		before := len(assets(t, *awscdk.Stage_Of(stack).AssetOutdir()))
		New(stack, tt.name, &tt.props)
		for name := range assets(t, *awscdk.Stage_Of(stack).AssetOutdir()) {
			if _, ok := seen[name]; !ok {
				seen[name] = tt.name
			}
		}
		if len(seen) == before {
			t.Errorf("%s has the asset of another function", tt.name)
		}
	}
}

// An assembly's directory is used again and again. What an interrupted synthesis left there is not taken for the asset.
func TestDamagedAssetIsReplaced(t *testing.T) {
	outdir := t.TempDir()
	props := &Props{Package: "./orders-fn", Dir: shop}
	New(newStackIn(outdir, nil), "Orders", props)
	file, err := filepath.Glob(filepath.Join(outdir, "asset.*", "bootstrap"))
	if err != nil || len(file) != 1 {
		t.Fatal(file, err)
	}
	want, err := os.ReadFile(file[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file[0], 100); err != nil {
		t.Fatal(err)
	}
	New(newStackIn(outdir, nil), "Orders", props)
	if got, err := os.ReadFile(file[0]); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, expected %d", len(got), err, len(want))
	}
}

// An asset has one directory and one name, also for a second function and for a second synthesis into the same
// assembly.
func TestAssetIsStagedOnce(t *testing.T) {
	outdir := t.TempDir()
	props := &Props{Package: "./orders-fn", Dir: shop}
	for range 2 {
		stack := newStackIn(outdir, map[string]any{"aws:cdk:enable-asset-metadata": true})
		New(stack, "Orders", props)
		New(stack, "Returns", props)
		found, err := filepath.Glob(filepath.Join(outdir, "asset.*"))
		if err != nil || len(found) != 1 {
			t.Fatalf("the assembly has %q, %v, expected one asset", found, err)
		}
		n := 0
		for _, resource := range resources(t, stack) {
			if resource["Type"] != "AWS::Lambda::Function" {
				continue
			}
			n++
			if path := resource["Metadata"].(map[string]any)["aws:asset:path"]; path != filepath.Base(found[0]) {
				t.Errorf("the asset's path is %v, expected %s", path, filepath.Base(found[0]))
			}
		}
		if n != 2 {
			t.Errorf("%d functions, expected 2", n)
		}
	}
}

// With --no-staging CDK refers to the bundle where it is.
func TestNoStaging(t *testing.T) {
	outdir := t.TempDir()
	context := map[string]any{noStagingContext: true, "aws:cdk:enable-asset-metadata": true}
	props := &Props{Package: "./orders-fn", Dir: shop}
	for range 2 {
		stack := newStackIn(outdir, context)
		New(stack, "Orders", props)
		for _, resource := range resources(t, stack) {
			if resource["Type"] == "AWS::Lambda::Function" {
				path, _ := resource["Metadata"].(map[string]any)["aws:asset:path"].(string)
				if info, err := os.Stat(filepath.Join(path, "bootstrap")); err != nil || info.Size() == 0 {
					t.Errorf("the asset is at %s, but: %v, %v", path, info, err)
				}
			}
		}
	}
}

func TestHostBuild(t *testing.T) {
	props := &Props{Package: "./orders-fn", Dir: shop, Architecture: awslambda.Architecture_X86_64()}
	if runtime.GOARCH == "amd64" {
		props.Architecture = awslambda.Architecture_ARM_64()
	}
	properties := map[string]map[string]any{}
	for _, value := range []string{"", "1"} {
		t.Setenv(HostBuildVariable, value)
		outdir := t.TempDir()
		stack := newStackIn(outdir, nil)
		New(stack, "Orders", props)
		for _, resource := range resources(t, stack) {
			if resource["Type"] == "AWS::Lambda::Function" {
				properties[value] = resource["Properties"].(map[string]any)
			}
		}
		warnings := *assertions.Annotations_FromStack(stack).FindWarning(
			jsii.String("*"),
			assertions.Match_StringLikeRegexp(jsii.String("not on Lambda")),
		)
		if want := len(value); len(warnings) != want {
			t.Errorf("%s=%s: %d warnings, expected %d", HostBuildVariable, value, len(warnings), want)
		}
		files, _ := filepath.Glob(filepath.Join(outdir, "asset.*", "bootstrap"))
		if len(files) != 1 {
			t.Fatalf("got %q", files)
		}
		executable, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if tagged := bytes.Contains(executable, []byte("made to run here")); tagged != (value != "") {
			t.Errorf("%s=%s: what only runs here is in the executable: %v", HostBuildVariable, value, tagged)
		}
		f, err := elf.Open(files[0])
		if runtime.GOOS != "linux" && value != "" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		here := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
		if isHere := f.Machine == here; isHere != (value != "") {
			t.Errorf("%s=%s: built for %v", HostBuildVariable, value, f.Machine)
		}
		f.Close()
	}
	if properties[""]["Code"].(map[string]any)["S3Key"] == properties["1"]["Code"].(map[string]any)["S3Key"] {
		t.Errorf("the asset is the same")
	}
	delete(properties[""], "Code")
	delete(properties["1"], "Code")
	if diff := cmp.Diff(properties[""], properties["1"]); diff != "" {
		t.Errorf("more than the asset differs:\n%s", diff)
	}

	t.Setenv(HostBuildVariable, "amd64")
	err := recovered(func() { New(newStack(t, nil), "Orders", props) })
	if !errors.Is(err, ErrEnvironment) ||
		!strings.Contains(err.Error(), `GATEHOUSE_HOST_BUILD: expected true or false, got "amd64"`) {
		t.Errorf("panicked with %v", err)
	}
}

// The path of a construct is in the error also without a stack around it in the path.
func TestPanicInANestedConstruct(t *testing.T) {
	stack := newStack(t, nil)
	inner := awscdk.NewNestedStack(stack, jsii.String("Inner"), nil)
	err := recovered(func() { New(inner, "Orders", &Props{}) })
	if err == nil ||
		!strings.HasPrefix(err.Error(), "gofunction: Shop/Inner/Orders: invalid properties: Package is empty") {
		t.Errorf("panicked with %v", err)
	}
}

// What is built ahead is what New takes: nothing is built twice, and the template does not tell.
func TestPrepare(t *testing.T) {
	t.Chdir(copyOfShop(t))
	Prepare("./orders-fn", "./broken-fn")()
	outdir := t.TempDir()
	stack := newStackIn(outdir, nil)
	New(stack, "Orders", &Props{Package: "./orders-fn"})
	resources(t, stack)
	if files, _ := filepath.Glob(filepath.Join(outdir, "asset.*", "bootstrap")); len(files) != 1 {
		t.Errorf("got %q, expected one executable", files)
	}
	err := recovered(func() { New(newStack(t, nil), "Broken", &Props{Package: "./broken-fn"}) })
	if !errors.Is(err, ErrGo) || !strings.Contains(err.Error(), "undefined: undefined") {
		t.Errorf("panicked with %v, expected go's own words", err)
	}
}
