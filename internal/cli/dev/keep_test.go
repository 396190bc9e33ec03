package dev

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestKeep checks that files that a failed app wrote, removed or added are restored, except assets that existed before.
func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cdk.out")
	if k, err := keep(dir); err != nil || len(k.files) > 0 {
		t.Fatalf("before the first run: %v, %v", k, err)
	}
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"manifest.json", "assembly-Prod/Shop.template.json", "asset.old/bootstrap"} {
		put(name, "before")
	}
	put("asset.file.zip", "before")
	k, err := keep(dir)
	if err != nil {
		t.Fatal(err)
	}
	put("manifest.json", "after")
	put("More.template.json", "after")
	put("asset.half/bootstrap", "aft")
	put("asset.half.zip", "aft")
	put("asset.old/bootstrap", "run by the API that is served")
	if err := os.RemoveAll(filepath.Join(dir, "assembly-Prod")); err != nil {
		t.Fatal(err)
	}
	if err := k.restore(); err != nil {
		t.Fatal(err)
	}
	var got []string
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		got = append(got, filepath.ToSlash(below)+"="+string(text))
		return err
	})
	slices.Sort(got)
	want := "assembly-Prod/Shop.template.json=before asset.file.zip=before " +
		"asset.old/bootstrap=run by the API that is served manifest.json=before"
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q, %v\nwant %s", got, err, want)
	}
}
