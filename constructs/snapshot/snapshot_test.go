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

func TestMainDisablesValidation(t *testing.T) {
	if got := os.Getenv(validation); got == "" {
		t.Errorf("%s is not set, so Main did not start the binary again", validation)
	}
}

// recorder is a test that records its failures instead of failing.
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

// record runs f in a goroutine, which Fatalf ends.
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

// expect checks that the recorder has one message, of kind what, with these parts. It has none if what is not a kind.
func expect(t *testing.T, r *recorder, what string, parts ...string) {
	t.Helper()
	messages := map[string][]string{"error": r.errors, "fatal": r.fatals, "log": r.logs}
	for kind, got := range messages {
		want := 0
		if kind == what {
			want = 1
		}
		if len(got) != want {
			t.Fatalf("messages of kind %s: got %q, want %d", kind, got, want)
		}
	}
	for _, part := range parts {
		if message := messages[what][0]; !strings.Contains(message, part) {
			t.Errorf("got the message\n%s\nwant %q in it", message, part)
		}
	}
}

// updateGolden sets the flag -update for the rest of the test.
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

// newStack returns a stack with a queue of this visibility timeout.
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

// TestMatch compares with a golden file that is missing, written, equal, different and written again.
func TestMatch(t *testing.T) {
	inNewDirectory(t)
	file := filepath.Join("testdata", "shop.json")
	expect(t, match(newStack(t, 30), "shop"), "error",
		file+" does not exist", "from the template of Shop", "go test -run '^TestShop$' -update")
	if _, err := os.Stat("testdata"); err == nil {
		t.Error("Match without -update wrote testdata")
	}

	updateGolden(t, true)
	expect(t, match(newStack(t, 30), "shop"), "log", "wrote "+file)
	golden := readFile(t, file)
	if !strings.HasSuffix(golden, "}\n") || !strings.HasPrefix(golden, "{\n  \"Parameters\": {\n") {
		t.Errorf("got:\n%s\nwant sorted, indented JSON with a newline at the end", golden)
	}
	expect(t, match(newStack(t, 30), "shop"), "nothing")

	updateGolden(t, false)
	expect(t, match(newStack(t, 30), "shop"), "nothing")
	expect(t, match(newStack(t, 60), "shop"), "error",
		"the template of Shop is not what "+file+" has (-golden file, +template):\n"+
			"Resources.Queue4A7E3555.Properties.VisibilityTimeout\n- 30\n+ 60\n"+
			"If this is what you meant: go test -run '^TestShop$' -update")
	if readFile(t, file) != golden {
		t.Error("Match without -update changed the golden file")
	}

	updateGolden(t, true)
	expect(t, match(newStack(t, 60), "shop"), "log")
	updateGolden(t, false)
	expect(t, match(newStack(t, 60), "shop"), "nothing")
	if entries, err := os.ReadDir("testdata"); err != nil || len(entries) != 1 {
		t.Errorf("testdata: got %v, %v, want one file", entries, err)
	}
}

func TestGoldenFileFormat(t *testing.T) {
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
		{"truncated", golden[:len(golden)-5], "testdata/shop.json: unexpected EOF. To write it anew"},
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

func TestGoldenFileErrors(t *testing.T) {
	inNewDirectory(t)
	writeFile(t, "testdata/directory.json/file", "")
	writeFile(t, "testdata/file", "")
	stack := newStack(t, 30)
	expect(t, match(stack, "directory"), "error", "snapshot: ", "directory.json")
	updateGolden(t, true)
	expect(t, match(stack, "directory"), "fatal", "snapshot: ", "directory.json")
	expect(t, match(stack, "file/name"), "fatal", "snapshot: ", "file")
	if left, _ := filepath.Glob("testdata/.snapshot-*"); len(left) > 0 {
		t.Errorf("temporary files: got %q, want none", left)
	}
}

func TestUpdateKeepsEqualFile(t *testing.T) {
	inNewDirectory(t)
	updateGolden(t, true)
	match(newStack(t, 30), "shop")
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes("testdata/shop.json", long, long); err != nil {
		t.Fatal(err)
	}
	match(newStack(t, 30), "shop")
	if info, err := os.Stat("testdata/shop.json"); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("got %v, %v, want the file with its old time", info, err)
	}
}

func TestUpdateInCI(t *testing.T) {
	for _, tt := range []struct {
		ci      string
		refused bool
	}{{"true", true}, {"1", true}, {"yes", true}, {"woodpecker", true}, {"", false}, {"false", false}, {"0", false}} {
		t.Run("CI="+tt.ci, func(t *testing.T) {
			inNewDirectory(t)
			t.Setenv("CI", tt.ci)
			stack := newStack(t, 30)
			expect(t, match(stack, "shop"), "error", "does not exist") // CI may compare
			updateGolden(t, true)
			r := match(stack, "shop")
			_, err := os.Stat("testdata/shop.json")
			if written := err == nil; written == tt.refused {
				t.Errorf("golden file written: got %v, want %v", written, !tt.refused)
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
		want string // the file, or "" if the name is refused
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
			t.Errorf("%q: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	updateGolden(t, true)
	expect(t, match(newStack(t, 30), "../shop"), "fatal",
		`snapshot: "../shop" is not a name for a file in testdata: expected one such as "shop"`)
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
			t.Errorf("%q: got the file %q, want a clean path inside %s", name, file, folder)
		}
	})
}

// Match compares a stack at any place in the app, also after the app was synthesized.
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
	for _, s := range []awscdk.Stage{app, stage, inner} { // an aspect applies only to the stage that it is added to
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
			t.Errorf("%s: got another stack's queue:\n%s", name, golden)
		}
		if !strings.Contains(golden, `"team"`) {
			t.Errorf("%s: got no tag:\n%s", name, golden)
		}
	}
}

// A change of a function's code does not change the golden file. A value that only looks like an asset's hash is
// compared.
func TestAssetHashes(t *testing.T) {
	inNewDirectory(t)
	digest := strings.Repeat("0123456789abcdef", 4)
	withCode := func(code, variable string) awscdk.Stack {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "bootstrap"), code)
		app := awscdk.NewApp(&awscdk.AppProps{
			Outdir:  jsii.String(t.TempDir()),
			Context: &map[string]any{"aws:cdk:enable-asset-metadata": true},
		})
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
			t.Errorf("got the golden file\n%s\nwant %s in it", golden, part)
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
		t.Errorf("S3Key in Template: got %q, want the asset's hash", key)
	}
}

func TestCommand(t *testing.T) {
	for name, want := range map[string]string{
		"TestShop":             "go test -run '^TestShop$' -update",
		"TestShop/with_(CORS)": `go test -run '^TestShop$/^with_\(CORS\)$' -update`,
		"TestShop/it's":        "go test -run '^TestShop$/^it.s$' -update",
	} {
		if got := command(&recorder{name: name}); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestUpdateFlag(t *testing.T) {
	if f := flag.Lookup("update"); f == nil || f.DefValue != "false" {
		t.Errorf("flag of the test binary: got %v, want -update with the default false", f)
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
		t.Errorf("flags that are on: got %q, want only on", on)
	}
}

func TestNilStack(t *testing.T) {
	expect(t, match(nil, "shop"), "fatal", "snapshot: the stack for "+filepath.Join("testdata", "shop.json")+" is nil")
	expect(t, record("TestShop", func(t testing.TB) { Template(t, nil) }), "fatal", "snapshot: the stack is nil")
}
