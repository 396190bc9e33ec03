package dev

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// TestForget checks that programs of functions that changed long ago are removed, and that those of the last minutes
// stay for running requests.
func TestForget(t *testing.T) {
	now := time.Now()
	s := &source{
		process: &command.Process{Now: func() time.Time { return now }}, app: &cdkapp.App{}, assembly: t.TempDir(),
	}
	made := func(name string) {
		if err := os.MkdirAll(filepath.Join(s.assembly, "asset."+name), 0o700); err != nil {
			t.Fatal(err)
		}
		manifest := filepath.Join(s.assembly, "assembly-Prod", "Test.assets.json")
		if err := os.MkdirAll(filepath.Dir(manifest), 0o700); err != nil {
			t.Fatal(err)
		}
		text := `{"files":{"a":{"source":{"path":"../asset.` + name + `"}}}}`
		if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
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
		s.forget()
		found, err := filepath.Glob(filepath.Join(s.assembly, "asset.*"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, strings.TrimPrefix(filepath.Base(f), "asset."))
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("after %s: the assets are %q, want %s", step.version, got, step.want)
		}
	}
	made("failed")
	made("six") // in the place of an assembly that could not be served
	s.forget()
	if _, err := os.Stat(filepath.Join(s.assembly, "asset.failed")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the asset of an assembly that was not served still exists: %v", err)
	}
}
