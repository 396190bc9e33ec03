package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// saved changes the app's files and waits for an output. A change during the second consecutive run of the app may come
// from the app, or from a file that was read in part. The command reports such a change instead of serving it, and then
// saved saves the file again. The output may have come before or after that.
func (r *running) saved(t *testing.T, want string, save func()) {
	t.Helper()
	first := len(r.stdout.String())
	last := first
	save()
	r.wait(t, func() bool {
		said := r.stdout.String()
		if strings.Contains(said[last:], " changed while the app ran again, ") {
			last = len(said)
			save()
			return false
		}
		served := last == first || strings.Contains(said[last:], " is served, after ") ||
			strings.Contains(said[last:], " is still served")
		return served && strings.Contains(said[first:], want)
	})
}

const servedAgain = "  the new API is served, after "

// TestDevWatch checks that a change is served without losing a request, and that the old API stays if the app fails.
func TestDevWatch(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, mockAPI("Api", "hello"))
	r, temp := start(t, dir, "--watch")
	if want := "watching " + dir + " for changes\n"; !strings.Contains(r.stdout.String(), want) {
		t.Errorf("%q does not say %q", r.stdout.String(), want)
	}

	stop := keepAsking(r.url+"/v1/hello", 4)
	said := func(text string) func() bool {
		return func() bool { return strings.Contains(r.stdout.String(), text) }
	}

	if got := get(t, r.url+"/v1/added").StatusCode; got != 403 {
		t.Errorf("before the change: %d", got)
	}
	writeFile(t, filepath.Join(dir, "README.md"), "# What nothing reads\n")
	time.Sleep(500 * time.Millisecond) // in which another file is noticed
	if strings.Contains(r.stdout.String(), "changed") {
		t.Errorf("a file that no program reads counts as a change: %s", &r.stdout)
	}
	r.saved(t, servedAgain, func() {
		writeAssembly(t, filepath.Join(dir, "source"), mockAPI("Api", "hello", "added"))
	})
	r.wait(t, said("    Test/Api\n      + GET /added: everyone gained"))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after the change: %d", got)
	}

	want := "\nTest/Other is at " + r.url + "/v1-other, as another API has the stage v1 too: its functions see v1\n"
	r.saved(t, want, func() {
		writeAssembly(t, filepath.Join(dir, "source"), mockAPI("Api", "hello", "added"), mockAPI("Other", "hello"))
	})
	if got := get(t, r.url+"/v1-other/hello").StatusCode; got != 200 {
		t.Errorf("of an API that the change adds: %d", got)
	}

	r.saved(t, "  the old API is still served: the app failed: sh app.sh: exit status 1\n", func() {
		writeFile(t, filepath.Join(dir, "app.sh"), "echo cannot >&2; exit 1\n")
	})
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after the app failed: %d", got)
	}
	if !strings.Contains(r.stderr.String(), "cannot\n") {
		t.Errorf("the output of the app is missing: %s", &r.stderr)
	}

	r.saved(t, "wrote no cloud assembly that can be read: ", func() {
		writeFile(t, filepath.Join(dir, "app.sh"), "echo '{}' > \"$CDK_OUTDIR/manifest.json\"\n")
	})
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after the assembly was broken: %d", got)
	}

	if asked, lost := stop(); lost > 0 || asked < 20 {
		t.Errorf("%d of %d requests were lost", lost, asked)
	}
	if status := r.stop(t); status != succeeded || left(t, temp) != "[]" {
		t.Errorf("status %d, files left: %s", status, left(t, temp))
	}
}

// TestDevWatchConfiguration checks that cdk.json and cdk.context.json are sources, and that the app gets their new
// values.
func TestDevWatchConfiguration(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, mockAPI("Api", "hello"))
	writeFile(
		t,
		filepath.Join(dir, "app.sh"),
		"case $CDK_CONTEXT_JSON in *'\"more\":true'*) cp -R more/. \"$CDK_OUTDIR\";; "+
			"*) mkdir -p \"$CDK_OUTDIR\" && cp -R source/. \"$CDK_OUTDIR\";; esac\n",
	)
	writeAssembly(t, filepath.Join(dir, "more"), mockAPI("Api", "hello", "added"))
	r, _ := start(t, dir, "--watch")
	change := func(file, text, want string) {
		t.Helper()
		r.saved(t, want, func() { // in one step, as editors do
			hidden := filepath.Join(dir, ".saved")
			writeFile(t, hidden, text)
			if err := os.Rename(hidden, filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
		})
	}

	change("cdk.json", `{"app":"sh app.sh","context":{"more":true}}`, servedAgain)
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after a change of the context in cdk.json: %d", got)
	}

	change("cdk.json", `{"app":`, "  the old API is still served: the app's configuration: ")

	change("cdk.json", `{"app":"sh app.sh"}`, servedAgain)
	if got := get(t, r.url+"/v1/added").StatusCode; got != 403 {
		t.Errorf("after the context was removed: %d", got)
	}

	change("cdk.context.json", `{"more":true}`, servedAgain)
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after a change of cdk.context.json: %d", got)
	}

	change("cdk.json", `{"app":"more"}`, "start again")
}

// TestDevWatchAppThatWritesASource checks that the app does not run forever, and that the user is told that a file is
// not served.
func TestDevWatchAppThatWritesASource(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, mockAPI("Api", "hello"))
	// The app writes the source last. If it continued to run for a while, the change would stop it and run it again.
	writeFile(t, filepath.Join(dir, "app.sh"),
		"mkdir -p \"$CDK_OUTDIR\" && cp -R source/. \"$CDK_OUTDIR\" && echo run >>written.go\n")
	r, _ := start(t, dir, "--watch")
	r.wait(t, func() bool {
		return strings.Contains(r.stdout.String(),
			"  written.go changed while the app ran again, which the app may do itself: ")
	})
	if got, err := os.ReadFile(filepath.Join(dir, "written.go")); string(got) != "run\nrun\nrun\n" {
		t.Errorf("the app ran, by its lines: %q, %v; want it once to start and twice for what it wrote", got, err)
	}
}

// TestDevWatchWithoutAssembly checks that an app that succeeds without writing an assembly is not treated as one that
// wrote the same assembly again.
func TestDevWatchWithoutAssembly(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, mockAPI("Api", "hello"))
	r, _ := start(t, dir, "--watch")
	writeFile(t, filepath.Join(dir, "app.sh"), "exit 0\n")
	r.wait(t, func() bool {
		return strings.Contains(r.stdout.String(), "still served: ") ||
			strings.Contains(r.stdout.String(), "the new API is served")
	})
	if out := r.stdout.String(); !strings.Contains(
		out,
		`  the old API is still served: the app "sh app.sh" exited without an error, but wrote no cloud assembly: end its `+
			"main with app.Synth(nil), and leave AppProps.Outdir unset\n",
	) {
		t.Errorf("it says\n%s", out)
	}
	if got := get(t, r.url+"/v1/hello").StatusCode; got != 200 {
		t.Errorf("what was served before: %d", got)
	}
}
