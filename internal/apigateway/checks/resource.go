package checks

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// anonymous checks a method without an authorizer. A resource policy, if the API has one, must allow the request
// explicitly.
func (g *Guard) anonymous(c *Call, arn string, v *Verdict) {
	g.mustAllow(c, arn, iampolicy.Caller{}, v)
}

// mustAllow denies the request unless there is no resource policy or it allows the request.
func (g *Guard) mustAllow(c *Call, arn string, caller iampolicy.Caller, v *Verdict) {
	if g.resource == nil {
		v.pass("resource policy", "the API has none")
		return
	}
	r := g.request(c, arn, caller)
	d := g.resource.Evaluate(r)
	if d.Outcome == iampolicy.Allowed {
		v.pass("resource policy", "%s", explainDecision(resourcePolicy, *g.resource, d, r))
		return
	}
	v.fail("resource policy", g.policyDenial(d, r))
}

// mustNotDeny denies the request if a resource policy denies it explicitly. Otherwise it returns true and the policy's
// decision, which counts together with that of the authorizer's or the caller's own policy.
func (g *Guard) mustNotDeny(c *Call, arn string, caller iampolicy.Caller, v *Verdict) (d iampolicy.Decision, ok bool) {
	d = iampolicy.Decision{Statement: -1}
	if g.resource == nil {
		v.pass("resource policy", "the API has none")
		return d, true
	}
	r := g.request(c, arn, caller)
	switch d = g.resource.Evaluate(r); d.Outcome {
	case iampolicy.ExplicitDeny:
		v.fail("resource policy", g.policyDenial(d, r))
		return d, false
	case iampolicy.Allowed:
		v.pass("resource policy", "%s", explainDecision(resourcePolicy, *g.resource, d, r))
	default:
		v.pass(
			"resource policy",
			"%s, so no statement denies it: the next policy decides",
			explainNoMatch(resourcePolicy, *g.resource, r),
		)
	}
	return d, true
}

const resourcePolicy = "the resource policy"

// request returns the request that the resource policy is evaluated for.
func (g *Guard) request(c *Call, arn string, caller iampolicy.Caller) iampolicy.Request {
	return iampolicy.Request{
		Action:   iampolicy.InvokeAction,
		Resource: arn,
		Caller:   caller,
		Context:  g.conditions(c, caller),
	}
}

// conditions returns the keys that conditions of a resource policy can use. The keys of a VPC are absent in a request
// to a public endpoint, and aws:SourceIp is absent in one that comes through a VPC.
// Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
func (g *Guard) conditions(c *Call, caller iampolicy.Caller) iampolicy.Context {
	keys := iampolicy.Context{}
	if c.SourceVPC != "" || c.SourceVPCEndpoint != "" {
		keys.Set("aws:VpcSourceIp", c.SourceIP)
	} else {
		keys.Set("aws:SourceIp", c.SourceIP)
	}
	for key, value := range map[string]string{"aws:SourceVpc": c.SourceVPC, "aws:SourceVpce": c.SourceVPCEndpoint} {
		if value != "" {
			keys.Set(key, value)
		}
	}
	keys.Set("aws:CurrentTime", c.Time.UTC().Format("2006-01-02T15:04:05Z"))
	keys.Set("aws:EpochTime", fmt.Sprint(c.Time.Unix()))
	keys.Set("aws:SecureTransport", "true") // an execute-api endpoint has only TLS
	for key, header := range map[string]string{"aws:UserAgent": "User-Agent", "aws:Referer": "Referer"} {
		if c.Headers.Has(header) {
			keys.Set(key, c.Headers.Get(header))
		}
	}
	if caller.ARN != "" {
		keys.Set("aws:PrincipalArn", caller.PrincipalARN())
		keys.Set("aws:PrincipalAccount", caller.Account)
	}
	return keys
}

// notAuthorized returns the beginning of denials by resource policies and by IAM. They show only the last four digits
// of the API's account.
func (g *Guard) notAuthorized(who, arn string) string {
	account := g.options.API.Account
	masked := "********" + account[max(0, len(account)-4):]
	shown := fmt.Sprintf(
		"arn:%s:execute-api:%s:%s:%s",
		g.options.API.Partition,
		g.options.API.Region,
		masked,
		g.options.API.APIID,
	) + arn[len(g.expanded):]
	return fmt.Sprintf("User: %s is not authorized to perform: execute-api:Invoke on resource: %s", who, shown)
}

// policyDenial returns API Gateway's answer to a request that the resource policy does not allow.
func (g *Guard) policyDenial(d iampolicy.Decision, r iampolicy.Request) mapping.Failure {
	who := "anonymous"
	if r.Caller.ARN != "" {
		who = r.Caller.ARN
	}
	message := g.notAuthorized(who, r.Resource)
	var reason string
	if d.Outcome == iampolicy.ExplicitDeny {
		message += " with an explicit deny"
		reason = explainDecision(resourcePolicy, *g.resource, d, r)
	} else {
		message += " because no resource-based policy allows the execute-api:Invoke action"
		reason = explainNoMatch(resourcePolicy, *g.resource, r) +
			", and an API with a resource policy requires it to allow the request"
	}
	return accessDenied(message, reason)
}

// accessDenied returns API Gateway's answer to a caller that a policy does not allow to make the request.
func accessDenied(message, reason string) mapping.Failure {
	return mapping.Failure{
		Type:      mapping.AccessDenied,
		Status:    403,
		ErrorType: "AccessDeniedException",
		Message:   message,
		Capital:   true,
		Reason:    reason,
	}
}
