package rules

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// FuzzCheck checks that for any template the rules end without a panic and give the same result twice, and that each
// finding has its rule, its place and its way out.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"testdata/traps/*.json", "testdata/foreign/*/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal("no templates", err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	ids := IDs()
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := cloudassembly.Parse("Shop", text)
		if err != nil {
			return
		}
		findings := Check(a, Options{})
		for _, found := range findings {
			if !slices.Contains(ids, found.Rule) || found.Stack == "" || found.Message == "" || found.WayOut == "" {
				t.Errorf("an incomplete finding: %+v", found)
			}
		}
		if again := Check(a, Options{}); !slices.Equal(findings, again) {
			t.Errorf("first %v\nthen %v", findings, again)
		}
	})
}
