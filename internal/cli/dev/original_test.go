package dev

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOriginals checks that an original, once found, stays the same even if it is edited, and that an asset that is not
// a copy has no original.
func TestOriginals(t *testing.T) {
	root, out := t.TempDir(), t.TempDir()
	put := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(root, "fns/orders/index.js"), "exports.handler")
	put(filepath.Join(out, "asset.1/index.js"), "exports.handler")
	put(filepath.Join(out, "asset.2/index.js"), "exports.bundled")
	o := originals{root: root}
	for range 2 {
		for folder, want := range map[string]string{
			filepath.Join(out, "asset.1"):      "fns/orders",
			filepath.Join(out, "asset.2"):      "", // a bundler made it
			filepath.Join(root, "fns/orders"):  "fns/orders",
			filepath.Join(out, "unzipped/abc"): "",
		} {
			if got := o.sourceOf(folder); got != want {
				t.Errorf("%s: got %q, want %q", folder, got, want)
			}
		}
		put(filepath.Join(root, "fns/orders/index.js"), "exports.edited")
	}
}
