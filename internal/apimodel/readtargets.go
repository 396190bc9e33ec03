package apimodel

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// stageVariable matches a reference to a stage variable in the ARN of a function.
// Source: "Use a stage variable to specify a Lambda integration in a REST API" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
var stageVariable = regexp.MustCompile(`\$\{stageVariables\.([A-Za-z0-9_]+)\}`)

// functionFor returns the function that a URI of API Gateway invokes. It reports a problem if it finds none.
func (b *builder) functionFor(r *reader, property, uri string) (*Function, string) {
	if uri == "" {
		if _, bad := r.values[property].(cloudassembly.Unresolved); !bad {
			r.problem("%s.%s is missing", r.path, property)
		}
		return nil, ""
	}
	arn, ok := serviceuri.Function(uri)
	switch {
	case !ok:
		r.problem("%s.%s does not invoke a Lambda function: %s", r.path, property, uri)
	case strings.Contains(arn, "${stageVariables."):
		if rest := stageVariable.ReplaceAllString(arn, ""); strings.Contains(rest, "${") {
			r.problem("%s.%s: want ${stageVariables.NAME} with a NAME of letters, digits and _, got %s", r.path, property, arn)
		} // else readTargets finds the function of each stage
	default:
		f, qualifier := b.model.FunctionOf(arn, r.id.Stack)
		if f == nil {
			r.problem("%s.%s: the function %s is not in the assembly, so it is not run, and it is not known whether API "+
				"Gateway may invoke it",
				r.path, property, arn)
		}
		return f, qualifier
	}
	return nil, ""
}

// readTargets finds the functions that stage variables name, stage by stage. A stage without such a function blocks
// whatever needs it, on that stage only.
func (b *builder) readTargets() {
	for _, api := range b.model.APIs {
		for _, m := range api.Methods {
			i := &m.Integration
			if i.Type == IntegrationProxy || i.Type == IntegrationAWS {
				i.byStage = b.targetsOf(api, m.ID, "Properties.Integration.Uri", i.URI)
				i.Function, i.Qualifier = i.byStage.commonFunction(i.Function, i.Qualifier)
			}
		}
		for _, a := range api.Authorizers {
			a.byStage = b.targetsOf(api, a.ID, "Properties.AuthorizerUri", a.URI)
			a.Function, a.Qualifier = a.byStage.commonFunction(a.Function, a.Qualifier)
			for _, t := range a.byStage {
				if t.function != nil && t.function != a.Function {
					// The function's configuration says whose tokens it accepts, and what they must have.
					b.problem(Problem{ID: a.ID, Blocks: true, What: "its stages name different functions, which is not supported " +
						"here: " +
						"give each function an authorizer of its own, or name one function and an alias of each stage"})
				}
			}
		}
	}
}

func (b *builder) targetsOf(api *API, id ID, place, uri string) targets {
	arn, ok := serviceuri.Function(uri)
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
		t.problem = fmt.Sprintf("%s names the function by the stage variable %s, which the stage %s does not have: set "+
			"it in the stage's Variables",
			place, strings.Join(missing, ", "), stage.Name)
		return t
	}
	t.problem = fmt.Sprintf("%s: on the stage %s the function %s is not in the assembly", place, stage.Name, resolved)
	return t
}
