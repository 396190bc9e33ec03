package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// palette has the colours of a picture, which are those of GitHub's pages.
type palette struct{ paper, ink, quiet, line, box, ours, yours, refusal string }

var (
	light = palette{"#ffffff", "#1f2328", "#59636e", "#818b98", "#f6f8fa", "#ddf4ff", "#dafbe1", "#cf222e"}
	dark  = palette{"#0d1117", "#f0f6fc", "#9198a1", "#656c76", "#151b23", "#0c2d4a", "#033a16", "#f85149"}
)

// box is a step of a request, with its name and what happens in it.
type box struct {
	x, y, w, h int
	name       string
	lines      []string
	fill       string
}

// drawing collects the parts of a picture.
type drawing struct {
	p palette
	b strings.Builder
}

// request draws the path of a request to a route that is guarded by a Lambda authorizer with a cache.
// Source of the order: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func request(p palette) string {
	const width, height = 1290, 500
	const top, middle = 96, 96 + 60
	d := &drawing{p: p}
	stations := []box{
		{x: 16, w: 134, name: "Client", lines: []string{"a service or", "a browser"}, fill: p.box},
		{x: 204, w: 200, name: "Resource policy", lines: []string{"is this address,", "VPC, … denied?"}, fill: p.box},
		{x: 450, w: 190, name: "Identity source", lines: []string{"is there a token", "of that form?"}, fill: p.box},
		{x: 686, w: 164, name: "Cache", lines: []string{"is its policy", "known already?"}, fill: p.box},
		{x: 896, w: 164, name: "Policy", lines: []string{"does it allow", "this route?"}, fill: p.box},
		{x: 1124, w: 150, name: "Function", lines: []string{"yours, told", "who calls"}, fill: p.yours},
	}
	fmt.Fprintf(
		&d.b,
		`<rect x="180" y="30" width="904" height="210" rx="12" fill="none" stroke="%s" stroke-dasharray="6 5"/>`+"\n",
		p.line,
	)
	d.text(198, 62, "start", p.quiet, "API Gateway")
	for i, s := range stations {
		s.y, s.h = top, 120
		d.box(s)
		if i > 0 {
			d.arrow(stations[i-1].x+stations[i-1].w, middle, s.x, middle, p.line)
		}
	}
	d.refusal(304, top+120, "403", "explicit deny")
	d.refusal(545, top+120, "401", "no function runs")
	d.refusal(978, top+120, "403", "not authorized")

	d.box(box{x: 580, y: 350, w: 380, h: 136, name: "Authorizer function", fill: p.ours, lines: []string{
		"signature, issuer, audience, expiry;", "answers with a policy for all routes,", "from the route table in its bundle",
	}})
	d.arrow(738, top+120, 738, 350, p.line)
	d.text(726, 292, "end", p.quiet, "no")
	d.arrow(796, 350, 796, top+120, p.line)
	d.text(808, 292, "start", p.quiet, "keep it")
	d.refusalTo(580, 418, 500, 418, "401", "not a good token")
	d.text(16, 480, "start", p.quiet, "Only the resource policy checks preflights (OPTIONS).")
	return fmt.Sprintf(
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" `+
			`aria-label="The way of a request: resource policy, identity source, cache, authorizer function, policy, function">
<style>text { font: 18px system-ui, -apple-system, "Segoe UI", sans-serif } .name { font-weight: 600 }</style>
<defs>`+arrowhead("tip", p.line)+arrowhead("stop", p.refusal)+`</defs>
<rect width="100%%" height="100%%" fill="%s"/>
%s</svg>
`,
		width,
		height,
		p.paper,
		d.b.String(),
	)
}

// arrowhead returns the marker of an arrow's end, in one colour.
func arrowhead(id, colour string) string {
	return `<marker id="` + id + `" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" ` +
		`orient="auto"><path d="M0 0L10 5L0 10z" fill="` + colour + `"/></marker>`
}

func (d *drawing) box(s box) {
	fmt.Fprintf(&d.b, `<rect x="%d" y="%d" width="%d" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n",
		s.x, s.y, s.w, s.h, s.fill, d.p.line)
	center := s.x + s.w/2
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" text-anchor="middle" class="name" fill="%s">%s</text>`+"\n",
		center, s.y+36, d.p.ink, escaped(s.name))
	for i, line := range s.lines {
		d.text(center, s.y+68+26*i, "middle", d.p.quiet, line)
	}
}

func (d *drawing) text(x, y int, anchor, fill, text string) {
	if text == "" {
		return
	}
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, fill, escaped(text))
}

func (d *drawing) arrow(x1, y1, x2, y2 int, colour string) {
	marker := "tip"
	if colour == d.p.refusal {
		marker = "stop"
	}
	fmt.Fprintf(&d.b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="2" marker-end="url(#%s)"/>`+"\n",
		x1, y1, x2, y2, colour, marker)
}

// refusal draws an answer below a step, which ends the request.
func (d *drawing) refusal(x, y int, status, why string) {
	d.arrow(x, y, x, y+56, d.p.refusal)
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" text-anchor="middle" class="name" fill="%s">%s</text>`+"\n",
		x, y+80, d.p.refusal, status)
	d.text(x, y+104, "middle", d.p.quiet, why)
}

// refusalTo draws an answer beside a step, which ends the request.
func (d *drawing) refusalTo(x1, y1, x2, y2 int, status, why string) {
	d.arrow(x1, y1, x2, y2, d.p.refusal)
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" text-anchor="end" class="name" fill="%s">%s</text>`+"\n",
		x2-10, y2, d.p.refusal, status)
	d.text(x2-10, y2+24, "end", d.p.quiet, why)
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // writing to a strings.Builder cannot fail
	return b.String()
}
