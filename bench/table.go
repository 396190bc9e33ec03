package main

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// table returns the text of results.md.
func table(machine string, measured []figures.Figure) string {
	var b strings.Builder
	b.WriteString("# Benchmark results\n\n")
	b.WriteString("`go run ./bench` writes this page. [README.md](README.md) describes each benchmark. ")
	b.WriteString(machine + "\n\n")
	b.WriteString("![the ratios](results.svg)\n")
	subject := ""
	for _, f := range measured {
		if f.Subject != subject {
			subject = f.Subject
			fmt.Fprintf(
				&b,
				"\n## %s\n\n| | measured | against %s | ratio | bound |\n|---|---|---|---|---|\n",
				strings.ToUpper(subject[:1])+subject[1:],
				f.Peer,
			)
		}
		bound := f.Bound()
		if !f.Holds() {
			bound = "**" + bound + ": does not hold**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n",
			f.Name, value(f.Measured, f.Unit), value(f.Against, f.Unit), ratio(f.Ratio), bound)
	}
	return b.String()
}

// value formats a value with its unit: to the unit from 1,000 on, and with three digits below.
func value(v float64, unit string) string {
	if v == 0 {
		return ""
	}
	if v >= 1000 {
		return strings.TrimSpace(fmt.Sprintf("%.0f %s", v, unit))
	}
	return strings.TrimSpace(fmt.Sprintf("%.3g %s", v, unit))
}

func ratio(r float64) string {
	if r >= 10 {
		return fmt.Sprintf("%.1f", r)
	}
	return fmt.Sprintf("%.2f", r)
}
