package cli

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
)

// TestDevWatch: a change is served without a request lost; a broken app leaves the old API.
func TestDevWatch(t *testing.T) {
	dir := fakeApp(t, mockAPI("Api", "hello"))
	r, temp := start(t, dir, "--watch")
	if want := "a change below " + dir + " makes the API anew\n"; !strings.Contains(r.stdout.String(), want) {
		t.Errorf("%q does not say %q", r.stdout.String(), want)
	}

	var asked, lost atomic.Int64
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				answer, err := http.Get(r.url + "/v1/hello")
				asked.Add(1)
				if err != nil || answer.StatusCode != 200 {
					lost.Add(1)
				}
				if err == nil {
					answer.Body.Close()
				}
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	said := func(what string) func() bool {
		return func() bool { return strings.Contains(r.stdout.String(), what) }
	}

	if got := get(t, r.url+"/v1/added").StatusCode; got != 403 {
		t.Errorf("before the change: %d", got)
	}
	writeAssembly(t, filepath.Join(dir, "source"), mockAPI("Api", "hello", "added"))
	r.wait(t, 20*time.Second, said("  the new API is served, after "))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after the change: %d", got)
	}

	writeFile(t, filepath.Join(dir, "app.sh"), "echo cannot >&2; exit 1\n")
	r.wait(t, 20*time.Second, said("  what was served before is still served: the app failed: sh app.sh: exit status 1\n"))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after the app failed: %d", got)
	}
	if !strings.Contains(r.stderr.String(), "cannot\n") {
		t.Errorf("what the app wrote is not there: %s", &r.stderr)
	}

	writeFile(t, filepath.Join(dir, "app.sh"), "echo '{}' > \"$CDK_OUTDIR/manifest.json\"\n")
	r.wait(t, 20*time.Second, said("wrote no cloud assembly"))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after the assembly was broken: %d", got)
	}

	close(done)
	clients.Wait()
	if lost.Load() > 0 || asked.Load() < 20 {
		t.Errorf("%d of %d requests were lost", lost.Load(), asked.Load())
	}
	if status := r.stop(t); status != succeeded || left(t, temp) != "[]" {
		t.Errorf("status %d, left behind %s", status, left(t, temp))
	}
}

// TestDevWatchConfiguration: cdk.json and cdk.context.json are sources, too. What the app is told is what they say now.
func TestDevWatchConfiguration(t *testing.T) {
	dir := fakeApp(t, mockAPI("Api", "hello"))
	writeFile(t, filepath.Join(dir, "app.sh"), "case $CDK_CONTEXT_JSON in *'\"more\":true'*) cp -R more/. \"$CDK_OUTDIR\";; *) mkdir -p \"$CDK_OUTDIR\" && cp -R source/. \"$CDK_OUTDIR\";; esac\n")
	writeAssembly(t, filepath.Join(dir, "more"), mockAPI("Api", "hello", "added"))
	r, _ := start(t, dir, "--watch")
	served := func(times int) func() bool {
		return func() bool { return strings.Count(r.stdout.String(), "  the new API is served, after ") >= times }
	}

	writeFile(t, filepath.Join(dir, "cdk.json"), `{"app":"sh app.sh","context":{"more":true}}`)
	r.wait(t, 20*time.Second, served(1))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after a change of the context in cdk.json: %d", got)
	}

	writeFile(t, filepath.Join(dir, "cdk.json"), `{"app":`)
	r.wait(t, 20*time.Second, func() bool {
		return strings.Contains(r.stdout.String(), "  what was served before is still served: the app's configuration: ")
	})

	writeFile(t, filepath.Join(dir, "cdk.json"), `{"app":"sh app.sh"}`)
	r.wait(t, 20*time.Second, served(2))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 403 {
		t.Errorf("after the context was taken out again: %d", got)
	}

	writeFile(t, filepath.Join(dir, "cdk.context.json"), `{"more":true}`)
	r.wait(t, 20*time.Second, served(3))
	if got := get(t, r.url+"/v1/added").StatusCode; got != 200 {
		t.Errorf("after a change of cdk.context.json: %d", got)
	}

	writeFile(t, filepath.Join(dir, "cdk.json"), `{"app":"more"}`)
	r.wait(t, 20*time.Second, func() bool { return strings.Contains(r.stdout.String(), "start again") })
}

// TestForget: programs of functions that were changed long ago do not pile up, and those of the last minutes stay for the
// requests that are under way.
func TestForget(t *testing.T) {
	now := time.Now()
	d := &dev{surroundings: &surroundings{now: func() time.Time { return now }}, app: &cdkapp.App{}, assembly: t.TempDir()}
	made := func(name string) {
		if err := os.MkdirAll(filepath.Join(d.assembly, "asset."+name), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(d.assembly, "assembly-Prod", "Test.assets.json"), `{"files":{"a":{"source":{"path":"../asset.`+name+`"}}}}`)
	}
	for _, step := range []struct {
		after   time.Duration
		version string
		want    string
	}{
		{0, "one", "one"},
		{time.Hour, "two", "one two"},
		{time.Second, "three", "one three two"},
		{lingers - 2*time.Second, "four", "four one three two"},
		{time.Second, "two", "four three two"},
		{lingers, "two", "two"},
		{time.Hour, "five", "five two"},
	} {
		now = now.Add(step.after)
		made(step.version)
		d.forget()
		found, err := filepath.Glob(filepath.Join(d.assembly, "asset.*"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, strings.TrimPrefix(filepath.Base(f), "asset."))
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("after %s: there are %q, want %s", step.version, got, step.want)
		}
	}
	made("failed")
	made("six") // in the place of an assembly that could not be served
	d.forget()
	if _, err := os.Stat(filepath.Join(d.assembly, "asset.failed")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the asset of an assembly that was not served is there: %v", err)
	}
}

// TestAnnounceWatch: the folder is named also where it is the working directory.
func TestAnnounceWatch(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	d := newDev(&surroundings{stdout: &out, now: time.Now}, devFlags{watch: true})
	d.sources = &cdkapp.Sources{}
	d.announceWatch()
	if want := "a change below " + here + " makes the API anew\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// TestDevWatchWithoutAssembly: an app that ends well and writes nothing is not taken for one that wrote the same again.
func TestDevWatchWithoutAssembly(t *testing.T) {
	dir := fakeApp(t, mockAPI("Api", "hello"))
	r, _ := start(t, dir, "--watch")
	writeFile(t, filepath.Join(dir, "app.sh"), "exit 0\n")
	r.wait(t, 20*time.Second, func() bool {
		return strings.Contains(r.stdout.String(), "still served: ") || strings.Contains(r.stdout.String(), "the new API is served")
	})
	if out := r.stdout.String(); !strings.Contains(out, `  what was served before is still served: the app "sh app.sh" ended well and wrote no cloud assembly`) {
		t.Errorf("it says\n%s", out)
	}
	if got := get(t, r.url+"/v1/hello").StatusCode; got != 200 {
		t.Errorf("what was served before: %d", got)
	}
}
