package accessdiff

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// oneText are condition keys that have one text or are absent in a request, and whose text is unknown here.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var oneText = []string{"aws:sourcevpce", "aws:sourcevpc", "aws:principalorgid"}

// mostConditions is the number of conditions up to which all combinations are tried.
const mostConditions = 6

// assumptions returns environments that differ in what conditions on keys other than [known] depend on. Each key of
// [oneText] is absent, or has one of the texts that the conditions distinguish. Conditions on other keys, and on keys
// with too many texts, are simply met or not.
//
// complete is false if there are too many conditions to try each combination.
func assumptions(conditions []iampolicy.Condition) (out []environment, complete bool) {
	of := map[string][]iampolicy.Condition{}
	var about []string
	for _, c := range conditions {
		if text := conditionText(c); !slices.Contains(about, text) {
			about = append(about, text)
			of[strings.ToLower(c.Key)] = append(of[strings.ToLower(c.Key)], c)
		}
	}
	slices.Sort(about)
	var either []string // conditions that are simply met or not
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(of)), func(key string) bool { return slices.Contains(oneText, key) })
	out = []environment{{about: about}}
	for _, key := range append(keys, oneText...) {
		texts, few := textsFor(key, of[key])
		if !few || len(out)*(len(texts)+1)<<min(len(either), mostConditions) > 1<<mostConditions {
			for _, c := range of[key] {
				either = append(either, conditionText(c))
			}
			continue
		}
		for _, e := range slices.Clone(out) {
			for _, text := range texts {
				with := e
				with.given = map[string]string{key: text}
				maps.Copy(with.given, e.given)
				out = append(out, with)
			}
		}
	}
	complete = len(either) <= mostConditions
	for _, condition := range either[:min(mostConditions, len(either))] {
		for i, e := range slices.Clone(out) {
			met := e
			out[i].assumed, met.assumed = maps.Clone(e.assumed), maps.Clone(e.assumed)
			if e.assumed == nil {
				out[i].assumed, met.assumed = map[string]bool{}, map[string]bool{}
			}
			out[i].assumed[condition], met.assumed[condition] = false, true
			out = append(out, met)
		}
	}
	return out, complete
}

// textsFor returns texts for a key, one of each class that some conditions distinguish. few is false if texts cannot be
// tried, or there are too many.
func textsFor(key string, conditions []iampolicy.Condition) (texts []string, few bool) {
	var patterns []string
	for _, c := range conditions {
		operator := strings.ToLower(c.Operator)
		if !strings.HasPrefix(operator, "string") || strings.Contains(operator, "ignorecase") {
			return nil, false
		}
		for _, v := range c.Values {
			patterns = append(patterns, patternOf(c.Operator, v))
		}
	}
	if conditions == nil || !slices.Contains(oneText, key) {
		return nil, conditions == nil
	}
	return textClasses(slices.Compact(slices.Sorted(slices.Values(patterns))), mostTexts, "*")
}
