package startup

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

func TestWarn(t *testing.T) {
	_, file, _, _ := runtime.Caller(0)
	invalid := filepath.Join(file, "cache") // below a file
	for root, want := range map[string]string{
		t.TempDir(): "",
		invalid:     "gatehouse: jsii, which runs CDK, cannot write to its cache folder " + invalid,
	} {
		var out strings.Builder
		warn(&out, func(name string) string {
			if name == jsiienv.CacheRoot {
				return root
			}
			return ""
		})
		got := out.String()
		if (got == "") != (want == "") || !strings.HasPrefix(got, want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: got %q, want one line with %q", root, got, want)
		}
	}
}
