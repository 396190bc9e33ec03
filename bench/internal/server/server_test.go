package server

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// start runs a script of the shell as a server.
func start(t *testing.T, script string) *Process {
	t.Helper()
	p, err := Program{Name: "sh", Args: []string{"-c", script}, Env: []string{"GREETING=hello"}, Logs: t.TempDir()}.
		Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop() })
	return p
}

func await(text string, times int, not *regexp.Regexp) Await {
	return Await{regexp.MustCompile(text), times, not, time.Millisecond, time.Minute}
}

func TestAwait(t *testing.T) {
	p := start(t, `echo "$GREETING on 1"; echo "$GREETING on 2" >&2; exec sleep 60`)
	found, err := p.Await(await(`hello on (\d)`, 2, nil))
	if err != nil || len(found) != 2 || found[1] != "1" {
		t.Errorf("got %q, %v, want the group of the first match", found, err)
	}
	if n := p.Count(regexp.MustCompile(`hello`)); n != 2 {
		t.Errorf("it said hello %d times, want 2", n)
	}
	if time.Since(p.Started) > time.Minute || p.PID() <= 0 {
		t.Errorf("process %d started at %s", p.PID(), p.Started)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

// TestAwaitFails expects an error with the log.
func TestAwaitFails(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		await        Await
		want         string
	}{
		{"the server ends", `echo broken; exit 3`, await("hello", 1, nil), "sh ended: exit status 3\nbroken"},
		{"the log has the text of a failure", `echo broken; exec sleep 60`, await("hello", 1, regexp.MustCompile("broken")),
			"sh does not write hello:\nbroken"},
		{"the text occurs too few times", `echo hello; exec sleep 60`,
			Await{regexp.MustCompile("hello"), 2, nil, time.Millisecond, 50 * time.Millisecond}, "sh does not write hello:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := start(t, tt.script)
			if _, err := p.Await(tt.await); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
			if err := p.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestInstall expects one run of npm for each package-lock.json, and the files of the last call.
func TestInstall(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\necho \"$1\" >> runs\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir()) // has the cache folder on macOS
	var first string
	for _, script := range []string{"old", "new"} {
		dir, err := Install(t.Context(), "peer", fstest.MapFS{
			"package-lock.json": {Data: []byte("{}")}, "server.js": {Data: []byte(script)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = dir
		}
		text, err1 := os.ReadFile(filepath.Join(dir, "server.js"))
		runs, err2 := os.ReadFile(filepath.Join(dir, "runs"))
		if dir != first || string(text) != script || string(runs) != "ci\n" || err1 != nil || err2 != nil {
			t.Errorf("%s: %s has %q, and npm ran %q (%v, %v)", script, dir, text, runs, err1, err2)
		}
	}
	other, err := Install(t.Context(), "peer", fstest.MapFS{"package-lock.json": {Data: []byte("{ }")}})
	if err != nil || other == first {
		t.Errorf("another package-lock.json: got %s, %v", other, err)
	}
}

func TestFreePort(t *testing.T) {
	if port, err := FreePort(); err != nil || port == 0 {
		t.Errorf("got %d, %v", port, err)
	}
}
