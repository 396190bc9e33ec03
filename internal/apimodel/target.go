package apimodel

import (
	"slices"
)

// target is the function that an integration or an authorizer invokes on one stage.
type target struct {
	function  *Function
	qualifier string
	problem   string // why the stage invokes no function; "" if it invokes one
}

// targets are those of all stages, for an ARN that has stage variables; nil for one that has none.
type targets map[*Stage]target

// on is the target on a stage, which is the one given unless the stage has its own.
func (t targets) on(s *Stage, otherwise target) target {
	if own, ok := t[s]; ok {
		return own
	}
	return otherwise
}

// onStage is why something invokes no function on a stage, as a problem of its own; nil if it does, or needs none.
// Where the stage is not given, every stage counts.
func (t targets) onStage(s *Stage, id ID) (list []Problem) {
	if s != nil {
		if problem := t[s].problem; problem != "" {
			list = append(list, Problem{ID: id, What: problem, Blocks: true})
		}
		return list
	}
	for _, one := range t {
		if one.problem != "" {
			list = append(list, Problem{ID: id, What: one.problem, Blocks: true})
		}
	}
	if t != nil && len(t) == 0 {
		list = append(list, Problem{ID: id, What: "it names its function by a stage variable, and the API has no stage",
			Blocks: true})
	}
	slices.SortFunc(list, compareProblems)
	return list
}

// common is the function that is invoked on all stages, and the qualifier where that is the same too; what was there
// before if there are no stage variables. Of several functions it is the one of the first name.
func (t targets) common(before *Function, qualifier string) (*Function, string) {
	if len(t) == 0 {
		return before, qualifier
	}
	var f *Function
	qualifiers := map[string]bool{}
	for _, one := range t {
		if one.function == nil {
			continue
		}
		qualifiers[one.qualifier] = true
		if f == nil || compareIDs(one.function.ID, f.ID) < 0 {
			f = one.function
		}
	}
	if len(qualifiers) == 1 {
		for q := range qualifiers {
			return f, q
		}
	}
	return f, ""
}
