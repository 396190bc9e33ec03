package matrix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnMain has a binary with the settings of the included authorizer that is built from another package: this test.
func TestOwnMain(t *testing.T) {
	m := guarded(t, `{"version":1,"routes":[{"route":"GET /orders"}]}`)
	m.APIs[0].Authorizers = append(m.APIs[0].Authorizers, m.APIs[0].Methods[0].Authorizer)
	code := func() string {
		t.Helper()
		all, err := Of(m, "")
		if err != nil {
			t.Fatal(err)
		}
		if a := all.APIs[0].Authorizers[0]; !a.Included {
			t.Errorf("%+v is not the included authorizer", a)
		}
		return all.APIs[0].Authorizers[0].Code
	}
	if got := code(); got != "" {
		t.Errorf("without a binary: %q", got)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := m.APIs[0].Methods[0].Authorizer.Function.Code.Folder
	if err := os.Symlink(binary, filepath.Join(folder, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	if got := code(); !strings.HasPrefix(got, "sha256.") {
		t.Errorf("with another main package: %q", got)
	}
	if !strings.HasSuffix(includedMain, "/authorizer-fn") {
		t.Errorf("the main package of the included one is %s", includedMain)
	}
}
