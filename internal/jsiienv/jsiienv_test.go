package jsiienv

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func environment(entries ...string) func(string) string {
	return func(name string) string {
		for _, entry := range entries {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestCacheFolder(t *testing.T) {
	for _, tt := range []struct {
		name, goos string
		environ    []string
		want       string
	}{
		{"Linux", "linux", []string{"HOME=/home/a"}, "/home/a/.cache/aws/jsii/package-cache"},
		{"macOS", "darwin", []string{"HOME=/Users/a"}, "/Users/a/Library/Caches/com.amazonaws.jsii/package-cache"},
		{"Windows", "windows", []string{"HOME=/x", "LOCALAPPDATA=/l"}, "/l/AWS/jsii/package-cache"},
		{"named", "linux", []string{"HOME=/home/a", CacheRoot + "=/c"}, "/c"},
		{"enabled", "linux", []string{"HOME=/home/a", cacheMode + "=Enabled"}, "/home/a/.cache/aws/jsii/package-cache"},
		{"disabled", "linux", []string{"HOME=/home/a", CacheRoot + "=/c", cacheMode + "=disabled"}, ""},
		{"no home", "linux", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := filepath.ToSlash(CacheFolder(environment(tt.environ...), tt.goos)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCheckCache(t *testing.T) {
	good := t.TempDir()
	made := filepath.Join(good, ".cache", "aws", "jsii", "package-cache")
	file := filepath.Join(t.TempDir(), "file")
	if err := errors.Join(os.WriteFile(file, nil, 0o600),
		os.MkdirAll(filepath.Join(t.TempDir(), "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		environ []string
		want    string // of the error
	}{
		{"a home", []string{"HOME=" + good}, ""},
		{"a folder that is to be made", []string{CacheRoot + "=" + filepath.Join(good, "a", "b")}, ""},
		{"a home that is a file", []string{"HOME=" + file}, "not a directory"},
		{"a home below a file", []string{"HOME=" + filepath.Join(file, "a")}, "not a directory"},
		{"a cache that is a file", []string{"HOME=" + good, CacheRoot + "=" + file}, "not a directory"},
		{"another cache than the home's", []string{"HOME=" + file, CacheRoot + "=" + good}, ""},
		{"no cache", []string{"HOME=" + file, cacheMode + "=disabled"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckCache(environment(tt.environ...), "linux")
			if tt.want == "" && err != nil {
				t.Errorf("a false alarm: %v", err)
			}
			if tt.want != "" && (!errors.Is(err, ErrCache) || !strings.Contains(err.Error(), tt.want) ||
				!strings.Contains(err.Error(), CacheRoot)) {
				t.Errorf("got %v, want %q with the way out", err, tt.want)
			}
		})
	}
	if left, err := os.ReadDir(good); err != nil || len(left) > 0 {
		t.Errorf("files left: %v, %v", left, err)
	}

	t.Run("where a folder can never be made", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("/proc is Linux's")
		}
		// Node.js tries this one without end.
		if err := CheckCache(environment("HOME=/proc/gatehouse"), "linux"); !errors.Is(err, ErrCache) {
			t.Errorf("got %v, want %v", err, ErrCache)
		}
	})
	t.Run("read-only", func(t *testing.T) {
		if runtime.GOOS == "windows" || os.Geteuid() == 0 {
			t.Skip("modes do not bind this user")
		}
		if err := os.MkdirAll(filepath.Join(made, "aws-cdk-lib"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(made, 0o500); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(made, 0o700)
		if err := CheckCache(environment("HOME="+good), "linux"); err != nil {
			t.Errorf("a false alarm: jsii writes into the folders of packages: %v", err)
		}
		if err := os.Chmod(filepath.Join(made, "aws-cdk-lib"), 0o500); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(made, "aws-cdk-lib"), 0o700)
		if err := CheckCache(environment("HOME="+good), "linux"); !errors.Is(err, ErrCache) {
			t.Errorf("got %v, want %v", err, ErrCache)
		}
	})
}

func TestSilence(t *testing.T) {
	later := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, version, set string
		now                time.Time
		want               []string
		note               string
	}{
		{"past its end", "v20.20.2", "", later, []string{SilenceEndOfLife + "=20", silenceDeprecated + "=20"},
			"Node.js 20 works, but reached its end of life on 2026-04-30: install a newer one, or set " + SilenceEndOfLife +
				"=20 to leave this line out"},
		{"the user names another", "v20.20.2", "18, 16", later,
			[]string{SilenceEndOfLife + "=18,16,20", silenceDeprecated + "=20"}, "Node.js 20 works"},
		{"the user knows", "v20.20.2", "18,20", later, nil, ""},
		{"another that begins alike", "v20.20.2", "200", later,
			[]string{SilenceEndOfLife + "=200,20", silenceDeprecated + "=20"}, "Node.js 20 works"},
		{"the day before", "v20.20.2", "", time.Date(2026, 4, 29, 23, 59, 0, 0, time.UTC), nil, ""},
		{"supported", "v22.1.0", "", later, nil, ""},
		{"of no long-term support", "v21.0.0", "", later, nil, ""},
		{"something else", "deno 2", "", later, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, note := Silence(environment(SilenceEndOfLife+"="+tt.set), tt.version, tt.now)
			if !slices.Equal(got, tt.want) || !strings.HasPrefix(note, tt.note) || (note == "") != (tt.note == "") ||
				strings.Contains(note, "\n") {
				t.Errorf("got %q, %q\nwant %q, %q", got, note, tt.want, tt.note)
			}
		})
	}
}
