package cdkapp

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPrograms: programs run from node_modules of the app's folder and of those above it, but not from where other
// users may have put them.
func TestPrograms(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders have other modes there")
	}
	for _, c := range []struct {
		name, path, folder string
		mode               os.FileMode // of the folder above the app's
		want               []string
	}{
		{"only writable by the user", "/bin", "apps", 0o700, []string{"apps/shop", "apps", "/bin"}},
		{"for a group", "/bin", "apps", 0o770, []string{"apps/shop", "apps", "/bin"}},
		{"for everybody, who may replace the app", "/bin", "apps", 0o777, []string{"apps/shop", "apps", "/bin"}},
		{"to which other users add, as /tmp", "/bin", "apps", 0o777 | os.ModeSticky, []string{"apps/shop", "/bin"}},
		{"without a PATH", "", "apps", 0o700, []string{"apps/shop", "apps"}},
		{"a name that a PATH cannot have", "/bin", "ap:ps", 0o700, []string{"/bin"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			above := filepath.Join(root, c.folder)
			for _, dir := range []string{above, filepath.Join(above, "shop")} {
				if err := os.MkdirAll(filepath.Join(dir, "node_modules", ".bin"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(above, c.mode); err != nil {
				t.Fatal(err)
			}
			want := []string{}
			for _, folder := range c.want {
				if !filepath.IsAbs(folder) {
					folder = filepath.Join(root, folder, "node_modules", ".bin")
				}
				want = append(want, folder)
			}
			if got := withPrograms(filepath.Join(above, "shop"), c.path); got != strings.Join(want, ":") {
				t.Errorf("got %s\nwant %s", got, strings.Join(want, ":"))
			}
		})
	}
}
