package snapshot

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// What the user says of one variable leaves the other one as the tests need it.
func TestDefaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		said map[string]string
		want []string
	}{
		{"nothing", nil, []string{"CDK_VALIDATION=false", "CDK_APP_MODE=inmemory"}},
		{"validation", map[string]string{"CDK_VALIDATION": "true"}, []string{"CDK_APP_MODE=inmemory"}},
		{"the mode", map[string]string{"CDK_APP_MODE": "cli"}, []string{"CDK_VALIDATION=false"}},
		{"both", map[string]string{"CDK_VALIDATION": "", "CDK_APP_MODE": ""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := defaults(func(name string) (string, bool) { value, ok := tt.said[name]; return value, ok })
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestUnderRace: jsii's folder is where Main removes it, as jsii itself does not under the race detector.
func TestUnderRace(t *testing.T) {
	scratch := os.Getenv(scratchFolder)
	if !underRace {
		if scratch != "" {
			t.Errorf("%s is %s without the race detector", scratchFolder, scratch)
		}
		return
	}
	left, err := filepath.Glob(filepath.Join(scratch, "jsii-runtime.*"))
	if err != nil || len(left) != 1 || os.TempDir() != scratch {
		t.Errorf("got %q (%v) in %s, want one folder of jsii's in %s", left, err, os.TempDir(), scratch)
	}
}

func TestWithScratch(t *testing.T) {
	variables, err := withScratch([]string{"A=b"})
	if err != nil || len(variables) != 3 {
		t.Fatalf("got %q, %v", variables, err)
	}
	scratch := variables[1][len(scratchFolder)+1:]
	t.Cleanup(func() { os.RemoveAll(scratch) })
	name := map[bool]string{true: "TMP", false: "TMPDIR"}[runtime.GOOS == "windows"]
	if info, err := os.Stat(scratch); err != nil || !info.IsDir() || variables[2] != name+"="+scratch ||
		variables[0] != "A=b" {
		t.Errorf("got %q (%v)", variables, err)
	}
}
