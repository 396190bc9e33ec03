package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AcceptsMetadata is the metadata of a resource whose findings are accepted. It is an object that maps rule IDs to
// reasons.
const AcceptsMetadata = "gatehouse:accepts"

// acceptance judges the acceptances of other rules' findings. [Check] runs it separately.
var acceptance = Rule{
	ID:       "acceptance",
	Severity: Error,
	Why: "An acceptance is for an existing finding, and gives a reason. One that is left over would hide the next " +
		"hole at the same resource.",
	Looks:  "the metadata gatehouse:accepts of every resource",
	WayOut: "take the acceptance out, or name a rule that \"gatehouse check --rules\" lists, and a reason",
	check:  func(*view, reporter) {},
}

// accept sets the reason in each finding that is accepted, and reports acceptances that are wrong or left over. The
// parameter known has the IDs of the rules whose findings can be accepted.
func (v *view) accept(findings []Finding, known []string, report reporter) {
	type place struct{ stack, id, rule string }
	found := map[place][]int{}
	for i, f := range findings {
		at := place{f.Stack, f.LogicalID, f.Rule}
		found[at] = append(found[at], i)
	}
	for _, kind := range slices.Sorted(maps.Keys(v.byType)) {
		for _, r := range v.byType[kind] {
			raw, is := r.t.Metadata[AcceptsMetadata]
			if !is {
				continue
			}
			accepts, ok := raw.(map[string]any)
			if !ok {
				report(r, Finding{Message: "the metadata " + AcceptsMetadata + " is not an object of rules and reasons"})
				continue
			}
			for _, rule := range slices.Sorted(maps.Keys(accepts)) {
				reason, _ := accepts[rule].(string)
				at := found[place{r.stack.Path, r.id, rule}]
				switch {
				case !slices.Contains(known, rule):
					report(r, Finding{Message: fmt.Sprintf("it accepts the rule %q, which does not exist: want one of %s",
						rule, strings.Join(known, ", "))})
				case strings.TrimSpace(reason) == "":
					report(r, Finding{Message: fmt.Sprintf("it accepts %s without a reason", rule)})
				case at == nil:
					report(r, Finding{Severity: Warning, Message: fmt.Sprintf("it accepts %s, and the rule finds nothing here", rule),
						WayOut: "take the acceptance out"})
				}
				for _, i := range at {
					findings[i].Accepted = strings.TrimSpace(reason)
				}
			}
		}
	}
}
