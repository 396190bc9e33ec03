// Package figures reports the results of a benchmark: as a line of text and, if [Variable] is set, as a line of JSON
// for command bench.
package figures

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Variable is the environment variable with the name of the file to which figures are appended as lines of JSON.
const Variable = "GATEHOUSE_FIGURES"

// Figure is one comparison within one run.
type Figure struct {
	Subject  string  `json:"subject"` // what is compared: "token verification, RS256"
	Name     string  `json:"name"`    // the contender, or the conditions: "gatehouse", "one token, back to back"
	Peer     string  `json:"peer"`    // the other side of the comparison
	Unit     string  `json:"unit,omitempty"`
	Measured float64 `json:"measured,omitempty"`
	Against  float64 `json:"against,omitempty"` // the peer's value, in the same unit
	Ratio    float64 `json:"ratio"`
	AtMost   float64 `json:"atMost,omitempty"`  // the project's bound for the ratio; 0 for none
	AtLeast  float64 `json:"atLeast,omitempty"` // the bound, if more is better; 0 for none
	Other    bool    `json:"other,omitempty"`   // whether Measured is the value of another library
}

// Holds reports whether the figure is within its bound, or has none.
func (f Figure) Holds() bool {
	return (f.AtMost == 0 || f.Ratio <= f.AtMost) && (f.AtLeast == 0 || f.Ratio >= f.AtLeast)
}

// Bound describes the bound, as "at most 0.80"; "" if there is no bound.
func (f Figure) Bound() string {
	switch {
	case f.AtMost != 0:
		return fmt.Sprintf("at most %.2f", f.AtMost)
	case f.AtLeast != 0:
		return fmt.Sprintf("at least %.3g", f.AtLeast)
	}
	return ""
}

// String returns the figure as a line of text.
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

// Median returns the middle value, or the mean of the two middle values.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// ReportPairs reports the median of each side, and the median of the ratios of the pairs. ours[i] and theirs[i] are a
// pair. It returns the ratios.
func ReportPairs(f Figure, ours, theirs []float64) (ratios []float64) {
	for i := range ours {
		ratios = append(ratios, ours[i]/theirs[i])
	}
	f.Measured, f.Against, f.Ratio = Median(ours), Median(theirs), Median(ratios)
	Report(f)
	return ratios
}

// Report prints a figure and appends it to the file that [Variable] names. It ends the program if it cannot write the
// file, because the table would lack the figure.
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

// Read returns the figures of a file, in order.
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
