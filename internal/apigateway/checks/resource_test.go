package checks

import (
	"context"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// The resource policies of the tables; the caller's address is 203.0.113.9.
var (
	allowAll  = policyOf(statement("Allow", `"*"`, "execute-api:/*"))
	allowElse = policyOf(
		strings.TrimSuffix(
			statement("Allow", `"*"`, "execute-api:/*"),
			"}",
		) + `,"Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}`,
	)
	denyHere = policyOf(
		statement("Allow", `"*"`, "execute-api:/*"),
		strings.TrimSuffix(
			statement("Deny", `"*"`, "execute-api:/*"),
			"}",
		)+`,"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`,
	)
	allowRole = policyOf(statement("Allow", `{"AWS":"arn:aws:iam::123456789012:role/clerk"}`, "execute-api:/prod/*"))
	denyRole  = policyOf(statement("Deny", `{"AWS":"arn:aws:iam::123456789012:role/clerk"}`, "execute-api:/prod/*"))
)

// denied returns the resource policy's denial of GET /orders/7.
func denied(who, why string) string {
	return `403 AccessDeniedException {"Message":"User: ` + who +
		` is not authorized to perform: execute-api:Invoke on resource: ` +
		`arn:aws:execute-api:us-east-1:********9012:abcdef1234/prod/GET/orders/7` + why + `"}`
}

const (
	noneAllows = " because no resource-based policy allows the execute-api:Invoke action"
	oneDenies  = " with an explicit deny"
)

func TestResourcePolicyWithoutAuthorizer(t *testing.T) {
	open := &apimodel.Method{Authorization: apimodel.AuthorizationNone}
	for _, c := range []struct {
		source             string
		name, policy, want string
	}{
		{docFlow, "none", "", "ok"},
		{docFlow, "it allows", allowAll, "ok"},
		{seen403, "it allows others", allowElse, denied("anonymous", noneAllows)},
		{seen403, "it denies", denyHere, denied("anonymous", oneDenies)},
		{seen403, "it allows a role", allowRole, denied("anonymous", noneAllows)},
		{
			seen403,
			"it denies another route and allows none",
			policyOf(statement("Deny", `"*"`, "execute-api:/prod/POST/*")),
			denied("anonymous", noneAllows),
		},
		{docFlow, "it allows the full ARN", policyOf(statement("Allow", `"*"`, arnBase+"GET/orders/*")), "ok"},
		{docFlow, "it allows the short form", policyOf(statement("Allow", `"*"`, "execute-api:/prod/GET/orders/*")), "ok"},
		{
			docFlow,
			"it allows another stage",
			policyOf(statement("Allow", `"*"`, "execute-api:/dev/*")),
			denied("anonymous", noneAllows),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			want(t, c.source, newGate(c.policy).check(open, "GET /orders/7"), c.want)
		})
	}
	t.Run("a policy that cannot be read is a problem, and denies everyone", func(t *testing.T) {
		g := newGate(`{"Statement":[{"Effect":"Allow"}]}`)
		if g.Problems()[g.options.API.ID] == "" {
			t.Error("got no problem")
		}
		want(t, docFlow, g.check(open, "GET /orders/7"), denied("anonymous", noneAllows))
	})
}

func TestResourcePolicyConditions(t *testing.T) {
	open := &apimodel.Method{Authorization: apimodel.AuthorizationNone}
	for _, c := range []struct {
		name, condition string
		allowed         bool
	}{
		{"the address", `"IpAddress":{"aws:SourceIp":"203.0.113.9"}`, true},
		{"another address", `"NotIpAddress":{"aws:SourceIp":"203.0.113.9"}`, false},
		{"the user agent", `"StringLike":{"aws:UserAgent":"curl/*"}`, true},
		{"the referer, which is not there", `"StringLike":{"aws:Referer":"*"}`, false},
		{"before the time", `"DateLessThan":{"aws:CurrentTime":"2026-03-04T05:06:08Z"}`, true},
		{"the time in seconds", `"NumericEquals":{"aws:EpochTime":"1772600767"}`, true},
		{"another second", `"NumericEquals":{"aws:EpochTime":"1772600768"}`, false},
		{"after the time", `"DateGreaterThan":{"aws:CurrentTime":"2026-03-04T05:06:08Z"}`, false},
		{"TLS, as every execute-api endpoint has", `"Bool":{"aws:SecureTransport":"true"}`, true},
		{"a VPC, which no request to this machine comes through", `"StringEquals":{"aws:SourceVpc":"vpc-1"}`, false},
		{"no VPC endpoint", `"Null":{"aws:SourceVpce":"true"}`, true},
		{"no principal", `"Null":{"aws:PrincipalArn":"true","aws:PrincipalAccount":"true"}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(
				policyOf(
					strings.TrimSuffix(statement("Allow", `"*"`, "execute-api:/*"), "}") + `,"Condition":{` + c.condition + `}}`,
				),
			)
			if v := g.check(open, "GET /orders/7", "User-Agent: curl/8"); c.allowed != (v.Denial == nil) {
				t.Errorf("got %s (%s, problems %v)", answered(v), docFlow, g.Problems())
			}
		})
	}
}

func TestRefererCondition(t *testing.T) {
	open := &apimodel.Method{Authorization: apimodel.AuthorizationNone}
	allow := strings.TrimSuffix(statement("Allow", `"*"`, "execute-api:/*"), "}") +
		`,"Condition":{"StringLike":{"aws:Referer":"https://shop.example.com/*"}}}`
	for header, allowed := range map[string]bool{
		"Referer: https://shop.example.com/a":   true,
		"referer: https://shop.example.com/a":   true,
		"Referer: https://other.example.com/a":  false,
		"X-Referer: https://shop.example.com/a": false,
	} {
		if v := newGate(policyOf(allow)).check(open, "GET /", header); (v.Denial == nil) != allowed {
			t.Errorf("%s: got %s", header, answered(v))
		}
	}
}

// A request that came through a VPC has the address inside it, and not a public one.
// Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html,
// "aws:SourceVpce: This key can be used only for private APIs", and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip.
func TestConditionsOfPrivateAPIs(t *testing.T) {
	open := &apimodel.Method{Authorization: apimodel.AuthorizationNone}
	for name, c := range map[string]struct {
		condition, vpc, vpce string
		allowed              bool
	}{
		"the endpoint":                    {`"StringEquals":{"aws:SourceVpce":"vpce-1"}`, "", "vpce-1", true},
		"another endpoint":                {`"StringEquals":{"aws:SourceVpce":"vpce-1"}`, "", "vpce-2", false},
		"no endpoint":                     {`"StringEquals":{"aws:SourceVpce":"vpce-1"}`, "vpc-1", "", false},
		"the VPC":                         {`"StringEquals":{"aws:SourceVpc":"vpc-1"}`, "vpc-1", "vpce-1", true},
		"another VPC":                     {`"StringEquals":{"aws:SourceVpc":"vpc-1"}`, "vpc-2", "vpce-1", false},
		"the address inside":              {`"IpAddress":{"aws:VpcSourceIp":"203.0.113.9"}`, "", "vpce-1", true},
		"the address inside the VPC":      {`"IpAddress":{"aws:VpcSourceIp":"203.0.113.9"}`, "vpc-1", "", true},
		"no public address in the VPC":    {`"Null":{"aws:SourceIp":"true"}`, "vpc-1", "", true},
		"no public address":               {`"Null":{"aws:SourceIp":"true"}`, "", "vpce-1", true},
		"without a VPC, a public address": {`"IpAddress":{"aws:SourceIp":"203.0.113.9"}`, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			allow := strings.TrimSuffix(statement("Allow", `"*"`, "execute-api:/*"), "}") + `,"Condition":{` + c.condition + `}}`
			g := newGate(policyOf(allow))
			call := g.call(open, "GET /orders/7")
			call.SourceVPC, call.SourceVPCEndpoint = c.vpc, c.vpce
			if v := g.Check(context.Background(), call); c.allowed != (v.Denial == nil) {
				t.Errorf("got %s (problems %v)", answered(v), g.Problems())
			}
		})
	}
}

func TestResourcePolicyWithLambda(t *testing.T) {
	order := docFlow
	says := map[string]string{
		"allows": allowing(
			"*",
		), "is silent": allowing(arnBase + "POST/*"), "denies": answering(policyOf(statement("Deny", "", "*"))),
	}
	for _, c := range []struct {
		name, policy, authorizer, want string
		asked                          int
	}{
		{"no policy, the authorizer allows", "", "allows", "ok", 1},
		{"no policy, the authorizer is silent", "", "is silent", implicit403, 1},
		{"the policy allows, the authorizer allows", allowAll, "allows", "ok", 1},
		{"the policy allows, the authorizer is silent", allowAll, "is silent", "ok", 1},
		{"the policy allows, the authorizer denies", allowAll, "denies", explicit403, 1},
		{
			"the policy is silent, the authorizer allows: who is not in an Allow list still gets there",
			allowElse,
			"allows",
			"ok",
			1,
		},
		{"the policy is silent, the authorizer is silent", allowElse, "is silent", implicit403, 1},
		{"the policy is silent, the authorizer denies", allowElse, "denies", explicit403, 1},
		{"the policy denies: the function is not invoked", denyHere, "allows", denied("anonymous", oneDenies), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(c.policy)
			m := guarded(g.token(60*second, ""))
			g.Guard = New(g.options)
			g.answer = func(string) (string, error) { return says[c.authorizer], nil }
			want(t, order, g.check(m, "GET /orders/7", "Authorization: x"), c.want)
			g.asked(t, order, c.asked)
			// The cached policy gives the same result.
			want(t, order, g.check(m, "GET /orders/7", "Authorization: x"), c.want)
			g.asked(t, order, c.asked)
		})
	}
	t.Run("a Deny comes before a missing token", func(t *testing.T) {
		g := newGate(denyHere)
		m := guarded(g.token(0, ""))
		g.Guard = New(g.options)
		want(t, order, g.check(m, "GET /orders/7"), denied("anonymous", oneDenies))
	})
	t.Run("an Allow does not stand in for a missing token", func(t *testing.T) {
		g := newGate(allowAll)
		m := guarded(g.token(0, ""))
		g.Guard = New(g.options)
		want(t, order, g.check(m, "GET /orders/7"), unauthorized401)
	})
	t.Run("an Allow does not stand in for an authorizer that fails", func(t *testing.T) {
		g := newGate(allowAll)
		m := guarded(g.token(0, ""))
		g.Guard = New(g.options)
		g.answer = func(string) (string, error) { return "{}", nil }
		want(t, order, g.check(m, "GET /orders/7", "Authorization: x"), broken500)
	})
}

func TestResourcePolicyWithCognito(t *testing.T) {
	source := docFlow
	for _, c := range []struct{ name, policy, token, want string }{
		{"none", "", signed("id", nil), "ok"},
		{"it allows", allowAll, signed("id", nil), "ok"},
		{"it is silent", allowElse, signed("id", nil), denied("anonymous", noneAllows)},
		{"it denies", denyHere, signed("id", nil), denied("anonymous", oneDenies)},
		{"it denies, and the token is missing: that comes first", denyHere, "", unauthorized401},
		{"it allows, and the token is missing", allowAll, "", unauthorized401},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(c.policy, withPools)
			m := guarded(g.userPools(poolURL))
			g.Guard = New(g.options)
			want(t, source, g.check(m, "GET /orders/7", "Authorization: "+c.token), c.want)
		})
	}
}

func TestResourcePolicyWithIAM(t *testing.T) {
	source := docFlow
	const ownDeny = oneDenies + " in an identity-based policy"
	const noOwn = " because no identity-based policy allows the execute-api:Invoke action"
	verb := func(answer, verb, path string) string { return strings.Replace(answer, "GET/orders/7", verb+path, 1) }
	for _, c := range []struct{ name, policy, key, target, want string }{
		{"no policy, the caller's allows", "", clerk, "GET /orders/7", "ok"},
		{
			"no policy, the caller's is silent",
			"",
			clerk,
			"POST /orders/7",
			verb(denied(clerkARN, noOwn), "POST", "/orders/7"),
		},
		{"no policy, the caller's denies", "", clerk, "GET /orders/13", verb(denied(clerkARN, ownDeny), "GET", "/orders/13")},
		{"no policy, the caller's second allows", "", auditor, "GET /orders/7", "ok"},
		{
			"no policy, the caller's first denies what the second allows",
			"",
			auditor,
			"GET /orders/13",
			verb(denied("arn:aws:iam::123456789012:user/auditor", ownDeny), "GET", "/orders/13"),
		},
		{"the policy allows, the caller's is silent", allowRole, clerk, "POST /orders/7", "ok"},
		{
			"the policy allows, the caller's denies",
			allowRole,
			clerk,
			"GET /orders/13",
			verb(denied(clerkARN, ownDeny), "GET", "/orders/13"),
		},
		{"the policy is silent, the caller's allows", allowElse, clerk, "GET /orders/7", "ok"},
		{"neither allows", allowElse, clerk, "POST /orders/7", verb(denied(clerkARN, noOwn), "POST", "/orders/7")},
		{"the policy denies, the caller's allows", denyRole, clerk, "GET /orders/7", denied(clerkARN, oneDenies)},
		{"the policy denies another caller", denyRole, developer, "GET /orders/7", "ok"},
		{
			"the policy denies everybody",
			denyHere,
			developer,
			"GET /orders/7",
			denied("arn:aws:iam::123456789012:user/developer", oneDenies),
		},
		{"a policy of the caller's cannot be read, and might deny", allowAll, broken, "GET /orders/7",
			denied("arn:aws:iam::123456789012:user/broken", " because its policies are not known here")},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(c.policy, withKeys)
			if len(g.Problems()) > 0 {
				t.Fatal(g.Problems())
			}
			v := g.Check(context.Background(), g.sign(t, c.key, c.key, c.target))
			want(t, source, v, c.want)
			if v.Denial == nil &&
				(v.Caller.IAM == nil || v.Caller.IAM.AccessKey != c.key || v.Caller.IAM.UserARN != v.Principal ||
					v.Principal == "") {
				t.Errorf("got the caller %+v and the principal %q", v.Caller.IAM, v.Principal)
			}
		})
	}
}
