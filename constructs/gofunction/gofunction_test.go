package gofunction

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// The tests build functions without the user's cache.
func TestMain(m *testing.M) {
	builder = &gobuild.Builder{}
	snapshot.Main(m)
}

// shop is a module whose functions import only the standard library. A process builds each of them once.
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

// recovered returns the error that f panics with.
func recovered(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			var ok bool
			if err, ok = r.(error); !ok {
				err = fmt.Errorf("panic with a %T instead of an error: %v", r, r)
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
		want  map[string]any // a property that is nil must be missing
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
			Timeout:       awscdk.Duration_Seconds(jsii.Number(3)),
			MemorySize:    jsii.Number(512),
			Description:   jsii.String("mine"),
			LoggingFormat: awslambda.LoggingFormat_TEXT,
			Tracing:       awslambda.Tracing_ACTIVE,
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
	var functions []awslambda.Function // created before the first synthesis, after which no construct may be added
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
	template.ResourceCountIs(jsii.String("AWS::Lambda::Function"), jsii.Number(2)) // no function that sets a retention
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
				t.Fatalf("got the panic %v, want %q", err, tt.is)
			}
			for _, part := range append(tt.want, "gofunction: Shop/"+tt.name+": ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got the panic\n%v\nwant %q in it", err, part)
				}
			}
			if stack.Node().TryFindChild(jsii.String(tt.name)) != nil {
				t.Error("New created the construct")
			}
		})
	}
}

// CDK's error does not name the construct, so New adds its path.
func TestErrorOfCDK(t *testing.T) {
	err := recovered(func() {
		New(newStack(t, nil), "Orders", &Props{
			Package:     "example.com/shop/orders-fn",
			Dir:         shop,
			Environment: map[string]string{"AWS_REGION": "eu-west-1"},
		})
	})
	const want = "gofunction: Shop/Orders: invalid properties: AWS_REGION environment variable is reserved"
	if !errors.Is(err, ErrProps) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got the panic %v, want %s", err, want)
	}
}

// Errors name the function's construct, also if its log group or its scope is the cause.
func TestErrorsNameConstruct(t *testing.T) {
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
			"an ID twice",
			orders(stack, "Orders"),
			`gofunction: Shop/Orders: invalid properties: its scope has a construct "Orders" already: choose another id`,
		},
		{
			"the log group's ID",
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
				t.Errorf("got the panic %v, want %q", err, tt.want)
			}
		})
	}
}

func TestNoGoCommand(t *testing.T) {
	stack := newStack(t, nil)
	props := &Props{Package: "./orders-fn", Dir: copyOfShop(t)}
	t.Setenv("PATH", t.TempDir())
	if err := recovered(func() { New(stack, "Orders", props) }); !errors.Is(err, ErrNoGo) {
		t.Errorf("got the panic %v, want %q", err, ErrNoGo)
	}
}

func TestNewKeepsCallersProps(t *testing.T) {
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
		t.Errorf("New changed FunctionProps to %+v", theirs)
	}
	if len(environment) != 1 || len(props.Environment) != 1 || !slices.Equal(props.Tags, []string{"b", "a"}) {
		t.Errorf("New changed the environments or tags to %v, %v, %v", environment, props.Environment, props.Tags)
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
			t.Errorf("%s=%s: got %d warnings, want %d", HostBuildVariable, value, len(warnings), want)
		}
		files, _ := filepath.Glob(filepath.Join(outdir, "asset.*", "bootstrap"))
		if len(files) != 1 {
			t.Fatalf("executables: got %q, want one", files)
		}
		executable, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if tagged := bytes.Contains(executable, []byte("made to run here")); tagged != (value != "") {
			t.Errorf("%s=%s: built with the host tag: got %v, want %v", HostBuildVariable, value, tagged, !tagged)
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
			t.Errorf("%s=%s: got an executable for %v", HostBuildVariable, value, f.Machine)
		}
		f.Close()
	}
	if properties[""]["Code"].(map[string]any)["S3Key"] == properties["1"]["Code"].(map[string]any)["S3Key"] {
		t.Error("a build for this machine has the asset of a build for Lambda")
	}
	delete(properties[""], "Code")
	delete(properties["1"], "Code")
	if diff := cmp.Diff(properties[""], properties["1"]); diff != "" {
		t.Errorf("properties other than Code differ:\n%s", diff)
	}

	t.Setenv(HostBuildVariable, "amd64")
	err := recovered(func() { New(newStack(t, nil), "Orders", props) })
	const want = `GATEHOUSE_HOST_BUILD: expected true or false, got "amd64"`
	if !errors.Is(err, ErrEnvironment) || !strings.Contains(err.Error(), want) {
		t.Errorf("got the panic %v, want %s", err, want)
	}
}

// The error has the full path of a construct in a nested stack.
func TestErrorInNestedStack(t *testing.T) {
	stack := newStack(t, nil)
	inner := awscdk.NewNestedStack(stack, jsii.String("Inner"), nil)
	err := recovered(func() { New(inner, "Orders", &Props{}) })
	const want = "gofunction: Shop/Inner/Orders: invalid properties: Package is empty"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got the panic %v, want %s", err, want)
	}
}

// New uses the executable that Prepare built, and reports the error of a build that failed.
func TestPrepare(t *testing.T) {
	t.Chdir(copyOfShop(t))
	Prepare("./orders-fn", "./broken-fn")()
	outdir := t.TempDir()
	stack := newStackIn(outdir, nil)
	New(stack, "Orders", &Props{Package: "./orders-fn"})
	resources(t, stack)
	if files, _ := filepath.Glob(filepath.Join(outdir, "asset.*", "bootstrap")); len(files) != 1 {
		t.Errorf("executables: got %q, want one", files)
	}
	err := recovered(func() { New(newStack(t, nil), "Broken", &Props{Package: "./broken-fn"}) })
	if !errors.Is(err, ErrGo) || !strings.Contains(err.Error(), "undefined: undefined") {
		t.Errorf("got the panic %v, want go's own message", err)
	}
}
