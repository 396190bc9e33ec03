package apimodel

import (
	"slices"
)

// target is the function that an integration or an authorizer invokes on one stage.
type target struct {
	function  *Function
	qualifier string
	problem   string // why the stage invokes no function; "" if it does
}

// targets holds the targets of all stages for an ARN with stage variables; nil for an ARN without them.
type targets map[*Stage]target

// on returns the target on a stage, or otherwise if targets does not have the stage.
func (t targets) on(s *Stage, otherwise target) target {
	if own, ok := t[s]; ok {
		return own
	}
	return otherwise
}

// onStage returns a problem of id for each reason why no function is invoked on a stage, or nil without a reason. A nil
// stage stands for every stage.
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

// commonFunction returns the function that is invoked on all stages, and the qualifier if that is also the same.
// Without stage variables it returns its arguments. If there are several functions, it returns the one with the first
// name.
func (t targets) commonFunction(before *Function, qualifier string) (*Function, string) {
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
