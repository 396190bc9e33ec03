package checks

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/localgateway/mapping"
)

// anonymous checks a method without an authorizer: where there is a resource policy, it must allow explicitly.
func (g *Guard) anonymous(c *Call, arn string, v *Verdict) {
	g.mustAllow(c, arn, iampolicy.Caller{}, v)
}

// mustAllow denies unless there is no resource policy or it allows the request.
func (g *Guard) mustAllow(c *Call, arn string, caller iampolicy.Caller, v *Verdict) {
	if g.resource == nil {
		v.pass("resource policy", "the API has none")
		return
	}
	d := g.evaluate(c, arn, caller)
	if d.Outcome == iampolicy.Allowed {
		v.pass("resource policy", "statement %d allows it", d.Statement+1)
		return
	}
	v.fail("resource policy", g.policyDenial(d, arn, caller))
}

// evaluate asks the resource policy about a request.
func (g *Guard) evaluate(c *Call, arn string, caller iampolicy.Caller) iampolicy.Decision {
	return g.resource.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn, Caller: caller, Context: g.conditions(c, caller)})
}

// conditions are the keys that a resource policy's conditions can ask for. A request to this machine comes through no
// VPC, and those keys are absent, as they are in a request to a public endpoint.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
func (g *Guard) conditions(c *Call, caller iampolicy.Caller) iampolicy.Context {
	keys := iampolicy.Context{}
	keys.Set("aws:SourceIp", c.SourceIP)
	keys.Set("aws:CurrentTime", c.Time.UTC().Format("2006-01-02T15:04:05Z"))
	keys.Set("aws:EpochTime", fmt.Sprint(c.Time.Unix()))
	keys.Set("aws:SecureTransport", "true") // an execute-api endpoint has no other
	for key, header := range map[string]string{"aws:UserAgent": "User-Agent", "aws:Referer": "Referer"} {
		if c.Headers.Has(header) {
			keys.Set(key, c.Headers.Get(header))
		}
	}
	if caller.ARN != "" {
		keys.Set("aws:PrincipalArn", caller.ARN)
		keys.Set("aws:PrincipalAccount", caller.Account)
	}
	return keys
}

// notAuthorized is how the denials of resource policies and of IAM begin. Of the API's account they show the last four
// digits only.
func (g *Guard) notAuthorized(who, arn string) string {
	account := g.o.API.Account
	masked := "********" + account[max(0, len(account)-4):]
	shown := fmt.Sprintf("arn:%s:execute-api:%s:%s:%s", g.o.API.Partition, g.o.API.Region, masked, g.o.API.APIID) + arn[len(g.expanded):]
	return fmt.Sprintf("User: %s is not authorized to perform: execute-api:Invoke on resource: %s", who, shown)
}

// policyDenial is API Gateway's answer to a request that the resource policy does not let through.
func (g *Guard) policyDenial(d iampolicy.Decision, arn string, caller iampolicy.Caller) mapping.Failure {
	who := "anonymous"
	if caller.ARN != "" {
		who = caller.ARN
	}
	message := g.notAuthorized(who, arn)
	reason := "the resource policy does not allow it, and it has to, as soon as there is one"
	if d.Outcome == iampolicy.ExplicitDeny {
		message += " with an explicit deny"
		reason = fmt.Sprintf("statement %d of the resource policy denies it", d.Statement+1)
	} else {
		message += " because no resource-based policy allows the execute-api:Invoke action"
	}
	return mapping.Failure{Type: "ACCESS_DENIED", Status: 403, ErrorType: "AccessDeniedException", Message: message, Capital: true, Reason: reason}
}
