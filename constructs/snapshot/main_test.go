package snapshot

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// A variable that the user sets keeps its value. The other variable gets the default of tests.
func TestDefaults(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  map[string]string
		want []string
	}{
		{"none set", nil, []string{"CDK_VALIDATION=false", "CDK_APP_MODE=inmemory"}},
		{"CDK_VALIDATION set", map[string]string{"CDK_VALIDATION": "true"}, []string{"CDK_APP_MODE=inmemory"}},
		{"CDK_APP_MODE set", map[string]string{"CDK_APP_MODE": "cli"}, []string{"CDK_VALIDATION=false"}},
		{"both set", map[string]string{"CDK_VALIDATION": "", "CDK_APP_MODE": ""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := defaults(func(name string) (string, bool) { value, ok := tt.set[name]; return value, ok })
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Under the race detector, jsii does not remove its folder. Main removes the folder in which it lies.
func TestUnderRace(t *testing.T) {
	scratch := os.Getenv(scratchFolder)
	if !underRace {
		if scratch != "" {
			t.Errorf("%s without the race detector: got %s, want it not set", scratchFolder, scratch)
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
		t.Errorf("got %q, %v, want A=b, the scratch folder and %s", variables, err, name)
	}
}
