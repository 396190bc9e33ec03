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
	for root, want := range map[string]string{
		t.TempDir(): "",
		filepath.Join(
			file,
			"cache",
		): "gatehouse: jsii, which runs CDK, cannot write to its cache folder " + filepath.Join(file, "cache"),
	} {
		var out strings.Builder
		warn(&out, func(name string) string {
			if name == jsiienv.CacheRoot {
				return root
			}
			return ""
		})
		if got := out.String(); (got == "") != (want == "") || !strings.HasPrefix(got, want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: %q, want one line with %q", root, got, want)
		}
	}
}
