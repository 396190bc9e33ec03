package main

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// The sizes in the picture, in its units. The text is legible at half the size.
const (
	width   = 1000
	labels  = 400 // where the bars begin
	right   = 90  // space for a value beside the longest bar
	line    = 30
	heading = 46
)

// The axis shows ratios from lowest to highest. It is logarithmic: 2 and 0.5 are equally far from 1.
const (
	lowest  = 0.01
	highest = 50
)

// x returns the position of a ratio on the axis.
func x(ratio float64) float64 {
	ratio = min(max(ratio, lowest), highest)
	return labels + (width-labels-right)*math.Log(ratio/lowest)/math.Log(highest/lowest)
}

// style has colours for the reader's light or dark setting.
const style = `
text { font: 19px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
.subject { font-weight: 600 }
.peer, .tick { fill: #59636e; font-weight: 400 }
.tick { font-size: 16px }
.grid { stroke: #d1d9e0 }
.one { stroke: #59636e; stroke-width: 2 }
.ours { fill: #0969da }
.other { fill: #afb8c1 }
.over { fill: #cf222e }
.bound { stroke: #1f2328; stroke-width: 3 }
.paper { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .peer, .tick { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .one { stroke: #9198a1 }
  .ours { fill: #4493f8 }
  .other { fill: #656c76 }
  .over { fill: #f85149 }
  .bound { stroke: #f0f6fc }
  .paper { fill: #0d1117 }
}`

// plot returns the text of results.svg. A bar goes from 1 to the ratio, and a mark shows the bound.
func plot(measured []figures.Figure) string {
	var body strings.Builder
	y, subject := 40, ""
	for _, f := range measured {
		if f.Subject != subject {
			subject = f.Subject
			y += heading
			fmt.Fprintf(
				&body,
				`<text x="16" y="%d" class="subject">%s<tspan class="peer"> over %s</tspan></text>`+"\n",
				y-heading/2+10,
				escaped(subject),
				escaped(f.Peer),
			)
		}
		start, end := min(x(1), x(f.Ratio)), max(x(1), x(f.Ratio))
		class := "ours"
		switch {
		case f.Other:
			class = "other"
		case !f.Holds():
			class = "over"
		}
		fmt.Fprintf(&body, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", labels-14, y+21, escaped(f.Name))
		fmt.Fprintf(&body, `<rect x="%.1f" y="%d" width="%.1f" height="%d" class="%s"/>`+"\n",
			start, y+5, max(end-start, 2), line-10, class)
		if bound := f.AtMost + f.AtLeast; bound > 0 {
			fmt.Fprintf(&body, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" class="bound"/>`+"\n",
				x(bound), x(bound), y+2, y+line-2)
			end = max(end, x(bound))
		}
		fmt.Fprintf(&body, `<text x="%.1f" y="%d">%s</text>`+"\n", end+8, y+21, ratio(f.Ratio))
		y += line
	}
	bottom := y + 10
	var b strings.Builder
	fmt.Fprintf(
		&b,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" `+
			`aria-label="Ratios of Gatehouse to its peers">`+"\n",
		width,
		bottom+64,
	)
	fmt.Fprintf(&b, "<style>%s\n</style>\n<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n", style)
	for _, tick := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50} {
		class := "grid"
		if tick == 1 {
			class = "one"
		}
		fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="36" y2="%d" class="%s"/>`+"\n", x(tick), x(tick), bottom, class)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" class="tick" text-anchor="middle">%g</text>`+"\n", x(tick), bottom+22, tick)
	}
	b.WriteString(body.String())
	fmt.Fprintf(
		&b,
		`<text x="16" y="%d" class="tick">Ratios to the peer, on a logarithmic axis. `+
			`Blue: Gatehouse. Grey: other libraries. Red: out of bounds. Mark: the bound.</text>`+"\n",
		bottom+52,
	)
	b.WriteString("</svg>\n")
	return b.String()
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // writing to a strings.Builder cannot fail
	return b.String()
}
