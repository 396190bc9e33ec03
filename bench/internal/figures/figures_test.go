package figures

import (
	"path/filepath"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"one", []float64{7}, 7},
		{"odd", []float64{9, 1, 5}, 5},
		{"even: the mean of the two middle values", []float64{9, 1, 5, 3}, 4},
	} {
		if got := Median(tt.values); got != tt.want {
			t.Errorf("%s: got %g, want %g", tt.name, got, tt.want)
		}
	}
}

// TestReportPairs expects the median of the pairs' ratios, not the ratio of the medians.
func TestReportPairs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures")
	t.Setenv(Variable, file)
	ratios := ReportPairs(Figure{Name: "ours"}, []float64{1, 8, 3}, []float64{1, 2, 6})
	got, err := Read(file)
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	if f := got[0]; f.Measured != 3 || f.Against != 2 || f.Ratio != 1 || len(ratios) != 3 || ratios[1] != 4 {
		t.Errorf("got %+v and the ratios %g", f, ratios)
	}
}
