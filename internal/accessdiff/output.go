package accessdiff

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// jsonVersion changes when the meaning of a member changes or a member is removed.
const jsonVersion = 1

// Text returns one change a line, under the name of its API. It is empty if nothing changed.
func (d *Diff) Text() []byte {
	var b bytes.Buffer
	api := ""
	for _, c := range d.Changes {
		if c.API != api {
			if api != "" {
				b.WriteByte('\n')
			}
			api = c.API
			b.WriteString(matrix.Plain(api) + "\n")
		}
		b.WriteString("  " + mark[c.Effect] + " " + matrix.Plain(c.Text) + "\n")
	}
	return b.Bytes()
}

// mark is the symbol before a change in a text.
var mark = map[Effect]string{Gained: "+", Lost: "-", Changed: "~", Unknown: "?"}

// JSON returns the changes as JSON.
func (d *Diff) JSON() []byte {
	out := struct {
		Version int      `json:"version"`
		Exit    int      `json:"exit"`
		Changes []Change `json:"changes"`
	}{jsonVersion, d.Exit(), append([]Change{}, d.Changes...)}
	return plainjson.Indent(out)
}

// headings are the headings of effects in Markdown.
var headings = map[Effect]string{
	Gained:  "Access gained",
	Unknown: "Cannot be compared",
	Lost:    "Access lost",
	Changed: "Changed",
}

// Markdown returns the changes as a comment on a pull request: a sentence that says what to look at, then the changes
// of each API by effect, and the witness of each gain.
func (d *Diff) Markdown() []byte {
	var b bytes.Buffer
	b.WriteString("### " + d.summary() + "\n")
	var apis []string
	for _, c := range d.Changes {
		apis = append(apis, c.API)
	}
	apis = unique(apis)
	for _, api := range apis {
		if len(apis) > 1 {
			b.WriteString("\n#### " + code(api) + "\n")
		}
		for _, effect := range order {
			var lines []string
			for _, c := range d.Changes {
				if c.API == api && c.Effect == effect {
					lines = append(lines, c.markdown())
				}
			}
			if lines != nil {
				b.WriteString("\n**" + headings[effect] + "**\n\n" + strings.Join(lines, ""))
			}
		}
	}
	return b.Bytes()
}

// summary summarizes the changes in one sentence.
func (d *Diff) summary() string {
	count := map[Effect]int{}
	for _, c := range d.Changes {
		count[c.Effect]++
	}
	switch {
	case len(d.Changes) == 0:
		return "Access is unchanged"
	case count[Gained] > 0 && count[Unknown] > 0:
		return "Access is wider, and not all of it can be compared"
	case count[Gained] > 0:
		return "Access is wider"
	case count[Unknown] > 0:
		return "Access may be wider: not all of it can be compared"
	case count[Lost] > 0:
		return "Access is narrower"
	}
	return "Access is as wide as before"
}

// markdown returns a change as an item of a list, with its witness in a fold.
func (c Change) markdown() string {
	text := "- " + escape(c.Text) + "\n"
	if c.Witness != nil {
		w, err := json.Marshal(c.Witness)
		if err != nil {
			panic(err) // unreachable: it came from JSON or has only texts
		}
		text += "  <details><summary>allowed now, refused before</summary>\n\n  " + code(string(w)) + "\n  </details>\n"
	}
	return text
}

// code returns a text as a code span, fenced by more backticks than it contains in a row.
func code(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if text = matrix.Plain(text); strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// escape keeps names in a template from being interpreted as markup or as a mention of a person.
func escape(text string) string {
	var b strings.Builder
	for _, r := range matrix.Plain(text) {
		switch {
		case r == '@':
			b.WriteString("&#64;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case strings.ContainsRune("\\`*_[]#|!~", r):
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
