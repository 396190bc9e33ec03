package rules

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// The types of resources that the rules look at.
const (
	typeAPI        = "AWS::ApiGateway::RestApi"
	typeResource   = "AWS::ApiGateway::Resource"
	typeMethod     = "AWS::ApiGateway::Method"
	typeAuthorizer = "AWS::ApiGateway::Authorizer"
	typeStage      = "AWS::ApiGateway::Stage"
	typeDeployment = "AWS::ApiGateway::Deployment"
)

// The authorization types of CloudFormation.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
const (
	authNone    = "NONE"
	authIAM     = "AWS_IAM"
	authCustom  = "CUSTOM"
	authCognito = "COGNITO_USER_POOLS"
	authJWT     = "JWT"
)

// view is an assembly, indexed once for all rules.
type view struct {
	assembly *cloudassembly.Assembly
	e        *cloudassembly.Evaluator
	byType   map[string][]*resource
	inStack  [][]*resource // the resources of each stack
	apis     []*api
	byID     map[string]*api   // by the placeholder of an API's ID
	paths    map[string]pathOf // by the placeholder of a path's ID
	methods  []*method
	guards   map[string]*resource // authorizers, by the placeholders of the API's ID and their own, separated by a space

	e2      *cloudassembly.Evaluator  // see elsewhereEvaluator; nil until a rule needs it
	lambdas map[functionKey]*resource // see functions; nil until a rule needs them
}

// resource is a resource of a template that is created, or may be.
type resource struct {
	v     *view
	stack *cloudassembly.Stack
	id    string
	t     *cloudassembly.TemplateResource
}

// pathOf is a path of an API.
type pathOf struct {
	api  *api
	path string
}

// api is a REST API.
type api struct {
	*resource
	plan    *plan // nil for an API that Gatehouse did not build
	badPlan error // why its plan cannot be read
	stages  []string
	guards  []*resource // its authorizers
	methods []*method
}

// method is a verb on a path.
type method struct {
	*resource
	api    *api   // nil if it is not in the assembly, or not known
	whyAPI string // why api is nil
	verb   string // "" if it is not known
	path   string // "" if it is not known

	types  []string // the values that its AuthorizationType may have, in upper case
	why    string   // why there may be other values
	guard  *resource
	noID   string // why the authorizer is not known; "" if it is known, or if the method has none
	isMock bool
}

func (r *resource) String() string { return r.stack.Path + "/" + r.id }

// get resolves a property. It returns nil if the property is not set. The error says why it is known only at
// deployment. The result must not be changed.
func (r *resource) get(name string) (any, error) {
	return r.v.e.Property(r.stack, r.id, name)
}

func (r *resource) resolve(path string, raw any) (any, error) {
	return r.v.e.Evaluate(r.stack, r.id, path, raw)
}

// text resolves a property that is a string, a number or a boolean. It returns "" if the property is not set.
func (r *resource) text(name string) (string, error) {
	value, err := r.get(name)
	if err != nil || value == nil {
		return "", err
	}
	t, ok := scalar(value)
	if !ok {
		return "", fmt.Errorf("%s is not a string", name)
	}
	return t, nil
}

// ref returns what Ref yields for the resource, or "" if that is not known.
func (r *resource) ref() string { return textOf(r.v.e.Ref(r.stack, r.id)) }

// attribute returns an attribute of the resource, or "" if it is not known.
func (r *resource) attribute(name string) string { return textOf(r.v.e.Attribute(r.stack, r.id, name)) }

func textOf(value any, err error) string {
	if err != nil {
		return ""
	}
	t, _ := scalar(value)
	return t
}

// property resolves as much of a property as it can, like [resource.resolvePartly].
func (r *resource) property(name string) any {
	if value, err := r.get(name); err == nil {
		return value
	}
	return r.resolvePartly("Properties."+name, r.t.Properties[name])
}

// resolvePartly resolves as much of a value as it can. It leaves the intrinsic functions that have no value.
func (r *resource) resolvePartly(path string, raw any) any {
	if value, err := r.resolve(path, raw); err == nil {
		return value
	}
	switch raw := raw.(type) {
	case map[string]any:
		out := make(map[string]any, len(raw))
		for name, member := range raw {
			if strings.HasPrefix(name, "Fn::") || name == "Ref" {
				return raw
			}
			out[name] = r.resolvePartly(path+"."+name, member)
		}
		return out
	case []any:
		out := make([]any, len(raw))
		for i, entry := range raw {
			out[i] = r.resolvePartly(fmt.Sprintf("%s[%d]", path, i), entry)
		}
		return out
	}
	return raw
}

// apiOf returns the API that a resource belongs to. If the API is not in the assembly, or not known, it returns nil and
// the reason.
func (v *view) apiOf(r *resource) (*api, string) {
	id, err := r.text("RestApiId")
	if err != nil {
		return nil, unresolved(err)
	}
	if a := v.byID[id]; a != nil {
		return a, ""
	}
	if id == "" {
		return nil, "it has no RestApiId"
	}
	return nil, fmt.Sprintf("no API of the assembly has the id %q", id)
}

// built reports whether the assembly has an API that Gatehouse built.
func (v *view) built() bool {
	for _, a := range v.apis {
		if a.plan != nil || a.badPlan != nil {
			return true
		}
	}
	return false
}
