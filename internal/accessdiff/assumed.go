package accessdiff

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// oneText are keys that a request has with one text or not at all, of which nothing shows here which one that is.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var oneText = []string{"aws:sourcevpce", "aws:sourcevpc", "aws:principalorgid"}

// Of mostConditions or fewer all combinations are tried.
const mostConditions = 6

// assumptions are environments that differ in what some conditions on other keys than [known] look at: each key of
// [oneText] is not there, or has one of the texts that they tell apart. Conditions on other keys, and on those with too
// many texts, are met or not.
//
// Complete is false if there are too many conditions for each combination to be tried.
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
	var either []string // conditions that are met or not
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

// textsFor are texts of a key, one of each class that some conditions tell apart. Few is false if they cannot be tried,
// or are too many.
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
