package cloudassembly

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// stageVariable is a reference to a stage variable in the ARN of a function.
// Source: "Use a stage variable to specify a Lambda integration in a REST API" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
var stageVariable = regexp.MustCompile(`\$\{stageVariables\.([A-Za-z0-9_]+)\}`)

// target is the function that an integration or an authorizer invokes on one stage.
type target struct {
	function  *Function
	qualifier string
	problem   string // why there is none; "" if there is one
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

// FunctionOn is the function that the integration invokes on a stage, and its alias or version; nil if there is none.
func (i *Integration) FunctionOn(s *Stage) (f *Function, qualifier string) {
	t := i.byStage.on(s, target{function: i.Function, qualifier: i.Qualifier})
	return t.function, t.qualifier
}

// FunctionOn is the function that the authorizer invokes on a stage, and its alias or version; nil if there is none.
func (a *Authorizer) FunctionOn(s *Stage) (f *Function, qualifier string) {
	t := a.byStage.on(s, target{function: a.Function, qualifier: a.Qualifier})
	return t.function, t.qualifier
}

// onStage is why something invokes no function on a stage, as a problem of its own; nil if it does, or needs none. Where the
// stage is not given, every stage counts.
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
		list = append(list, Problem{ID: id, What: "it names its function by a stage variable, and the API has no stage", Blocks: true})
	}
	slices.SortFunc(list, compareProblems)
	return list
}

// readTargets finds the functions that stage variables name, stage by stage. A stage without such a function blocks what
// needs it on that stage alone.
func (b *builder) readTargets() {
	for _, api := range b.model.APIs {
		for _, m := range api.Methods {
			i := &m.Integration
			if i.Type == IntegrationProxy {
				i.byStage = b.targetsOf(api, m.ID, "Properties.Integration.Uri", i.URI)
				i.Function, i.Qualifier = i.byStage.common(i.Function, i.Qualifier)
			}
		}
		for _, a := range api.Authorizers {
			a.byStage = b.targetsOf(api, a.ID, "Properties.AuthorizerUri", a.URI)
			a.Function, a.Qualifier = a.byStage.common(a.Function, a.Qualifier)
			for _, t := range a.byStage {
				if t.function != nil && t.function != a.Function {
					// Whose tokens it takes, and what they must have, is read from the function's configuration.
					b.problem(Problem{ID: a.ID, Blocks: true, What: "its stages name different functions, which is not done here: " +
						"give each function an authorizer of its own, or name one function and an alias of each stage"})
				}
			}
		}
	}
}

func (b *builder) targetsOf(api *API, id ID, place, uri string) targets {
	arn, ok := invoked(uri)
	if !ok || !strings.Contains(arn, "${stageVariables.") {
		return nil
	}
	out := targets{}
	for _, stage := range api.Stages {
		t := b.targetOn(stage, id, place, arn)
		if t.problem != "" {
			b.problem(Problem{ID: id, What: t.problem})
		}
		out[stage] = t
	}
	return out
}

// targetOn resolves an ARN on a stage. API Gateway replaces a variable that the stage does not have by nothing.
func (b *builder) targetOn(stage *Stage, id ID, place, arn string) (t target) {
	var missing []string
	resolved := stageVariable.ReplaceAllStringFunc(arn, func(found string) string {
		name := stageVariable.FindStringSubmatch(found)[1]
		value, ok := stage.Variables[name]
		if !ok {
			missing = append(missing, name)
		}
		return value
	})
	if t.function, t.qualifier = b.model.FunctionOf(resolved, id.Stack); t.function != nil && len(missing) == 0 {
		return t
	}
	t = target{}
	if len(missing) > 0 {
		t.problem = fmt.Sprintf("%s names the function by the stage variable %s, which the stage %s does not have: set it in the stage's Variables",
			place, strings.Join(missing, ", "), stage.Name)
		return t
	}
	t.problem = fmt.Sprintf("%s: on the stage %s the function %s is not in the assembly", place, stage.Name, resolved)
	return t
}

// common is the function that is invoked on all stages, and the qualifier where that is the same too; what was there before
// if there are no stage variables. Of several functions it is the one of the first name.
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
