package monitortest

import (
	"os"
	"path/filepath"
	"testing"
)

// Snapshots returns the metrics that the alarms and dashboards of a folder's snapshots use, by file name.
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
