package accessdiff

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// setting sets a variable of the included authorizer, or unsets it where the value is "".
func setting(name, value string) func(*matrix.API) {
	return func(a *matrix.API) {
		name := "GATEHOUSE_AUTHORIZER." + name
		var kept []matrix.Variable
		for _, v := range a.Authorizers[0].Variables {
			if v.Name != name {
				kept = append(kept, v)
			}
		}
		if value != "" {
			kept = append(kept, matrix.Variable{Name: name, Value: value})
		}
		a.Authorizers[0].Variables = kept
	}
}

// policy gives the API a resource policy of statements such as "Allow|*|execute-api:/*|{}". The condition at the end is
// optional.
func policy(statements ...string) func(*matrix.API) {
	return func(a *matrix.API) {
		a.Policy = matrix.MayRefuse
		for _, s := range statements {
			f := strings.Split(s, "|")
			text := fmt.Sprintf(`{"Action":"execute-api:Invoke","Effect":%q,"Principal":%s,"Resource":%q`, f[0], f[1], f[2])
			if len(f) > 3 {
				text += `,"Condition":` + f[3]
			}
			a.Document.Statements = append(a.Document.Statements, text+"}")
		}
	}
}

// granted is a role with a policy of one statement.
func granted(name, resource string) func(*matrix.API) {
	return func(a *matrix.API) {
		a.Principals = append(a.Principals, matrix.Principal{
			Name: "Shop/" + name, ARN: "arn:aws:iam::123456789012:role/" + name,
			Policy: matrix.Document{Statements: []string{
				`{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"` + resource + `"}`,
			}},
		})
	}
}

// asksKey makes the first route require an API key, and adds a usage plan with one.
func asksKey(a *matrix.API) {
	a.Routes[0].APIKey = true
	a.Plans = []matrix.Plan{{Name: "Shop/Plan", Stages: []string{"prod"}, Keys: []string{"Shop/Key"}}}
}

// scopes has the first route ask for one of some scopes.
func scopes(any ...string) func(*matrix.API) {
	return func(a *matrix.API) { a.Routes[0].Requires = []access.Requirement{{Kind: access.Scope, AnyOf: any}} }
}

func authorizer(set func(a *matrix.Authorizer)) func(*matrix.API) {
	return func(a *matrix.API) { set(&a.Authorizers[0]) }
}

// jwt makes the API's authorizer one of API Gateway's own, of issuers with audiences: "https://a for x or y".
func jwt(issuers ...string) func(*matrix.API) {
	return func(a *matrix.API) {
		j := &apimodel.JWT{Algorithms: []string{"RS256"}}
		for _, text := range issuers {
			url, audiences, _ := strings.Cut(text, " for ")
			j.Issuers = append(j.Issuers, apimodel.JWTIssuer{URL: url, Audiences: strings.Split(audiences, " or ")})
		}
		a.Authorizers[0] = matrix.Authorizer{Kind: matrix.JWT, Name: "Jwt", JWT: j}
		for i := range a.Routes {
			if a.Routes[i].Authorizer != "" {
				a.Routes[i].Kind = matrix.JWT
			}
		}
	}
}

// own makes the API's authorizer a function of the app's own.
func own(code string) func(*matrix.API) {
	return authorizer(func(a *matrix.Authorizer) {
		*a = matrix.Authorizer{Kind: matrix.Token, Name: "Jwt", By: []string{"Shop/Own"}, Code: code}
	})
}

// pages lets pages of an origin read the answers of some routes.
func pages(origin string, routes ...string) func(*matrix.API) {
	return func(a *matrix.API) { a.Readable = []matrix.Readable{{Origin: origin, Routes: routes}} }
}

// closed closes the execute-api address and adds domains "0.example", "1.example" and so on. Each leads to the stage at
// the start of its text, and has the truststore after that.
func closed(domains ...string) func(*matrix.API) {
	return func(a *matrix.API) {
		a.Endpoint = matrix.Endpoint{Closed: true}
		for i, text := range domains {
			stage, store, _ := strings.Cut(text, " ")
			d := matrix.Domain{Name: itoa(i) + ".example", Stage: stage, Truststore: store}
			a.Endpoint.Domains = append(a.Endpoint.Domains, d)
		}
	}
}

// inVPC makes the API private.
func inVPC(a *matrix.API) { a.Endpoint.Types = []string{"PRIVATE"} }

// TestWhatRoutesDependOn changes one setting outside the routes. Comparing only the routes would not show it.
func TestWhatRoutesDependOn(t *testing.T) {
	const open = `Allow|"*"|execute-api:/*`
	const outside = `Deny|"*"|execute-api:/*|{"NotIpAddress":{"aws:SourceIp":["%s"]}}`
	const admins = `Deny|"*"|execute-api:/*|{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/admin-%s"}}`
	const eve = `Deny|"*"|execute-api:/*|{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/Eve"}}`
	const vpce = `Allow|"*"|execute-api:/*|{"StringEquals":{"aws:SourceVpce":%s}}`
	notVpce := func(ids string) string {
		return `Deny|"*"|execute-api:/*|{"StringNotEquals":{"aws:SourceVpce":` + ids + `}}`
	}
	day, hour := 24*time.Hour, time.Hour
	for _, tt := range []struct {
		name   string
		routes []string
		was    []func(*matrix.API)
		is     []func(*matrix.API)
		want   string
		exit   int
	}{
		{"an issuer", []string{"GET /: scope a"}, nil, []func(*matrix.API){
			setting("issuers[1].url", "https://accounts.google.com"), setting("issuers[1].audiences[0]", "shop"),
		}, "+ tokens of issuer accounts.google.com are accepted now", 3},
		{"an audience", []string{"GET /: scope a"}, nil, []func(*matrix.API){setting("issuers[0].audiences[1]", "api://b")},
			"+ tokens of issuer idp.example.com for the audience api://b are accepted now", 3},
		{"another audience", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].audiences[0]",
			"api://b")},
			"+ tokens of issuer idp.example.com for the audience api://b are accepted now\n" +
				"- tokens of issuer idp.example.com for the audience api://shop are no longer accepted", 3},
		{"an algorithm", []string{"GET /: token"}, nil, []func(*matrix.API){
			setting("issuers[0].algorithms[0]", "RS256"), setting("issuers[0].algorithms[1]", "ES256"),
		}, "+ tokens of issuer idp.example.com signed with ES256 are accepted now", 3},
		{"the use of tokens", []string{"GET /: token"}, []func(*matrix.API){setting("issuers[0].type", "at+jwt")}, nil,
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].type unset, was at+jwt)", 3},
		{"clients", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].clients[0]", "web")},
			"- tokens of issuer idp.example.com are no longer accepted (issuers[0].clients[0] web, was unset)", 0},
		{"bound tokens", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].acceptBoundTokens", "true")},
			"+ tokens of issuer idp.example.com that are bound to a key, which is not checked, are accepted now", 3},
		{"a certificate", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].certificateBound", "true")},
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].certificateBound true, was unset)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (issuers[0].certificateBound true, was unset)", 3},
		{"certificates are no longer required", []string{"GET /: token"},
			[]func(*matrix.API){setting("issuers[0].certificateBound", "true")}, nil,
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].certificateBound unset, was true)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (issuers[0].certificateBound unset, was true)", 3},
		{"DPoP", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].dpopBound", "true")},
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].dpopBound true, was unset)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (issuers[0].dpopBound true, was unset)", 3},
		{"proofs are no longer required", []string{"GET /: token"},
			[]func(*matrix.API){setting("issuers[0].dpopBound", "true")}, nil,
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].dpopBound unset, was true)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (issuers[0].dpopBound unset, was true)", 3},
		{"a shorter lifetime", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].maxLifetimeSeconds",
			"600")},
			"- tokens of issuer idp.example.com with a longer lifetime are no longer accepted", 0},
		{"the claim of groups", []string{"GET /: group a"}, nil, []func(*matrix.API){setting("issuers[0].groupsClaim", "g")},
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].groupsClaim g, was unset)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (issuers[0].groupsClaim g, was unset)", 3},
		{"where keys are", []string{"GET /: token"}, nil, []func(*matrix.API){setting("issuers[0].jwksUrl", "https://x")},
			"? the keys of issuer idp.example.com come from https://x (was the URL in its metadata), and who can " +
				"sign with them cannot be compared", 4},
		{"a setting that no access depends on", []string{"GET /: token"}, nil, []func(*matrix.API){setting("noMetrics",
			"true")},
			"", 0},
		{"escapes", []string{"GET /{id}: token"}, []func(*matrix.API){setting("denyEscapedPaths", "true")}, nil,
			"+ tokens of issuer idp.example.com are accepted now (denyEscapedPaths unset, was true)", 3},
		{"a longer cache", []string{"GET /: token"},
			[]func(*matrix.API){authorizer(func(a *matrix.Authorizer) { d := 5 * time.Minute; a.Cache = &d })},
			[]func(*matrix.API){authorizer(func(a *matrix.Authorizer) { a.Cache = &hour })},
			"+ answers of the authorizer Jwt are cached for 1 h (was 5 min)", 3},
		{"a shorter cache", []string{"GET /: token"},
			[]func(*matrix.API){authorizer(func(a *matrix.Authorizer) { a.Cache = &day })},
			[]func(*matrix.API){authorizer(func(a *matrix.Authorizer) { a.Cache = &hour })},
			"- answers of the authorizer Jwt are cached for 1 h (was 24 h)", 0},
		{"a grant", []string{"GET /orders/{id}: iam", "DELETE /orders/{id}: iam"}, nil,
			[]func(*matrix.API){granted("Eve", "execute-api:/prod/DELETE/orders/?*")},
			"+ role Eve may call DELETE /orders/{id}", 3},
		{"a grant that is taken away", []string{"GET /: iam"}, []func(*matrix.API){granted("Eve", "execute-api:/*")}, nil,
			"- role Eve may no longer call GET /", 0},
		{"a grant of one path", []string{"GET /orders/{id}: iam"}, []func(*matrix.API){granted("Eve",
			"execute-api:/prod/GET/orders/1")},
			[]func(*matrix.API){granted("Eve", "execute-api:/prod/GET/orders/2")},
			"+ role Eve may call GET /orders/{id}\n- role Eve may no longer call GET /orders/{id}", 3},
		{"a grant that says the same in another way", []string{"GET /a: iam", "GET /b: iam"},
			[]func(*matrix.API){granted("Eve", "execute-api:/*/GET/*")}, []func(*matrix.API){granted("Eve", "*")}, "", 0},
		{"a range", []string{"GET /: none", "GET /x: scope a"}, []func(*matrix.API){policy(open, fmt.Sprintf(outside,
			"10.0.0.0/8"))},
			[]func(*matrix.API){policy(open)}, "+ addresses outside 10.0.0.0/8 gained", 3},
		{"a wider range", []string{"GET /: none"}, []func(*matrix.API){policy(open, fmt.Sprintf(outside, "10.1.0.0/16"))},
			[]func(*matrix.API){policy(open, fmt.Sprintf(outside, "10.0.0.0/8"))},
			"+ addresses in 10.0.0.0/8 outside 10.1.0.0/16 gained GET /", 3},
		{"a range that was refused, within one that still is", []string{"GET /: none"},
			[]func(*matrix.API){policy(`Allow|"*"|*|{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}`)},
			[]func(*matrix.API){policy(`Allow|"*"|*|{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`,
				`Allow|"*"|*|{"IpAddress":{"aws:SourceIp":["10.1.0.0/16","192.0.2.0/24"]}}`)},
			"+ addresses outside 192.0.2.0/24, 10.0.0.0/8 or in 10.1.0.0/16 gained GET /", 3},
		{"two halves of a range", []string{"GET /: none"},
			[]func(*matrix.API){policy(open, fmt.Sprintf(outside, "10.0.0.0/8"))},
			[]func(*matrix.API){policy(open, fmt.Sprintf(outside, `10.0.0.0/9","10.128.0.0/9`))}, "", 0},
		{"an Allow that lets tokens without rights through", []string{"GET /x: scope a", "GET /y: scope b", "GET /: none"},
			[]func(*matrix.API){policy(`Allow|"*"|execute-api:/prod/GET/`)}, []func(*matrix.API){policy(open)},
			"+ callers whom the authorizer allows other routes gained GET /x, GET /y", 3},
		{"an Allow that lets tokens without rights through from more addresses", []string{"GET /x: scope a", "GET /y: token"},
			[]func(*matrix.API){policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`)},
			[]func(*matrix.API){policy(open)},
			"+ callers whom the authorizer allows other routes from addresses outside 10.0.0.0/8 gained GET /x", 3},
		{"a Deny removed, with an Allow that admits tokens without rights", []string{"GET /x: scope a", "GET /y: token"},
			[]func(*matrix.API){policy(open, fmt.Sprintf(outside, "10.0.0.0/8"))}, []func(*matrix.API){policy(open)},
			"+ addresses outside 10.0.0.0/8 gained", 3},
		{"another account", []string{"GET /: iam"}, nil,
			[]func(*matrix.API){policy(`Allow|{"AWS":"210987654321"}|execute-api:/*`)}, "+ account 210987654321 gained GET /",
			3},
		{"a Deny removed for a role without a policy", []string{"GET /: iam"},
			[]func(*matrix.API){policy(`Deny|{"AWS":"arn:aws:iam::123456789012:role/ci"}|execute-api:/*`)}, nil,
			"+ role ci of account 123456789012 gained GET /", 3},
		{"a Deny for fewer roles", []string{"GET /: iam"}, []func(*matrix.API){policy(open, fmt.Sprintf(admins, "*"))},
			[]func(*matrix.API){policy(open, fmt.Sprintf(admins, "x*"))},
			"+ callers such as arn:aws:iam::123456789012:role/admin- gained GET /", 3},
		{"a grant to a role that no Deny matches", []string{"GET /a: iam", "DELETE /a: iam"},
			[]func(*matrix.API){granted("Eve", "execute-api:/prod/GET/a"), policy(eve)},
			[]func(*matrix.API){granted("Eve", "execute-api:/*"), policy(eve)},
			"+ role Eve may call DELETE /a\n+ role Eve may call GET /a, at paths that end in a slash", 3},
		{"a Deny removed for all roles except one", []string{"GET /a: iam"},
			[]func(*matrix.API){granted("Eve", "execute-api:/*"), policy(eve)},
			[]func(*matrix.API){granted("Eve", "execute-api:/*")},
			"+ callers that IAM allows execute-api:Invoke gained GET /a", 3},
		{"a route for paths that end in a slash, and one for other paths",
			[]string{"GET /{p}/items: none", "DELETE /{p}/orders/me: none", "GET /x: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"))},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"),
				`Allow|"*"|execute-api:/prod/*/me/*|{"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`)},
			"+ addresses in 10.0.0.0/8 gained DELETE /{p}/orders/me, GET /{p}/items", 3},
		{"a stage in place of one that a policy closes in part", []string{"GET /{p}/{q}: none"},
			[]func(*matrix.API){stages("prod"), policy(open, `Deny|"*"|execute-api:/prod/*/me/*`)},
			[]func(*matrix.API){stages("beta"), policy(open, `Deny|"*"|execute-api:/prod/*/me/*`)},
			"+ GET /{p}/{q}: everyone gained (was: everyone, and the resource policy refused)\n" +
				"~ the stage beta is new, and compared with the stages that the API had", 3},
		{"paths with and without a slash at the end that no policy tells apart", []string{"DELETE /{p}/orders/me: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"))},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"), `Allow|"*"|execute-api:/prod/*/me/*`)},
			"+ addresses in 0.0.0.0/0 gained DELETE /{p}/orders/me", 3},
		{"names that begin with a dot", []string{"GET /{p}: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"))},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"), `Allow|"*"|execute-api:/prod/GET/.*`)},
			"+ addresses in 0.0.0.0/0 gained GET /{p}", 3},
		{"names of dots", []string{"GET /{p}: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"))},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"), `Allow|"*"|execute-api:/prod/GET/..`)},
			"+ addresses in 0.0.0.0/0 gained GET /{p}, at paths with dots or further slashes in place of names", 3},
		{"more addresses at a path that ends in a slash", []string{"GET /a: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"))},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "0.0.0.0/0"), `Allow|"*"|execute-api:/prod/GET/a/`,
				`Allow|"*"|execute-api:/prod/GET/a|{"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`)},
			"+ addresses in 0.0.0.0/0 outside 10.0.0.0/8 gained GET /a, at paths that end in a slash\n" +
				"+ addresses in 10.0.0.0/8 gained GET /a", 3},
		{"a role in addition to all callers that IAM allows", []string{"GET /a: iam"},
			[]func(*matrix.API){granted("Eve", "execute-api:/*"), policy(`Deny|"*"|execute-api:/*`)},
			[]func(*matrix.API){granted("Eve", "execute-api:/*")},
			"+ callers that IAM allows execute-api:Invoke gained GET /a", 3},
		{"every account in addition to all callers that IAM allows", []string{"GET /a: iam"},
			[]func(*matrix.API){policy(`Deny|"*"|execute-api:/*`)}, []func(*matrix.API){policy(open)},
			"+ callers that IAM allows execute-api:Invoke gained GET /a\n+ every AWS account gained GET /a", 3},
		{"more addresses for some roles", []string{"GET /a: iam"},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, "10.0.0.0/8"))},
			[]func(*matrix.API){policy(fmt.Sprintf(outside, `10.0.0.0/8","192.0.2.0/24`), `Deny|"*"|execute-api:/*|{`+
				`"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/28"]},`+
				`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/admin-*"}}`)},
			"+ addresses in 192.0.2.0/28 gained GET /a\n+ callers such as arn:aws:iam::123456789012:role/admin- from " +
				"addresses in 192.0.2.0/24 outside 192.0.2.0/28 gained GET /a", 3},
		{"another VPC endpoint", []string{"GET /: none"}, []func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `"vpce-1"`))},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `["vpce-2","vpce-1"]`))},
			"? more callers may call GET / under conditions that a request does not show here, such as the time or a VPC: " +
				"StringEquals aws:sourcevpce vpce-1; StringEquals aws:sourcevpce vpce-1,vpce-2", 4},
		{"a VPC endpoint less", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `["vpce-2","vpce-1"]`))},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `"vpce-1"`))},
			"- fewer callers may call GET / under conditions that a request does not show here, such as the time or a VPC: " +
				"StringEquals aws:sourcevpce vpce-1; StringEquals aws:sourcevpce vpce-1,vpce-2", 0},
		{"a VPC endpoint less for a role", []string{"GET /: iam"},
			[]func(*matrix.API){inVPC, granted("Eve", "execute-api:/*"), policy(open, notVpce(`["vpce-1","vpce-2"]`))},
			[]func(*matrix.API){inVPC, granted("Eve", "execute-api:/*"), policy(open, notVpce(`"vpce-2"`))},
			"- callers that IAM allows execute-api:Invoke may no longer call GET / under conditions that a request does not " +
				"show here, such as the time or a VPC: StringNotEquals aws:sourcevpce vpce-1,vpce-2; StringNotEquals " +
				"aws:sourcevpce vpce-2\n- every AWS account may no longer call GET / under conditions that a request does not " +
				"show here, such as the time or a VPC: StringNotEquals aws:sourcevpce vpce-1,vpce-2; StringNotEquals " +
				"aws:sourcevpce vpce-2", 0},
		{"VPC endpoints in another order, in two statements", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `["vpce-2","vpce-1"]`))},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `"vpce-1"`), fmt.Sprintf(vpce, `"vpce-2"`))}, "", 0},
		{"times in another order", []string{"GET /: none"},
			[]func(*matrix.API){policy(`Allow|"*"|*|{"NumericEquals":{"aws:MultiFactorAuthAge":["1","2"]}}`)},
			[]func(*matrix.API){policy(`Allow|"*"|*|{"NumericEquals":{"aws:MultiFactorAuthAge":["2","1"]}}`)}, "", 0},
		{"a VPC endpoint in addition to a range", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:VpcSourceIp":["10.0.0.0/8"]}}`)},
			[]func(*matrix.API){inVPC, policy(
				`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:VpcSourceIp":["10.0.0.0/8","192.0.2.0/24"]}}`,
				`Allow|"*"|execute-api:/*|{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`)},
			"+ addresses in 192.0.2.0/24 gained GET /\n? more callers may call GET / under conditions that a request does not " +
				"show here, such as the time or a VPC: StringEquals aws:sourcevpce vpce-1", 3},
		{"a VPC endpoint of an API that is not private", []string{"GET /: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(vpce, `"vpce-1"`))},
			[]func(*matrix.API){policy(fmt.Sprintf(vpce, `["vpce-2","vpce-1"]`))}, "", 0},
		{"public addresses of a private API, whose requests have none", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`)},
			[]func(*matrix.API){inVPC, policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:SourceIp":["0.0.0.0/0"]}}`)}, "", 0},
		{"no condition on public addresses of a private API", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:SourceIp":["0.0.0.0/0","::/0"]}}`)},
			[]func(*matrix.API){inVPC, policy(open)}, "+ callers that the resource policy refused gained GET /", 3},
		{"addresses in the VPC of a private API", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:VpcSourceIp":["10.0.0.0/9"]}}`)},
			[]func(*matrix.API){inVPC, policy(`Allow|"*"|execute-api:/*|{"IpAddress":{"aws:VpcSourceIp":["10.0.0.0/8"]}}`)},
			"+ addresses in 10.0.0.0/8 outside 10.0.0.0/9 gained GET /", 3},
		{"any VPC endpoint", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(open, notVpce(`"vpce-1"`))}, []func(*matrix.API){inVPC, policy(open)},
			"+ callers that the resource policy refused gained GET /", 3},
		{"a time", []string{"GET /: none"},
			[]func(*matrix.API){policy(`Allow|"*"|execute-api:/*|{"DateLessThan":{"aws:CurrentTime":"2026-01-01"}}`)},
			[]func(*matrix.API){policy(`Allow|"*"|execute-api:/*|{"DateLessThan":{"aws:CurrentTime":"2027-01-01"}}`)},
			"? more callers may call GET / under conditions that a request does not show here, such as the time or " +
				"a VPC: DateLessThan aws:currenttime 2026-01-01; DateLessThan aws:currenttime 2027-01-01", 4},
		{"a page", []string{"GET /: none", "GET /x: scope a"}, nil, []func(*matrix.API){func(a *matrix.API) {
			a.Readable = []matrix.Readable{{Origin: "https://x.example", Routes: []string{"GET /", "GET /x"}}}
		}}, "+ pages of https://x.example may read answers", 3},
		{"pages that are not known, of one more route", []string{"GET /: none", "GET /x: none"},
			[]func(*matrix.API){pages("not known: t", "GET /")}, []func(*matrix.API){pages("not known: t", "GET /", "GET /x")},
			"? which pages may read answers is not known: t", 4},
		{"pages of an API that a VPC endpoint leads to", []string{"GET /: none"},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `"vpce-1"`))},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `"vpce-1"`)), pages("https://x.example", "GET /")},
			"? pages of https://x.example may read answers, under conditions that a request does not show here, such as the " +
				"time or a VPC: StringEquals aws:sourcevpce vpce-1", 4},
		{"the execute-api address of an API that a VPC endpoint leads to", []string{"GET /: none"},
			[]func(*matrix.API){policy(fmt.Sprintf(vpce, `"vpce-1"`)), closed(), inVPC},
			[]func(*matrix.API){inVPC, policy(fmt.Sprintf(vpce, `"vpce-1"`))},
			"? the execute-api address is open now, under conditions that a request does not show here, such as the time or a " +
				"VPC: StringEquals aws:sourcevpce vpce-1", 4},
		{"pages of a route that takes the requests of one that is gone", []string{"GET /{p}: none"},
			[]func(*matrix.API){func(a *matrix.API) { *a = apiOf("GET /{p}: none", "GET /a: none") }},
			[]func(*matrix.API){pages("https://x.example", "GET /{p}")},
			"+ pages of https://x.example may read answers", 3},
		{"pages that are not known, for every page", []string{"GET /: none"}, []func(*matrix.API){pages("*", "GET /")},
			[]func(*matrix.API){pages("not known: t", "GET /")},
			"? which pages may read answers is not known: t\n- pages of every origin may no longer read answers", 4},
		{"answers of a guarded route that are kept", []string{"GET /: scope a"}, nil,
			[]func(*matrix.API){func(a *matrix.API) {
				a.Kept = []matrix.Kept{{Stage: "prod", Route: "GET /", For: time.Hour}}
			}}, "? GET /: answers are cached for 1 h (was no time), and callers get those that others asked for", 4},
		{"answers of a public route that are kept for longer", []string{"GET /: none"},
			[]func(*matrix.API){func(a *matrix.API) {
				a.Kept = []matrix.Kept{{Stage: "prod", Route: "GET /", For: 5 * time.Minute}}
			}}, []func(*matrix.API){func(a *matrix.API) {
				a.Kept = []matrix.Kept{{Stage: "prod", Route: "GET /", For: time.Hour}}
			}}, "~ GET /: answers are cached for 1 h (was 5 min)", 0},
		{"a function URL", []string{"GET /: scope a"}, nil, []func(*matrix.API){func(a *matrix.API) {
			a.FunctionURLs = []matrix.FunctionURL{{Function: "Shop/Fn", AuthType: "NONE", Routes: []string{"GET /"}}}
		}}, "+ everyone gained Shop/Fn by its function URL, past the checks of GET /", 3},
		{"the execute-api address", []string{"GET /: none"},
			[]func(*matrix.API){func(a *matrix.API) { a.Endpoint.Closed = true }}, nil,
			"+ the execute-api address is open now", 3},
		{"a certificate", []string{"GET /: none"}, []func(*matrix.API){func(a *matrix.API) {
			a.Endpoint = matrix.Endpoint{Closed: true, Domains: []matrix.Domain{{Name: "x.example", Truststore: "s3://b/k"}}}
		}}, []func(*matrix.API){func(a *matrix.API) {
			a.Endpoint = matrix.Endpoint{Closed: true, Domains: []matrix.Domain{{Name: "x.example"}}}
		}}, "+ callers without a client certificate gained, by a custom domain", 3},
		{"a stage without a certificate", []string{"GET /: none"},
			[]func(*matrix.API){stages("dev", "prod"), closed("dev", "prod s3://b/k")},
			[]func(*matrix.API){stages("dev", "prod"), closed("dev", "prod s3://b/k", "prod")},
			"+ callers without a client certificate gained the stage prod, by a custom domain\n" +
				"~ the domain 2.example leads to the API now", 3},
		{"a new domain with another truststore", []string{"GET /: none"}, []func(*matrix.API){closed("prod s3://b/k")},
			[]func(*matrix.API){closed("prod s3://b/k", "prod s3://b/k2")},
			"? the domain 1.example leads to the API now and takes client certificates of another truststore, and who has one " +
				"cannot be compared", 4},
		{"a new domain with the same truststore", []string{"GET /: none"}, []func(*matrix.API){closed("prod s3://b/k")},
			[]func(*matrix.API){closed("prod s3://b/k", "prod s3://b/k")}, "~ the domain 1.example leads to the API now", 0},
		{"a new domain with the truststore of another stage", []string{"GET /: none"},
			[]func(*matrix.API){stages("dev", "prod"), closed("dev s3://b/k", "prod s3://b/k2")},
			[]func(*matrix.API){stages("dev", "prod"), closed("dev s3://b/k", "prod s3://b/k2", "prod s3://b/k")},
			"? the domain 2.example leads to the API now and takes client certificates of another truststore, and who has one " +
				"cannot be compared", 4},
		{"callers without rights whom an authorizer no longer denies the route",
			[]string{"GET /a: scope a", "GET /b: scope b"},
			[]func(*matrix.API){setting("perRequest", "true"), policy(`Allow|"*"|execute-api:/*/GET/a`)},
			[]func(*matrix.API){policy(`Allow|"*"|execute-api:/*/GET/a`)},
			"+ callers whom the authorizer allows other routes gained GET /a (perRequest unset, was true)", 3},
		{"a domain that leads to another stage", []string{"GET /: none"},
			[]func(*matrix.API){stages("dev", "prod"), closed("dev s3://b/k", "prod s3://b/k2")},
			[]func(*matrix.API){stages("dev", "prod"), closed("prod s3://b/k", "prod s3://b/k2")},
			"? the domain 0.example leads to the stage prod now (was dev), and who has a client certificate of its truststore " +
				"cannot be compared", 4},
		{"a domain that leads to another stage, with a truststore", []string{"GET /: none"},
			[]func(*matrix.API){stages("dev", "prod"), closed("dev", "prod s3://b/k2")},
			[]func(*matrix.API){stages("dev", "prod"), closed("prod s3://b/k", "prod s3://b/k2")},
			"? the domain 0.example leads to the stage prod now (was dev), and who has a client certificate of its truststore " +
				"cannot be compared\n- callers without a client certificate lost, by a custom domain", 4},
		{"a domain that leads to the new name of a stage", []string{"GET /: none"},
			[]func(*matrix.API){stages("dev"), closed("dev s3://b/k")},
			[]func(*matrix.API){stages("prod"), closed("prod s3://b/k")},
			"~ the domain 0.example leads to the stage prod now (was dev)\n" +
				"~ the stage prod is new, and compared with the stages that the API had", 0},
		{"a domain for every stage in addition to one for each", []string{"GET /: none"},
			[]func(*matrix.API){stages("dev", "prod"), closed(" s3://b/k", "dev", "prod")},
			[]func(*matrix.API){stages("dev", "prod"), closed("", "dev", "prod")},
			"~ the domain 0.example no longer asks for a client certificate, as another address of the API does not", 0},
		{"no address for an API that is no longer private", []string{"GET /: none"},
			[]func(*matrix.API){func(a *matrix.API) { a.Endpoint = matrix.Endpoint{Types: []string{"PRIVATE"}} }},
			[]func(*matrix.API){closed()}, "- the execute-api address is closed now", 0},
		{"another truststore", []string{"GET /: none"}, []func(*matrix.API){func(a *matrix.API) {
			a.Endpoint = matrix.Endpoint{Domains: []matrix.Domain{{Name: "x.example", Truststore: "s3://b/k"}}}
		}}, []func(*matrix.API){func(a *matrix.API) {
			a.Endpoint = matrix.Endpoint{Domains: []matrix.Domain{{Name: "x.example", Truststore: "s3://b/k2"}}}
		}}, "? the domain x.example takes client certificates of another truststore, and who has one cannot be compared", 4},
		{"the code of the app's authorizer", []string{"GET /: token"}, []func(*matrix.API){own("1")},
			[]func(*matrix.API){own("2")},
			"? the code of the authorizer Jwt changed, and which callers it allows cannot be compared", 4},
		{"the app's authorizer instead of the included one", []string{"GET /: token"}, nil, []func(*matrix.API){own("1")},
			"? GET /: the authorizer Jwt guards it (was the authorizer Jwt), and which callers a function allows cannot be " +
				"compared", 4},
		{"the app's authorizer stays", []string{"GET /: token"}, []func(*matrix.API){own("1")},
			[]func(*matrix.API){own("1"), func(a *matrix.API) { a.Routes[0].Kind, a.Routes[0].Authorizer = matrix.None, "" }},
			"+ GET /: everyone gained (was: any valid token)", 3},
		{"an issuer of a JWT authorizer", []string{"GET /: scope a"}, []func(*matrix.API){jwt("https://a for x")},
			[]func(*matrix.API){jwt("https://a for x", "https://b for x")}, "+ tokens of issuer b are accepted now", 3},
		{"a scope of a JWT authorizer", []string{"GET /: scope a|b"}, []func(*matrix.API){jwt("https://a for x"),
			func(a *matrix.API) { a.Routes[0].Requires[0].AnyOf = []string{"a"} }}, []func(*matrix.API){jwt("https://a for x")},
			"+ callers with scope b gained GET / (was: scope a)", 3},
		{"the included authorizer for a JWT authorizer", []string{"GET /: scope a"},
			[]func(*matrix.API){jwt("https://idp.example.com/ for api://shop")},
			nil, "- callers with scope a lost GET / (now: scope a)", 0},
		{"a condition on a claim that a token need not have", []string{"GET /: token"},
			[]func(*matrix.API){jwt("https://a for x"),
				authorizer(func(a *matrix.Authorizer) {
					a.JWT.Issuers[0].Claims = []apimodel.JWTClaim{{Name: "email_verified", Value: "true"}}
				})}, []func(*matrix.API){jwt("https://a for x")},
			"+ tokens of issuer a with another value of email_verified are accepted now", 3},
		{"the claim with the client", []string{"GET /: token"}, []func(*matrix.API){setting("issuers[0].clients[0]", "web")},
			[]func(*matrix.API){setting("issuers[0].clients[0]", "web"), setting("issuers[0].clientClaim", "azp")},
			"+ tokens of issuer idp.example.com with another value of client_id are accepted now\n" +
				"- tokens of issuer idp.example.com with the client in client_id are no longer accepted", 3},
		{"another client", []string{"GET /: scope a"}, []func(*matrix.API){setting("issuers[0].clients[0]", "web")},
			[]func(*matrix.API){setting("issuers[0].clients[0]", "web"), setting("issuers[0].clients[1]", "cli")},
			"+ tokens of issuer idp.example.com of the client cli are accepted now", 3},
		{"scopes in scp as well", []string{"GET /: scope a"}, []func(*matrix.API){setting("issuers[0].scopesClaim",
			"scope")}, nil,
			"+ tokens of issuer idp.example.com with scopes in scp are accepted now", 3},
		{"an API key less", []string{"GET /: token"}, []func(*matrix.API){asksKey}, nil,
			"+ callers with a valid token gained GET / (was: any valid token with an API key)", 3},
		{"the key still, with another scope", []string{"GET /: scope a|b"}, []func(*matrix.API){asksKey, scopes("a")},
			[]func(*matrix.API){asksKey},
			"+ callers with scope b with an API key gained GET / (was: scope a with an API key)", 3},
		{"the key still, without a scope", []string{"GET /: scope a|b"}, []func(*matrix.API){asksKey},
			[]func(*matrix.API){asksKey, scopes("a")},
			"- callers with scope b with an API key lost GET / (now: scope a with an API key)", 0},
		{"the key less, with another scope", []string{"GET /: scope a|b"}, []func(*matrix.API){asksKey, scopes("a")}, nil,
			"+ callers with scope a or b gained GET / (was: scope a with an API key)", 3},
		{"an unknown value", []string{"GET /: token"}, nil, []func(*matrix.API){func(a *matrix.API) {
			a.NotKnown = []string{"its routes are in an OpenAPI document"}
		}}, "? not known: its routes are in an OpenAPI document", 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := apiOf(tt.routes...), apiOf(tt.routes...)
			for _, change := range tt.was {
				change(&was)
			}
			for _, change := range tt.is {
				change(&is)
			}
			d := Compare(matrixOf(was), matrixOf(is))
			if got := linesOf(d); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if got := d.Exit(); got != tt.exit {
				t.Errorf("exit %d, want %d", got, tt.exit)
			}
			for _, c := range d.Changes {
				if (c.Witness != nil) != (c.Effect == Gained) {
					t.Errorf("%s: the witness is %v", c.Text, c.Witness)
				}
			}
			if got := linesOf(Compare(matrixOf(is), matrixOf(is))); got != "" && is.NotKnown == nil {
				t.Errorf("with itself:\n%s", got)
			}
		})
	}
}

// TestPagesOfAWiderRoute has a route that pages may read. It takes over requests from a route that they may not read.
func TestPagesOfAWiderRoute(t *testing.T) {
	was, is := apiOf("GET /orders: none", "GET /{rest+}: none"), apiOf("GET /{rest+}: none")
	pages("https://x.example", "GET /{rest+}")(&was)
	pages("https://x.example", "GET /{rest+}")(&is)
	d := Compare(matrixOf(was), matrixOf(is))
	const want = "+ pages of https://x.example may read answers of GET /orders"
	if got := linesOf(d); got != want || d.Changes[0].Witness.Path != "/orders" {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWhatRoutesAskBesides has routes whose callers need more than their requirements.
func TestWhatRoutesAskBesides(t *testing.T) {
	scope := []access.Requirement{{Kind: access.Scope, AnyOf: []string{"a"}}}
	for _, tt := range []struct {
		route matrix.Route
		want  string
	}{
		{matrix.Route{Requires: scope}, ""},
		{matrix.Route{Requires: scope, APIKey: true}, " with an API key"},
		{matrix.Route{Requires: scope, TakesSession: true}, " with a session"},
		{matrix.Route{Requires: scope, TakesSession: true, APIKey: true}, " with a session and an API key"},
		{matrix.Route{TakesSession: true, APIKey: true}, " with an API key"}, // they are "callers with a session"
	} {
		if got := besides(gain{route: tt.route}); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.route, got, tt.want)
		}
	}
}
