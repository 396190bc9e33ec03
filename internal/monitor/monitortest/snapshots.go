package monitortest

import (
	"os"
	"path/filepath"
	"testing"
)

// Snapshots are the metrics that the alarms and the dashboards of the snapshots in a folder look at, by the names of
// their files.
func Snapshots(t testing.TB, dir string) map[string][]Use {
	t.Helper()
	templates, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(templates) == 0 {
		t.Fatalf("%s has no snapshots: %v", dir, err)
	}
	out := map[string][]Use{}
	for _, file := range templates {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		uses, err := usesOf(text)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[filepath.Base(file)] = uses
	}
	return out
}
