// Package figures is how the benchmarks tell what they measured: a line for the reader, and one of JSON for the command
// that gathers them all, if it asks for that.
//
// It measures nothing.
package figures

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Variable names the file that figures are added to as lines of JSON. Without it they are only printed.
const Variable = "GATEHOUSE_FIGURES"

// Figure is one comparison within one run.
type Figure struct {
	Subject  string  `json:"subject"` // what is compared: "token verification, RS256"
	Name     string  `json:"name"`    // the contender, or the conditions: "gatehouse", "one token, back to back"
	Peer     string  `json:"peer"`    // what it is compared with
	Unit     string  `json:"unit,omitempty"`
	Measured float64 `json:"measured,omitempty"`
	Against  float64 `json:"against,omitempty"` // the peer's figure, in the same unit
	Ratio    float64 `json:"ratio"`
	AtMost   float64 `json:"atMost,omitempty"`  // the project's own bound; 0 for none
	AtLeast  float64 `json:"atLeast,omitempty"` // the same, if more is better
	Other    bool    `json:"other,omitempty"`   // for another library, shown beside ours
}

// Holds reports whether the figure is within its bound, or has none.
func (f Figure) Holds() bool {
	return (f.AtMost == 0 || f.Ratio <= f.AtMost) && (f.AtLeast == 0 || f.Ratio >= f.AtLeast)
}

// Bound describes the bound: "at most 0.80"; "" without one.
func (f Figure) Bound() string {
	switch {
	case f.AtMost != 0:
		return fmt.Sprintf("at most %.2f", f.AtMost)
	case f.AtLeast != 0:
		return fmt.Sprintf("at least %.3g", f.AtLeast)
	}
	return ""
}

// String returns the line for the reader.
func (f Figure) String() string {
	value := func(v float64) string {
		if v == 0 {
			return ""
		}
		return strings.TrimSpace(fmt.Sprintf("%.4g %s", v, f.Unit))
	}
	line := fmt.Sprintf("%-34s %-30s %14s %14s %8.3f", f.Subject, f.Name, value(f.Measured), value(f.Against), f.Ratio)
	if bound := f.Bound(); bound != "" {
		verdict := "holds"
		if !f.Holds() {
			verdict = "DOES NOT HOLD"
		}
		line += fmt.Sprintf("  %-13s %s", bound, verdict)
	}
	return strings.TrimRight(line, " ")
}

// Median returns the middle of the values, or the mean of the two in the middle.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// ReportPairs reports the medians of what both sides measured in turns, and the median of the ratios of pairs. It
// returns the ratios.
func ReportPairs(f Figure, ours, theirs []float64) (ratios []float64) {
	for i := range ours {
		ratios = append(ratios, ours[i]/theirs[i])
	}
	f.Measured, f.Against, f.Ratio = Median(ours), Median(theirs), Median(ratios)
	Report(f)
	return ratios
}

// Report prints a figure, and adds it to the file that [Variable] names. If it cannot, the benchmark ends, since its
// figures would be missing from the table.
func Report(f Figure) {
	fmt.Println(f)
	name := os.Getenv(Variable)
	if name == "" {
		return
	}
	if err := add(name, f); err != nil {
		fmt.Fprintf(os.Stderr, "figures: %s=%s: %v\n", Variable, name, err)
		os.Exit(1)
	}
}

func add(name string, f Figure) error {
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.Write(append(line, '\n')); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

// Read returns what was reported to a file, in order.
func Read(name string) ([]Figure, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all []Figure
	for line := range strings.Lines(string(text)) {
		var f Figure
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			return nil, fmt.Errorf("figures: %s: line %d: %w", name, len(all)+1, err)
		}
		all = append(all, f)
	}
	return all, nil
}
