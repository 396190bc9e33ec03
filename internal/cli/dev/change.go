package dev

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
)

// change is a change of the sources, and its consequences.
type change struct {
	files     []string // relative to the watched folder, with slashes
	functions []string // functions that are built
	app       bool     // whether the app runs after that; if neither, the assembly is read
}

// fewFiles is how many changed files are named.
const fewFiles = 2

func (c change) String() string {
	named := c.files[:min(len(c.files), fewFiles)]
	text, verb := strings.Join(named, " and "), "has"
	if len(c.files) > 1 {
		verb = "have"
	}
	if others := len(c.files) - fewFiles; others > 0 {
		text = fmt.Sprintf("%s and %s", strings.Join(named, ", "), counted(others, "other file"))
	}
	text += " " + verb + " changed: "
	switch {
	case len(c.functions) > 0 && c.app:
		return text + withVerb(c.functions) + " built again, then the app runs"
	case len(c.functions) > 0:
		return text + withVerb(c.functions) + " built again"
	case c.app:
		return text + "the app runs again"
	default:
		return text + "the assembly is read again"
	}
}

// reloaded describes what is served after a change.
type reloaded struct {
	took      time.Duration
	functions []string         // set if only these functions are new; empty if the API is
	access    *accessdiff.Diff // who gained and who lost access; nil if only functions are new
	stages    []servedStage    // stages that are new, or have another address
	problems  differences      // those that were not reported before
}

func (r reloaded) String() string {
	what := "the new API is"
	if len(r.functions) > 0 {
		what = "the new " + withVerb(r.functions)
	}
	text := fmt.Sprintf("%s served, after %.1f s", what, r.took.Seconds())
	if r.access != nil && len(r.access.Changes) == 0 {
		text += "; access is unchanged"
	}
	return text
}

// accessLines returns the changes of access, one per line.
func (r reloaded) accessLines() (lines []string) {
	if r.access == nil {
		return nil
	}
	for line := range strings.Lines(string(r.access.Text())) {
		if line = strings.TrimRight(line, "\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// withVerb returns "Orders is" or "Orders and Admin are".
func withVerb(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0] + " is"
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " are"
}

// counted returns "1 file" or "2 files".
func counted(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
