package secureapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Authorization types as CloudFormation has them; CDK's own names, AuthorizationType_IAM and so on, are others.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
const (
	typeNone    = "NONE"
	typeIAM     = "AWS_IAM"
	typeCognito = "COGNITO_USER_POOLS"
)

// guardedMethods looks at the finished tree for what somebody added beside the table: open methods, methods of which the
// table's guards cannot tell who may call them, and statements of the resource policy that let everybody in. What the
// table says was decided when the API was made.
type guardedMethods struct{ api *API }

var _ constructs.IValidation = (*guardedMethods)(nil)

// Validate is called by CDK at synth.
func (v *guardedMethods) Validate() *[]*string {
	var found []*string
	rest := v.api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi)
	judge := func(scope scopeOfPolicy) bool {
		err := v.api.judgePolicy(rest.Policy(), scope)
		if err != nil {
			found = append(found, jsii.String(fmt.Sprintf(
				"secureapi: %s: ResourcePolicy, with what was added beside the table: %v", *v.api.Node().Path(), err)))
		}
		return err == nil
	}
	sound := judge(v.api.scope)
	declared, table := v.api.plan.declared()
	var beside, byPolicy []string // guarded methods, and those that an Allow of the resource policy would open
	for _, m := range v.methods() {
		authorization := typeNone
		if given := m.AuthorizationType(); given != nil {
			authorization = strings.ToUpper(*given) // API Gateway takes "none" as well
		}
		verb, path := *m.HttpMethod(), methodPath(m)
		key := verb + " " + path
		if !table[key] && authorization != typeNone {
			beside = append(beside, key)
			if authorization != typeCognito {
				byPolicy = append(byPolicy, key)
			}
		}
		switch {
		case authorization == typeNone:
			if !declared[key] && !(verb == "OPTIONS" && isMock(m)) {
				found = append(found, jsii.String(fmt.Sprintf(
					"secureapi: %s: the method %s is open, and the table does not say so: put it into Routes, where it is guarded or says why it is Public, or give it an AuthorizationType",
					*m.Node().Path(), key)))
			}
		case !table[key] && v.included(m):
			found = append(found, jsii.String(fmt.Sprintf(
				"secureapi: %s: the method %s was added beside the table with an authorizer that answers for the table alone, so that it lets in nobody, or by the * of another route whoever may call that one: put it into Routes, or give it another authorizer",
				*m.Node().Path(), key)))
		case !table[key] && authorization == typeIAM && v.granted(key) != "":
			found = append(found, jsii.String(fmt.Sprintf(
				"secureapi: %s: the method %s was added beside the table, and the * of the grant of %q covers it, as it crosses slashes: put it into Routes, where GrantInvoke sees it",
				*m.Node().Path(), key, v.granted(key))))
		case !table[key] && v.api.plan.allowsAll && authorization != typeCognito:
			found = append(found, jsii.String(fmt.Sprintf(
				"secureapi: %s: the method %s was added beside the table, and the API's resource policy allows everything, so that it lets in whom %s would keep out: put it into Routes",
				*m.Node().Path(), key, authorization)))
		}
	}
	if sound && !v.api.plan.allowsAll && len(byPolicy) > 0 { // with one that allows all, each was named above
		judge(v.api.scope.with(byPolicy))
	}
	for _, err := range v.api.plan.checkBeside(beside) {
		found = append(found, jsii.String(fmt.Sprintf("secureapi: %s: %v", *v.api.Node().Path(), err)))
	}
	if found == nil {
		return &[]*string{}
	}
	return &found
}

// methods are those of the API, in its own stack and in those that depend on it: a stack that refers to the API does.
//
// Calls into CDK's engine are counted here. Each one that a callback of the engine makes lies on the engine's call stack
// until the callback returns, and after some thousands that stack overflows. So what an app has of other APIs' methods
// must not be asked, one by one, for each API.
func (v *guardedMethods) methods() (out []awsapigateway.CfnMethod) {
	top := topStack(v.api)
	own := v.api.RestAPI.RestApiId()
	ours := map[string]bool{*own: true} // by the text of an id, which for one token is always the same
	for _, stack := range append(dependents(top), top) {
		for _, c := range *stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
			m, ok := c.(awsapigateway.CfnMethod)
			if !ok {
				continue
			}
			id := m.RestApiId()
			is, known := ours[*id]
			if !known {
				is = v.same(m, id, own)
				ours[*id] = is
			}
			if is {
				out = append(out, m)
			}
		}
	}
	return out
}

// topStack is the stack that something is in, and not one that is nested in another.
func topStack(c constructs.IConstruct) awscdk.Stack {
	stack := awscdk.Stack_Of(c)
	for parent := stack.NestedStackParent(); parent != nil; parent = stack.NestedStackParent() {
		stack = parent
	}
	return stack
}

// dependents are the stacks outside of one that depend on it, directly, without those within them: what such a stack has is
// in its own tree. CDK has found them before it validates, and a reference never leaves a stage. Stacks are looked for
// outside of stacks and directly in them, since to list all constructs of an app for each of its APIs takes seconds.
func dependents(stack awscdk.Stack) (out []awscdk.Stack) {
	addr := *stack.Node().Addr()
	is := func(s awscdk.Stack) bool { return *s.Node().Addr() == addr }
	var walk func(constructs.IConstruct, bool)
	walk = func(c constructs.IConstruct, inStack bool) {
		for _, child := range *c.Node().Children() {
			switch child := child.(type) {
			case awscdk.Stack:
				switch {
				case is(child):
				case slices.ContainsFunc(*child.Dependencies(), is):
					out = append(out, child)
				default:
					walk(child, true)
				}
			case awscdk.Stage:
			default:
				if !inStack {
					walk(child, false)
				}
			}
		}
	}
	walk(awscdk.Stage_Of(stack), false)
	return out
}

// same tells whether a method names something of the API's stack, also from another stack, which refers to it by the
// same token.
func (v *guardedMethods) same(m awsapigateway.CfnMethod, id, own *string) bool {
	return *id == *own || fmt.Sprint(awscdk.Stack_Of(m).Resolve(id)) == fmt.Sprint(awscdk.Stack_Of(v.api).Resolve(own)) && *awscdk.Stack_Of(m).Node().Addr() == *awscdk.Stack_Of(v.api).Node().Addr()
}

// included tells whether a method is guarded by an included authorizer of the table.
func (v *guardedMethods) included(m awsapigateway.CfnMethod) bool {
	return m.AuthorizerId() != nil && slices.ContainsFunc(v.api.included, func(a awsapigateway.IAuthorizer) bool {
		return v.same(m, m.AuthorizerId(), a.AuthorizerId())
	})
}

// granted is the pattern of a route whose grant covers a method beside the table, or "".
func (v *guardedMethods) granted(method string) string {
	beside, err := route.Parse(method)
	if err != nil {
		return "" // of an L1 method's resource no path is known
	}
	for _, pattern := range v.api.granted {
		if route.WildcardCovers(pattern, beside) {
			return pattern.String()
		}
	}
	return ""
}

// declared are the routes that the table opens, and all of its routes.
func (p *plan) declared() (open, all map[string]bool) {
	open, all = map[string]bool{}, map[string]bool{}
	for _, r := range p.routes {
		all[r.pattern.String()] = true
		if r.guard == nil {
			open[r.pattern.String()] = true
		}
	}
	return open, all
}

// methodPath is the path of the resource that an L2 method belongs to; an L1 method of its own has none to tell.
func methodPath(m awsapigateway.CfnMethod) string {
	if l2, ok := m.Node().Scope().(awsapigateway.Method); ok {
		return *l2.Resource().Path()
	}
	return "of an unknown path"
}

// isMock tells whether API Gateway answers the method by itself, as it does a preflight. CDK gives an integration back
// in the shape it was made in, so it is looked at as CloudFormation will see it.
func isMock(m awsapigateway.CfnMethod) bool {
	integration, ok := awscdk.Stack_Of(m).Resolve(m.Integration()).(map[string]any)
	return ok && integration["type"] == string(awsapigateway.IntegrationType_MOCK)
}
