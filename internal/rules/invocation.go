package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

var openInvocation = Rule{
	ID:       "open-invocation",
	Severity: Error,
	Why: "If every principal, or each API of any account, may invoke a function, callers can send it events with " +
		"an identity that no authorizer verified.",
	Looks: "permissions for the principal * or for API Gateway, of functions behind guarded methods of every API, " +
		"that no source, account, organization, token or function URL narrows",
	WayOut: "name the API in SourceArn, as LambdaIntegration of CDK does, or the callers in Principal",
	check: func(v *view, report reporter) {
		guarded := sync.OnceValue(v.guardedFunctions)
		for _, r := range v.byType["AWS::Lambda::Permission"] {
			who := r.invokers()
			if who == "" {
				continue
			}
			target, err := r.text("FunctionName")
			if err != nil {
				if v.built() {
					report(r, Finding{Message: fmt.Sprintf("%s may invoke a function, and it cannot be told whether that is behind a "+
						"guarded route: FunctionName: %s", who, unresolved(err))})
				}
				continue
			}
			m := guarded().find(r, target)
			if m == nil {
				continue
			}
			f := Finding{Message: fmt.Sprintf("%s may invoke the function that answers %s, which %s guards",
				who, m.key(), strings.Join(m.types, " or "))}
			if m.api != nil {
				f.API = m.api.name()
			}
			report(r, f)
		}
	},
}

// narrowing are the properties of a permission that admit only a part of its principal.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
var narrowing = []string{
	"SourceArn",
	"SourceAccount",
	"PrincipalOrgID",
	"EventSourceToken",
	"FunctionUrlAuthType",
	"InvokedViaFunctionUrl",
}

// invokers describes who a permission lets invoke its function, if that is everybody or each API, or returns "".
func (r *resource) invokers() string {
	for _, properties := range r.cases(r.t.Properties, 0) {
		if who := r.invokersIn(properties); who != "" {
			return who
		}
	}
	return ""
}

// invokersIn returns the invokers if the permission has these properties.
// "If you grant permission to a service principal without specifying the source, other accounts could potentially
// configure resources in their account to invoke your Lambda function."
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
func (r *resource) invokersIn(properties map[string]any) string {
	choose := func(name string) choices { return r.chooseFrom(properties[name], 0) }
	if !slices.ContainsFunc(choose("Action").values, func(a string) bool {
		return a == "lambda:InvokeFunction" || a == "lambda:*" || a == "*"
	}) {
		return ""
	}
	for _, name := range narrowing {
		value := choose(name)
		if value.why != "" || !slices.ContainsFunc(value.values, func(v string) bool {
			return v == "" || v == "false" || name == "SourceArn" && anySource(v)
		}) {
			return ""
		}
	}
	principals := choose("Principal").values
	switch {
	case slices.Contains(principals, "*"):
		return "everybody with an AWS account"
	case slices.Contains(principals, "apigateway.amazonaws.com"):
		return "each API of any account"
	}
	return ""
}

// anySource reports whether a SourceArn covers resources of every account, such as "*" and "arn:aws:execute-api:*:*:*".
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func anySource(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return strings.Trim(arn, "*") == "" || len(parts) == 6 && parts[4] == "*" && strings.HasPrefix(parts[5], "*")
}
