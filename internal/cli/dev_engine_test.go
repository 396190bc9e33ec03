package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// devOnce runs "gatehouse dev" with an app that prints variables of its environment and fails.
func devOnce(t *testing.T, environ ...string) (stderr string) {
	t.Helper()
	dir := fakeApp(t)
	writeFile(
		t,
		filepath.Join(dir, "app.sh"),
		`echo "silence=$JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION root=$JSII_RUNTIME_PACKAGE_CACHE_ROOT."; exit 1`,
	)
	var out, errs output
	cache := t.TempDir()
	s := &command.Process{
		Stdout: &out, Stderr: &errs, Dir: dir,
		Now:      func() time.Time { return time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC) },
		Environ:  func() []string { return environ },
		CacheDir: func() (string, error) { return cache, nil },
	}
	if status := run(t.Context(), s, []string{"dev", "--port", "0"}); status != failed {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	return errs.String()
}

// nodeIn makes a folder with a Node.js of a version, and the shell's own programs.
func nodeIn(t *testing.T, version string) (path string) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "node"), "#!/bin/sh\necho "+version+"\n")
	if err := os.Chmod(filepath.Join(dir, "node"), 0o700); err != nil {
		t.Fatal(err)
	}
	return "PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")
}

func TestDevWithAnOldNode(t *testing.T) {
	t.Parallel()
	home := "HOME=" + t.TempDir()
	const note = "gatehouse dev: note: Node.js 20 works, but reached its end of life on 2026-04-30: install a newer " +
		"one, or set JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 to leave this line out\n"
	for _, tt := range []struct {
		name    string
		environ []string
		want    string // a part of the app's environment
		said    bool
	}{
		{"past its end of life", []string{nodeIn(t, "v20.20.2"), home}, "silence=20 root=.", true},
		{
			"another one is silenced",
			[]string{nodeIn(t, "v20.20.2"), home, jsiienv.SilenceEndOfLife + "=18"},
			"silence=18,20 root=.",
			true,
		},
		{
			"the user knows",
			[]string{nodeIn(t, "v20.20.2"), home, jsiienv.SilenceEndOfLife + "=20"},
			"silence=20 root=.",
			false,
		},
		{"a newer one", []string{nodeIn(t, "v24.1.0"), home}, "silence= root=.", false},
		{
			"jsii takes another one",
			[]string{nodeIn(t, "v20.20.2"), home, "JSII_NODE=/nonexistent/node"},
			"silence= root=.",
			false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := devOnce(t, tt.environ...)
			if !strings.Contains(got, tt.want+"\n") || strings.Contains(got, note) != tt.said ||
				strings.Contains(got, "end of life") != tt.said {
				t.Errorf("%s\nwant %q, and the note: %v", got, tt.want, tt.said)
			}
		})
	}
}

// jsii would wait without end for a folder that cannot be made.
func TestDevWithAHomeThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	got := devOnce(t, nodeIn(t, "v24.1.0"), "HOME="+filepath.Join(file, "home"))
	for _, want := range []string{
		"gatehouse dev: note: jsii, which runs CDK, cannot write to its cache folder " + filepath.Join(file, "home"),
		"name a folder that this user can write to with JSII_RUNTIME_PACKAGE_CACHE_ROOT",
		"silence= root=" + filepath.Join(os.TempDir(), "gatehouse-dev-"),
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %q", got, want)
		}
	}
}

// A folder for temporary files or keys that is not there, full or read-only is named with its variable.
func TestDevWithoutAFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	dir, missing := fakeApp(t, mockAPI("One", "hello")), filepath.Join(t.TempDir(), "missing")
	for _, tt := range []struct {
		name, temp, cache string
		want              []string
	}{
		{
			"for temporary files",
			missing,
			t.TempDir(),
			[]string{"no folder for the assembly: ", "the folder for temporary files is " + missing, "with TMPDIR"},
		},
		{
			"for keys",
			t.TempDir(),
			file,
			[]string{"no folder for the keys: ", "the user's cache folder, " + file, "with XDG_CACHE_HOME"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs output
			s := &command.Process{
				Stdout: &out, Stderr: &errs, Now: time.Now, Dir: dir, Environ: withoutCDK, TempDir: tt.temp,
				CacheDir: func() (string, error) { return tt.cache, nil },
			}
			status := run(t.Context(), s, []string{"dev", "--port", "0"})
			for _, want := range tt.want {
				if status != failed || !strings.Contains(errs.String(), want) {
					t.Errorf("status %d: %s\nwant %q", status, errs.String(), want)
				}
			}
			if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v: the folder was made", err)
			}
		})
	}
}
