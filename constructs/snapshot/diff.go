package snapshot

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// maxDifferences is how many differences are shown. With more, use git diff: the golden file may be another template's.
const maxDifferences = 50

// difference returns a list of where two JSON values differ, each place by its path in the template and with both
// values as JSON:
//
//	Resources.Queue4A7E3555.Properties.VisibilityTimeout
//	- 30
//	+ 60
//
// It is empty if they are equal.
func difference(golden, template any) string {
	var r differences
	cmp.Equal(golden, template, cmp.Reporter(&r))
	if more := len(r.found) - maxDifferences; more > 0 {
		return strings.Join(r.found[:maxDifferences], "") + fmt.Sprintf("and %d more\n", more)
	}
	return strings.Join(r.found, "")
}

// differences is a reporter of package cmp, which walks both values at once.
type differences struct {
	path  cmp.Path
	found []string
}

func (r *differences) PushStep(step cmp.PathStep) { r.path = append(r.path, step) }
func (r *differences) PopStep()                   { r.path = r.path[:len(r.path)-1] }

func (r *differences) Report(result cmp.Result) {
	if result.Equal() {
		return
	}
	golden, template := r.path.Last().Values()
	r.found = append(r.found, place(r.path)+"\n"+signed("- ", golden)+signed("+ ", template))
}

// place returns a path in the notation of CloudFormation: Resources.Role.Properties.Policies[0].
func place(path cmp.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case cmp.MapIndex:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step.Key().String())
		case cmp.SliceIndex:
			golden, template := step.SplitKeys()
			fmt.Fprintf(&b, "[%d]", max(golden, template)) // -1 is on the side that does not have it.
		}
	}
	if b.Len() == 0 {
		return "the whole template"
	}
	return b.String()
}

// signed returns a value as JSON with a sign before each line, or "" for a value that does not exist.
func signed(sign string, v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(string(plainjson.Indent(v.Interface()))) {
		b.WriteString(sign + line)
	}
	return b.String()
}
