package test

// The files sam_*_test.go compare access tables with APIs that AWS SAM's own tests transform.
//
// A sample names an input of SAM. It has the props that replace SAM's API, and the facts of SAM's output: the guard of
// each method with its settings, the stage, the domain, the policy, the plans and the models. The facts are from
// tests/translator/output in https://github.com/aws/serverless-application-model, in the notation of
// [samTemplate.facts]. Values that AWS does not accept, such as the ARN "arn:aws:1" of a user pool, are replaced.
// testdata/sam-inputs.txt lists all inputs with their replacement.

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// sample is an API of SAM's tests.
type sample struct {
	name  string   // the name of the input
	also  []string // further inputs whose APIs have the same properties
	props func(g *given) *secureapi.Props
	want  map[string]string // an empty value means that the fact must be missing
}

var samples = slices.Concat(authSamples, routeSamples, bodySamples, corsSamples, policySamples, stageSamples,
	domainSamples, planSamples, conditionSamples)

// method matches the name of a fact about a method.
var method = regexp.MustCompile(`^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY) /`)

func TestSAM(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			stack := awscdk.NewStack(awscdk.NewApp(&awscdk.AppProps{
				Context:      &map[string]any{"aws:cdk:bundling-stacks": []string{}},
				TreeMetadata: jsii.Bool(false),
			}), jsii.String("S"), nil)
			secureapi.New(stack, "Api", s.props(&given{stack: stack}))
			facts := read(*assertions.Template_FromStack(stack, nil).ToJSON()).facts()
			got := map[string]string{}
			for name, fact := range facts {
				if method.MatchString(name) {
					got[name] = fact
				}
			}
			for name := range s.want {
				got[name] = facts[name]
			}
			if diff := cmp.Diff(s.want, got); diff != "" {
				t.Errorf("the facts (-SAM's +ours):\n%s", diff)
			}
		})
	}
}

// given makes the resources that a table refers to.
type given struct {
	stack awscdk.Stack
	made  map[string]any
}

// once makes the resource with a name at the first call, and returns the same one later.
func once[T any](g *given, name string, build func(id *string) T) T {
	if g.made == nil {
		g.made = map[string]any{}
	}
	if g.made[name] == nil {
		g.made[name] = build(&name)
	}
	return g.made[name].(T)
}

// fn returns a function whose code is in the template.
func (g *given) fn(name string) awslambda.Function {
	return once(g, name, func(id *string) awslambda.Function {
		return awslambda.NewFunction(g.stack, id, &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(),
			Handler: jsii.String("index.handler"),
			Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
		})
	})
}

// pool returns the user pool with an ID.
func (g *given) pool(id string) awscognito.IUserPool {
	return once(g, id, func(*string) awscognito.IUserPool {
		return awscognito.UserPool_FromUserPoolArn(g.stack, &id,
			jsii.String("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"+id))
	})
}

func (g *given) role(name string) awsiam.IRole {
	return once(g, name, func(*string) awsiam.IRole {
		return awsiam.Role_FromRoleArn(g.stack, &name, jsii.String("arn:aws:iam::123456789012:role/"+name), nil)
	})
}

// parameter returns a parameter of the stack, as a token.
func (g *given) parameter(name string) string {
	return *once(g, name, func(id *string) awscdk.CfnParameter {
		return awscdk.NewCfnParameter(g.stack, id, nil)
	}).ValueAsString()
}

// condition returns a condition of the stack.
func (g *given) condition(name string) awscdk.CfnCondition {
	return once(g, name, func(id *string) awscdk.CfnCondition {
		return awscdk.NewCfnCondition(g.stack, id, &awscdk.CfnConditionProps{
			Expression: awscdk.Fn_ConditionEquals(jsii.String("true"), jsii.String("true")),
		})
	})
}

// open is the reason for public routes: SAM's routes are public unless Auth says otherwise.
var open = secureapi.Public("as in SAM's test")

// table returns routes with these patterns that a function answers.
func (g *given) table(access []secureapi.Access, patterns ...string) (routes []secureapi.Route) {
	for _, p := range patterns {
		routes = append(routes, secureapi.Handle(p, g.fn("F"), access...))
	}
	return routes
}

// public returns public routes.
func (g *given) public(patterns ...string) []secureapi.Route {
	return g.table([]secureapi.Access{open}, patterns...)
}

// plus joins facts.
func plus(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}
