package snapshot

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) { Main(m) }

func TestMainTurnsValidationOff(t *testing.T) {
	if got := os.Getenv(validation); got == "" {
		t.Errorf("%s is not set: the binary was not started again", validation)
	}
}

// recorder is a test that is told about, not failed.
type recorder struct {
	testing.TB
	name   string
	fatals []string
	errors []string
	logs   []string
}

func (r *recorder) Helper()      {}
func (r *recorder) Name() string { return r.name }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.fatals = append(r.fatals, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// record runs f as a test of its own goroutine, which t.Fatalf ends.
func record(name string, f func(t testing.TB)) *recorder {
	r := &recorder{name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func match(stack awscdk.Stack, name string) *recorder {
	return record("TestShop", func(t testing.TB) { Match(t, stack, name) })
}

// expect checks what a test was told: the parts of its only error, or nothing at all.
func expect(t *testing.T, r *recorder, what string, parts ...string) {
	t.Helper()
	messages := map[string][]string{"error": r.errors, "fatal": r.fatals, "log": r.logs}
	for kind, got := range messages {
		want := 0
		if kind == what {
			want = 1
		}
		if len(got) != want {
			t.Fatalf("expected %d of kind %s, got %q", want, kind, got)
		}
	}
	for _, part := range parts {
		if message := messages[what][0]; !strings.Contains(message, part) {
			t.Errorf("expected %q in:\n%s", part, message)
		}
	}
}

// update sets the flag for the rest of the test.
func updateGolden(t *testing.T, on bool) {
	t.Helper()
	before := flag.Lookup(updateFlag).Value.String()
	t.Cleanup(func() {
		if err := flag.Set(updateFlag, before); err != nil {
			t.Error(err)
		}
	})
	if err := flag.Set(updateFlag, fmt.Sprint(on)); err != nil {
		t.Fatal(err)
	}
}

// inNewDirectory runs the test in an empty directory, without CI and without -update.
func inNewDirectory(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("CI", "")
	updateGolden(t, false)
}

func newApp(t *testing.T) awscdk.App {
	t.Helper()
	return awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
}

// newStack has a queue, whose visibility timeout is what differs.
func newStack(t *testing.T, seconds float64) awscdk.Stack {
	t.Helper()
	stack := awscdk.NewStack(newApp(t), jsii.String("Shop"), nil)
	addQueue(stack, seconds)
	return stack
}

func addQueue(stack awscdk.Stack, seconds float64) {
	awssqs.NewQueue(stack, jsii.String("Queue"), &awssqs.QueueProps{VisibilityTimeout: awscdk.Duration_Seconds(&seconds)})
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The life of a golden file: missing, written, the same, different, written again.
func TestMatch(t *testing.T) {
	inNewDirectory(t)
	file := filepath.Join("testdata", "shop.json")
	expect(t, match(newStack(t, 30), "shop"), "error",
		file+" does not exist", "from the template of Shop", "go test -run '^TestShop$' -update")
	if _, err := os.Stat("testdata"); err == nil {
		t.Errorf("a comparison wrote something")
	}

	updateGolden(t, true)
	expect(t, match(newStack(t, 30), "shop"), "log", "wrote "+file)
	golden := readFile(t, file)
	if !strings.HasSuffix(golden, "}\n") || !strings.HasPrefix(golden, "{\n  \"Parameters\": {\n") {
		t.Errorf("expected sorted, indented JSON with a newline at the end, got:\n%s", golden)
	}
	expect(t, match(newStack(t, 30), "shop"), "nothing is logged when nothing is written")

	updateGolden(t, false)
	expect(t, match(newStack(t, 30), "shop"), "nothing")
	expect(
		t,
		match(newStack(t, 60), "shop"),
		"error",
		"the template of Shop is not what "+file+" has (-golden file, +template):\n"+
			"Resources.Queue4A7E3555.Properties.VisibilityTimeout\n- 30\n+ 60\n"+
			"If this is what you meant: go test -run '^TestShop$' -update",
	)
	if readFile(t, file) != golden {
		t.Errorf("a comparison changed the golden file")
	}

	updateGolden(t, true)
	expect(t, match(newStack(t, 60), "shop"), "log")
	updateGolden(t, false)
	expect(t, match(newStack(t, 60), "shop"), "nothing")
	if entries, err := os.ReadDir("testdata"); err != nil || len(entries) != 1 {
		t.Errorf("testdata has %v, %v, expected one file", entries, err)
	}
}

func TestGoldenFileThatIsWrittenOtherwise(t *testing.T) {
	inNewDirectory(t)
	updateGolden(t, true)
	match(newStack(t, 30), "shop")
	updateGolden(t, false)
	golden := readFile(t, "testdata/shop.json")
	stack := newStack(t, 30)
	for _, tt := range []struct {
		name, content, want string
	}{
		{"CRLF", strings.ReplaceAll(golden, "\n", "\r\n"), ""},
		{"no indentation", strings.ReplaceAll(golden, "  ", ""), ""},
		{"no newline at the end", strings.TrimSpace(golden), ""},
		{
			"another number with the same value",
			strings.ReplaceAll(golden, `"VisibilityTimeout": 30`, `"VisibilityTimeout": 30.0`),
			"VisibilityTimeout",
		},
		{"empty", "", "testdata/shop.json: EOF. To write it anew: go test"},
		{"cut off", golden[:len(golden)-5], "testdata/shop.json: unexpected EOF. To write it anew"},
		{"two values", golden + golden, "there is something after the JSON value. To write it anew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeFile(t, "testdata/shop.json", tt.content)
			if r := match(stack, "shop"); tt.want == "" {
				expect(t, r, "nothing")
			} else {
				expect(t, r, "error", filepath.FromSlash(tt.want))
			}
		})
	}
}

func TestGoldenFileThatCannotBeReadOrWritten(t *testing.T) {
	inNewDirectory(t)
	writeFile(t, "testdata/directory.json/file", "")
	writeFile(t, "testdata/file", "")
	stack := newStack(t, 30)
	expect(t, match(stack, "directory"), "error", "snapshot: ", "directory.json")
	updateGolden(t, true)
	expect(t, match(stack, "directory"), "fatal", "snapshot: ", "directory.json")
	expect(t, match(stack, "file/name"), "fatal", "snapshot: ", "file")
	if left, _ := filepath.Glob("testdata/.snapshot-*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestUpdateLeavesAFileThatIsTheSame(t *testing.T) {
	inNewDirectory(t)
	updateGolden(t, true)
	match(newStack(t, 30), "shop")
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes("testdata/shop.json", long, long); err != nil {
		t.Fatal(err)
	}
	match(newStack(t, 30), "shop")
	if info, err := os.Stat("testdata/shop.json"); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("the file was written again: %v, %v", info, err)
	}
}

func TestUpdateIsRefusedInCI(t *testing.T) {
	for _, tt := range []struct {
		ci      string
		refused bool
	}{{"true", true}, {"1", true}, {"yes", true}, {"woodpecker", true}, {"", false}, {"false", false}, {"0", false}} {
		t.Run("CI="+tt.ci, func(t *testing.T) {
			inNewDirectory(t)
			t.Setenv("CI", tt.ci)
			stack := newStack(t, 30)
			expect(t, match(stack, "shop"), "error", "does not exist") // Comparing is what CI is for.
			updateGolden(t, true)
			r := match(stack, "shop")
			_, err := os.Stat("testdata/shop.json")
			if written := err == nil; written == tt.refused {
				t.Errorf("written: %v", written)
			}
			if tt.refused {
				expect(t, r, "fatal", "-update is refused as CI="+tt.ci+" is set", "commit the file, or unset CI")
			} else {
				expect(t, r, "log")
			}
		})
	}
}

func TestNames(t *testing.T) {
	inNewDirectory(t)
	for _, tt := range []struct {
		name string
		want string // file; empty: refused
	}{
		{"shop", "testdata/shop.json"},
		{"shop/with cors", "testdata/shop/with cors.json"},
		{"shop.v2", "testdata/shop.v2.json"},
		{"", ""},
		{".", ""},
		{"..", ""},
		{"../shop", ""},
		{"a/../../b", ""},
		{"a/../b", ""},
		{"/etc/passwd", ""},
		{"a/", ""},
		{"a//b", ""},
		{`..\shop`, ""},
		{`c:\shop`, ""},
		{"c:shop", ""},
		{"shop\x00", ""},
	} {
		got, err := goldenFile(tt.name)
		if (err != nil) != (tt.want == "") || got != filepath.FromSlash(tt.want) {
			t.Errorf("%q: got %q, %v, expected %q", tt.name, got, err, tt.want)
		}
	}
	updateGolden(t, true)
	expect(
		t,
		match(newStack(t, 30), "../shop"),
		"fatal",
		`snapshot: "../shop" is not a name for a file in testdata: expected one such as "shop"`,
	)
	expect(t, match(newStack(t, 30), "shop/with-cors"), "log")
	if _, err := os.Stat("testdata/shop/with-cors.json"); err != nil {
		t.Error(err)
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"shop", "a/b", "..", "/", `a\..\b`, "a/../b", "con", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		file, err := goldenFile(name)
		if err != nil {
			return
		}
		inside, err := filepath.Rel(folder, file)
		if err != nil || !filepath.IsLocal(inside) || filepath.Clean(file) != file {
			t.Errorf("%q leads to %q", name, file)
		}
	})
}

// Where a stack is, and what was synthesized before, does not matter.
func TestStacksOfOneApp(t *testing.T) {
	inNewDirectory(t)
	updateGolden(t, true)
	app := newApp(t)
	first := awscdk.NewStack(app, jsii.String("First"), nil)
	addQueue(first, 1)
	second := awscdk.NewStack(app, jsii.String("Second"), nil)
	addQueue(second, 2)
	nested := awscdk.NewNestedStack(second, jsii.String("Nested"), nil)
	addQueue(nested, 3)
	stage := awscdk.NewStage(app, jsii.String("Prod"), nil)
	staged := awscdk.NewStack(stage, jsii.String("Staged"), nil)
	addQueue(staged, 4)
	inner := awscdk.NewStage(stage, jsii.String("Europe"), nil)
	deep := awscdk.NewStack(inner, jsii.String("Deep"), nil)
	addQueue(deep, 5)
	for _, s := range []awscdk.Stage{app, stage, inner} { // Aspects run for the stage that they are added to.
		awscdk.Tags_Of(s).Add(jsii.String("team"), jsii.String("shop"), nil)
	}
	stacks := map[string]awscdk.Stack{"first": first, "second": second, "nested": nested, "staged": staged, "deep": deep}
	for range 2 {
		for name, stack := range stacks {
			if r := match(stack, name); len(r.errors)+len(r.fatals) > 0 {
				t.Fatalf("%s: %q %q", name, r.errors, r.fatals)
			}
		}
		app.Synth(nil)
		updateGolden(t, false)
	}
	for name, seconds := range map[string]int{"first": 1, "second": 2, "nested": 3, "staged": 4, "deep": 5} {
		golden := readFile(t, "testdata/"+name+".json")
		if !strings.Contains(golden, fmt.Sprintf(`"VisibilityTimeout": %d`, seconds)) {
			t.Errorf("%s has another stack's queue:\n%s", name, golden)
		}
		if !strings.Contains(golden, `"team"`) {
			t.Errorf("%s does not have the tag:\n%s", name, golden)
		}
	}
}

// A function's code changes and the golden file does not. What only looks like an asset's hash is compared.
func TestAssetHashes(t *testing.T) {
	inNewDirectory(t)
	digest := strings.Repeat("0123456789abcdef", 4)
	withCode := func(code, variable string) awscdk.Stack {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "bootstrap"), code)
		app := awscdk.NewApp(
			&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), Context: &map[string]any{"aws:cdk:enable-asset-metadata": true}},
		)
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		nested := awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)
		for _, scope := range []awscdk.Stack{stack, nested} {
			awslambda.NewFunction(scope, jsii.String("Orders"), &awslambda.FunctionProps{
				Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"),
				Code:        awslambda.Code_FromAsset(jsii.String(dir), nil),
				Environment: &map[string]*string{"DIGEST": jsii.String(variable)},
			})
		}
		return stack
	}
	updateGolden(t, true)
	expect(t, match(withCode("1", digest), "shop"), "log")
	updateGolden(t, false)
	golden := readFile(t, "testdata/shop.json")
	for _, part := range []string{
		`"S3Key": "[asset Orders/Code].zip"`,
		`"aws:asset:path": "asset.[asset Orders/Code]"`,
		`"/[asset Nested Nested Stack Template].json"`,
		`"DIGEST": "` + digest + `"`,
	} {
		if !strings.Contains(golden, part) {
			t.Errorf("expected %s in:\n%s", part, golden)
		}
	}
	expect(t, match(withCode("2", digest), "shop"), "nothing")
	expect(t, match(withCode("2", strings.Replace(digest, "0", "1", 1)), "shop"), "error", "DIGEST")

	raw := Template(t, withCode("2", digest))
	var key string
	for _, resource := range raw["Resources"].(map[string]any) {
		if r := resource.(map[string]any); r["Type"] == "AWS::Lambda::Function" {
			key = r["Properties"].(map[string]any)["Code"].(map[string]any)["S3Key"].(string)
		}
	}
	if !assetHash.MatchString(strings.TrimSuffix(key, ".zip")) {
		t.Errorf("Template has %q, expected the asset's hash", key)
	}
}

func TestCommand(t *testing.T) {
	for name, want := range map[string]string{
		"TestShop":             "go test -run '^TestShop$' -update",
		"TestShop/with_(CORS)": `go test -run '^TestShop$/^with_\(CORS\)$' -update`,
		"TestShop/it's":        "go test -run '^TestShop$/^it.s$' -update",
	} {
		if got := command(&recorder{name: name}); got != want {
			t.Errorf("%s: got %s, expected %s", name, got, want)
		}
	}
}

func TestUpdateFlag(t *testing.T) {
	if f := flag.Lookup("update"); f == nil || f.DefValue != "false" {
		t.Errorf("the test binary has %v, expected -update", f)
	}
	other := flag.NewFlagSet("other", flag.ContinueOnError)
	other.Bool("on", true, "")
	other.Bool("off", false, "")
	other.String("text", "true", "")
	other.Func("func", "", func(string) error { return nil })
	var on []string
	for _, name := range []string{"on", "off", "text", "func", "missing"} {
		if isOn(other.Lookup(name)) {
			on = append(on, name)
		}
	}
	if !slices.Equal(on, []string{"on"}) {
		t.Errorf("on are %q", on)
	}
}

func TestNoStack(t *testing.T) {
	expect(t, match(nil, "shop"), "fatal", "snapshot: the stack for "+filepath.Join("testdata", "shop.json")+" is nil")
	expect(t, record("TestShop", func(t testing.TB) { Template(t, nil) }), "fatal", "snapshot: the stack is nil")
}
