package rules

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

var permissionElsewhere = Rule{
	ID:       "permission-elsewhere",
	Severity: Error,
	Why: "CloudFormation creates an AWS::Lambda::Permission in the account and region of its stack. If the " +
		"function is elsewhere, the deployment fails.",
	Looks: "permissions for API Gateway, of stacks whose account or region is known",
	WayOut: "deploy the function where the API is, or import it with SkipPermissions and let " +
		"apigateway.amazonaws.com invoke it from a stack where the function is",
	check: func(v *view, report reporter) {
		for _, r := range v.byType["AWS::Lambda::Permission"] {
			if principal, err := r.text("Principal"); err != nil || principal != "apigateway.amazonaws.com" {
				continue
			}
			arn := r.functionARN(r.t.Properties["FunctionName"])
			if where := r.elsewhere(arn, r.stack); where != "" {
				report(r, Finding{Message: fmt.Sprintf("the permission for API Gateway is for the function %s %s", arn, where)})
			}
		}
	},
}

var functionElsewhere = Rule{
	ID:       "function-elsewhere",
	Severity: Warning,
	Why: "API Gateway can invoke a function in another account or region only with a permission there, or with a " +
		"role. Otherwise every call answers 500.",
	Looks: "methods of APIs whose function is in another account or region, without a permission for API Gateway " +
		"in the assembly",
	WayOut: "let apigateway.amazonaws.com invoke the function from a stack where it is, set the integration's " +
		"Credentials to a role that may, or accept this if the permission is made outside of the app",
	check: func(v *view, report reporter) {
		permitted := v.permitted()
		for _, m := range v.methods {
			integration, _ := m.t.Properties["Integration"].(map[string]any)
			if m.api == nil || integration["Credentials"] != nil {
				continue
			}
			arn := m.functionARN(integration["Uri"])
			if where := m.elsewhere(arn, m.api.stack); where != "" && !permitted[unqualified(arn)] {
				report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf(
					"%s invokes the function %s %s, and nothing in the assembly permits that: unless it is permitted there, each "+
						"call answers 500", m.key(), arn, where)})
			}
		}
	},
}

// permitted returns the functions that a permission of the assembly lets API Gateway invoke, as ARNs without a
// qualifier.
func (v *view) permitted() map[string]bool {
	out := map[string]bool{}
	for _, r := range v.byType["AWS::Lambda::Permission"] {
		if principal, err := r.text("Principal"); err == nil && principal != "apigateway.amazonaws.com" && principal != "*" {
			continue
		}
		name, err := r.text("FunctionName")
		if err != nil {
			continue
		}
		out[unqualified(name)] = true
		if f := r.functionOf(name); f != nil {
			out[f.attribute("Arn")] = true
		}
	}
	return out
}

// elsewhere describes a function's account or region if it differs from the stack's. It returns "" if it is the same or
// not known. The ARN of a function of the assembly has a placeholder for an account or region that its stack does not
// set.
func (r *resource) elsewhere(arn string, s *cloudassembly.Stack) string {
	parts := strings.Split(arn, ":") // arn:partition:lambda:region:account:function:name
	if len(parts) < 7 || parts[2] != "lambda" {
		return ""
	}
	region, account := parts[3], parts[4]
	if f := r.functionOf(arn); f != nil {
		region, account = f.stack.Region, f.stack.Account
	}
	switch {
	case account != "" && s.Account != "" && account != s.Account:
		return fmt.Sprintf("of account %s, and the stack is of account %s", account, s.Account)
	case region != "" && s.Region != "" && region != s.Region:
		return fmt.Sprintf("in %s, and the stack is in %s", region, s.Region)
	}
	return ""
}

// functionARN returns the ARN of the function in a property, which may be a URI that invokes it. For a function of the
// assembly, the function's own stack determines account and region. For any other function it returns "" if they depend
// on a stack that leaves them open.
func (r *resource) functionARN(raw any) string {
	if raw == nil || r.stack.Account == "" && r.stack.Region == "" {
		return ""
	}
	value, err := r.resolve("Properties", raw)
	text, ok := scalar(value)
	if err != nil || !ok {
		return ""
	}
	arn := invokedBy(text)
	if r.functionOf(arn) != nil {
		return arn
	}
	if again, err := r.v.elsewhereEvaluator().Evaluate(r.stack, r.id, "Properties", raw); err != nil || again != value {
		return ""
	}
	return arn
}

// elsewhereEvaluator resolves values with another account and region for stacks that leave them open.
func (v *view) elsewhereEvaluator() *cloudassembly.Evaluator {
	if v.e2 == nil {
		v.e2 = v.assembly.Evaluator(cloudassembly.Options{
			NoDefaults: true,
			Account:    "999999999999",
			Region:     "eu-isoe-west-1",
		})
	}
	return v.e2
}
