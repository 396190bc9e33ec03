// Package snapshot compares the CloudFormation template of a stack with a golden file in a Go test:
//
//	func TestShop(t *testing.T) {
//		app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
//		snapshot.Match(t, stack.New(app, "Shop", nil), "shop")
//	}
//
//	func TestMain(m *testing.M) { snapshot.Main(m) }
//
// The golden file is testdata/shop.json. "go test -update" writes it, and "git diff" shows what changed. Templates are
// compared as CloudFormation reads them: the order of an object's members and white space do not matter. Two texts that
// change with every line of a function are replaced: an asset hash, with the path of the asset's construct, and the
// digest at the end of the logical ID of a function's current version (Function.CurrentVersion), with "[version]".
// Nothing else is replaced.
//
// A snapshot does not say whether a template is right. Assert that separately, with CDK's assertions or on [Template].
//
// # The -update flag
//
// The package registers the flag -update in every test binary that imports it, unless a package that was initialized
// earlier has registered it; then that flag is used. A test package that declares -update itself is initialized later
// and panics with "flag redefined: update". Remove the declaration, and call [Updating] for your own golden files.
package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// folder is where golden files are: the go command ignores it and runs a test beside it.
const folder = "testdata"

// Match synthesizes a stack and compares its template with testdata/<name>.json in the test's working directory, which
// is the directory of its package. The stack may be in a Stage or nested. The app may already have been synthesized,
// and one test may match several stacks of an app. After synthesis, CDK refuses additions to the app, so call Match
// after you have created the last stack. Do not call it in parallel tests: jsii handles one call at a time.
//
// A name may contain slashes; Match creates the directories. If the template differs or the file is missing, Match
// calls t.Errorf, so the test goes on to compare other stacks. With -update, Match writes the file if it differs. If
// the environment variable CI is set to anything but false, -update fails with t.Fatalf, because it would accept any
// change.
func Match(t testing.TB, stack awscdk.Stack, name string) {
	t.Helper()
	file, err := goldenFile(name)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	if Updating() && inCI(os.Getenv("CI")) {
		t.Fatalf("snapshot: -update is refused as CI=%s is set: a golden file that is written there lets any change "+
			"pass. Run it on your own machine and commit the file, or unset CI", os.Getenv("CI"))
	}
	if stack == nil {
		t.Fatalf("snapshot: the stack for %s is nil", file)
	}
	got, err := maskedTemplate(synthesize(stack))
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	if Updating() {
		update(t, file, got)
		return
	}
	compare(t, file, got, *stack.Node().Path())
}

// Template synthesizes a stack as [Match] does and returns its template as encoding/json decodes it, with asset hashes,
// for assertions in Go:
//
//	for id, resource := range snapshot.Template(t, stack)["Resources"].(map[string]any) { ... }
func Template(t testing.TB, stack awscdk.Stack) map[string]any {
	t.Helper()
	if stack == nil {
		t.Fatalf("snapshot: the stack is nil")
	}
	data, err := os.ReadFile(synthesize(stack).template)
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	var template map[string]any
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatalf("snapshot: template of %s: %v", *stack.Node().Path(), err)
	}
	return template
}

// synthesized are the files of a stack in the cloud assembly.
type synthesized struct{ template, manifest string }

// synthesize synthesizes the stage that a stack is in, which is the app unless the app has stages. CDK synthesizes
// once, and returns the same result later.
func synthesize(stack awscdk.Stack) synthesized {
	stage := awscdk.Stage_Of(stack)
	stage.Synth(nil)
	outdir := *stage.Outdir()
	top := stack // The assets of a nested stack are published with those of the stack around it.
	for top.NestedStackParent() != nil {
		top = top.NestedStackParent()
	}
	return synthesized{
		template: filepath.Join(outdir, *stack.TemplateFile()),
		manifest: filepath.Join(outdir, *top.ArtifactId()+".assets.json"),
	}
}

// goldenFile returns the path of a golden file, relative to the working directory.
func goldenFile(name string) (string, error) {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\:\x00") {
		return "", fmt.Errorf(
			"%q is not a name for a file in %s: expected one such as %q or %q",
			name,
			folder,
			"shop",
			"shop/with-cors",
		)
	}
	return filepath.Join(folder, filepath.FromSlash(name)+".json"), nil
}

// inCI reports whether the environment variable CI has a value other than false.
func inCI(value string) bool {
	set, err := strconv.ParseBool(value)
	return value != "" && (err != nil || set)
}

// compare reports how a template differs from its golden file.
func compare(t testing.TB, file string, got any, path string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("snapshot: %s does not exist. To write it from the template of %s: %s", file, path, command(t))
		return
	} else if err != nil {
		t.Errorf("snapshot: %v", err)
		return
	}
	want, err := parse(data)
	if err != nil {
		t.Errorf("snapshot: %s: %v. To write it anew: %s", file, err, command(t))
		return
	}
	if diff := difference(want, got); diff != "" {
		t.Errorf("snapshot: the template of %s is not what %s has (-golden file, +template):\n%sIf this is what you "+
			"meant: %s", path, file, diff, command(t))
	}
}

// update writes a golden file unless it is the same already.
func update(t testing.TB, file string, template any) {
	t.Helper()
	data := plainjson.Indent(template)
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return
	}
	if err := write(file, data); err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	t.Logf("snapshot: wrote %s", file)
}

// command returns the command that writes the golden files of a test.
func command(t testing.TB) string {
	var pattern []string
	for part := range strings.SplitSeq(t.Name(), "/") {
		part = strings.ReplaceAll(regexp.QuoteMeta(part), "'", ".") // The shell would end the pattern there.
		pattern = append(pattern, "^"+part+"$")
	}
	return fmt.Sprintf("go test -run '%s' -update", strings.Join(pattern, "/"))
}

// parse reads JSON and keeps numbers as they are written.
func parse(data []byte) (any, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("there is something after the JSON value")
	}
	return v, nil
}

// write replaces a file in one step, so that a test that is killed does not leave half of it.
func write(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".snapshot-")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
