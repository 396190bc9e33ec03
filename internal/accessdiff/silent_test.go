package accessdiff

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// renamed gives the authorizer another name.
func renamed(a *matrix.API) {
	a.Authorizers[0].Name = "Other"
	for i := range a.Routes {
		if a.Routes[i].Authorizer != "" {
			a.Routes[i].Authorizer = "Other"
		}
	}
}

// toRequest makes the authorizer one of type REQUEST.
func toRequest(a *matrix.API) {
	a.Authorizers[0].Kind = matrix.Request
	for i := range a.Routes {
		if a.Routes[i].Authorizer != "" {
			a.Routes[i].Kind = matrix.Request
		}
	}
}

// unread makes the settings of the authorizer ones that are not in JSON.
func unread(a *matrix.API) {
	a.Authorizers[0].Variables = []matrix.Variable{{Name: "GATEHOUSE_AUTHORIZER", Value: `${{"Fn::ImportValue":"x"}}`}}
}

func expression(text string) func(*matrix.API) {
	return authorizer(func(a *matrix.Authorizer) { a.Validation, a.Audiences = text, nil })
}

func stages(names ...string) func(*matrix.API) {
	return func(a *matrix.API) { a.Stages = names }
}

func principal1(set func(*matrix.Principal)) func(*matrix.API) {
	return func(a *matrix.API) { set(&a.Principals[0]) }
}

func variable(name, value string) func(*matrix.API) {
	return authorizer(func(a *matrix.Authorizer) {
		a.Variables = append(a.Variables, matrix.Variable{Name: name, Value: value})
	})
}

// cognito makes the authorizer one of user pools for one client.
func cognito(pools ...string) func(*matrix.API) {
	return func(a *matrix.API) {
		a.Authorizers[0] = matrix.Authorizer{
			Kind: matrix.Cognito, Name: "Jwt", By: pools, Validation: "^(x)$", Audiences: []string{"Shop/Web"},
		}
		a.Routes[0].Kind = matrix.Cognito
	}
}

// keyed makes the first route one for API keys, of a plan with some that are not in the assembly.
func keyed(others ...string) func(*matrix.API) {
	return func(a *matrix.API) {
		a.Routes[0].APIKey = true
		a.Plans = []matrix.Plan{{Name: "Shop/Plan", Stages: []string{"prod"}, Others: others}}
	}
}

// plan adds a usage plan with a key of the assembly.
func plan(stages ...string) func(*matrix.API) {
	return func(a *matrix.API) {
		a.Plans = append(a.Plans, matrix.Plan{Name: "Shop/Own", Stages: stages, Keys: []string{"Shop/Key"}})
	}
}

// TestOtherAPIs has an HTTP API that is new.
func TestOtherAPIs(t *testing.T) {
	is := matrixOf(apiOf("GET /: token"))
	is.Others = []matrix.Other{{Stack: "Shop", LogicalID: "Http", Kind: "an HTTP"}}
	d := Compare(matrixOf(apiOf("GET /: token")), is)
	if got := linesOf(d); got != "? an HTTP API is new, and who may call its routes is not compared" || d.Exit() != 4 {
		t.Errorf("exit %d, got\n%s", d.Exit(), got)
	}
}

// TestNothingIsSilent has changes of access outside of routes, with the output for each. A change of only names prints
// nothing.
func TestNothingIsSilent(t *testing.T) {
	minutes, hour := 5*time.Minute, time.Hour
	cached := func(d *time.Duration) func(*matrix.API) {
		return authorizer(func(a *matrix.Authorizer) { a.Cache = d })
	}
	signatures := func(a *matrix.API) { a.Routes[0].Kind, a.Routes[0].Authorizer = matrix.IAM, "" }
	anyone := func(a *matrix.API) { a.Routes[0].Kind, a.Routes[0].Authorizer = matrix.None, "" }
	boundary := principal1(func(p *matrix.Principal) { p.Policy.NotKnown = "its PermissionsBoundary arn:b is not read" })
	const service = `Allow|{"Service":"vpc-lattice.amazonaws.com"}|`
	const deny = `Deny|{"Service":"vpc-lattice.amazonaws.com"}|`
	const untried = `{"StringLike":{"aws:SourceIp":"1*.1*.2*.3*.4*"}}`
	const ways = "? the resource policy lets the service vpc-lattice.amazonaws.com call the API in other ways than it " +
		"did, and who can have it call cannot be compared"
	domain := func(stage string) func(*matrix.API) {
		return func(a *matrix.API) { a.Endpoint.Domains = []matrix.Domain{{Name: "x.example", Stage: stage}} }
	}
	for _, tt := range []struct {
		name    string
		was, is []func(*matrix.API)
		want    string
	}{
		{"an authorizer of another name", nil, []func(*matrix.API){renamed}, ""},
		{"and a longer cache", []func(*matrix.API){cached(&minutes)}, []func(*matrix.API){cached(&hour), renamed},
			"+ answers of the authorizer Other are cached for 1 h (was 5 min)"},
		{"and one more issuer", nil, []func(*matrix.API){setting("issuers[1].url", "https://accounts.google.com"),
			setting("issuers[1].audiences[0]", "shop"), renamed}, "+ tokens of issuer accounts.google.com are accepted now"},
		{"and one more audience, for another event", nil, []func(*matrix.API){setting("issuers[0].audiences[1]", "api://b"),
			renamed, toRequest}, "+ tokens of issuer idp.example.com for the audience api://b are accepted now"},
		{"sessions in place of tokens", nil, []func(*matrix.API){setting("session.keysArn", "k")},
			"+ sessions with tokens of issuer idp.example.com are accepted now (session.keysArn k, was unset)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (session.keysArn k, was unset)"},
		{"and other keys", nil, []func(*matrix.API){setting("issuers[0].jwksUrl", "https://x"), renamed},
			"? the keys of issuer idp.example.com come from https://x (was the URL in its metadata), and who can " +
				"sign with them cannot be compared"},
		{"and no expression", []func(*matrix.API){authorizer(func(a *matrix.Authorizer) { a.Validation = "^x$" })},
			[]func(*matrix.API){renamed},
			"? the authorizer Other checks tokens against no expression (was ^x$), which cannot be compared"},
		{"a function of another name with the same code", []func(*matrix.API){own("1")}, []func(*matrix.API){own("1"),
			authorizer(func(a *matrix.Authorizer) { a.By = []string{"Shop/Renamed"} })}, ""},
		{"another handler", []func(*matrix.API){own("1")}, []func(*matrix.API){own("1"),
			authorizer(func(a *matrix.Authorizer) { a.Handler = "index.all" })},
			"? the function of the authorizer Jwt, its handler, layers or environment changed, and which callers it allows " +
				"cannot be compared"},
		{"another source for a function", []func(*matrix.API){own("1")}, []func(*matrix.API){own("1"),
			authorizer(func(a *matrix.Authorizer) { a.Sources = []string{"method.request.header.X"} })},
			"? the authorizer Jwt knows callers by method.request.header.X (was unset)"},
		{"another event for a function", []func(*matrix.API){own("1")}, []func(*matrix.API){own("1"), toRequest},
			"? the authorizer Jwt gives its function a REQUEST event (was TOKEN), and which callers it allows cannot be " +
				"compared"},
		{"another event, by an authorizer of another name", []func(*matrix.API){own("1")},
			[]func(*matrix.API){own("1"), toRequest, renamed},
			"? GET /a: the authorizer Other guards it (was the authorizer Jwt), and which callers a function allows cannot " +
				"be compared"},
		{"a guard if all API keys are in other apps", []func(*matrix.API){keyed()}, []func(*matrix.API){keyed(),
			func(a *matrix.API) { a.Routes[0].Kind, a.Routes[0].Authorizer = matrix.None, "" }},
			"+ GET /a: everyone with an API key gained (was: any valid token with an API key)"},
		{"a stage of a plan whose keys are elsewhere", []func(*matrix.API){stages("dev", "prod"), keyed("k"),
			func(a *matrix.API) { a.Plans[0].Stages = []string{"dev"} }},
			[]func(*matrix.API){stages("dev", "prod"), keyed("k"),
				func(a *matrix.API) { a.Plans[0].Stages = []string{"dev", "prod"} }},
			"? the usage plan Shop/Plan takes the API key k, which is not in the assembly, on the stage prod\n" +
				"? API keys that are not in the assembly may get a caller to GET /a by other usage plans, and who has one " +
				"cannot be compared"},
		{"answers that no longer end with their token", []func(*matrix.API){cached(&hour), setting("policyEndsWithToken",
			"true")},
			[]func(*matrix.API){cached(&hour)},
			"+ answers of the authorizer Jwt count for 1 h although a token has expired"},
		{"answers that end with their token", []func(*matrix.API){cached(&hour)},
			[]func(*matrix.API){cached(&hour), setting("policyEndsWithToken", "true")},
			"- answers of the authorizer Jwt no longer count for 1 h although a token has expired"},
		{"a longer cache of answers that end with their token",
			[]func(*matrix.API){cached(&minutes), setting("policyEndsWithToken", "true")},
			[]func(*matrix.API){cached(&hour), setting("policyEndsWithToken", "true")}, ""},
		{"a longer cache of another type of authorizer", []func(*matrix.API){cached(&minutes)},
			[]func(*matrix.API){cached(&hour), toRequest, renamed},
			"+ answers of the authorizer Other are cached for 1 h (was 5 min)"},
		{"other keys for another type of authorizer", nil,
			[]func(*matrix.API){setting("issuers[0].jwksUrl", "https://x"), toRequest},
			"? the keys of issuer idp.example.com come from https://x (was the URL in its metadata), and who can sign " +
				"with them cannot be compared"},
		{"keys that count for longer", nil, []func(*matrix.API){setting("issuers[0].staleCeilingSeconds", "86400")},
			"? keys that issuer idp.example.com withdraws count for up to 24 h (was 12 h), and who has one cannot be compared"},
		{"a grant to one role and another one that depends on a VPC", []func(*matrix.API){inVPC, signatures},
			[]func(*matrix.API){inVPC, signatures,
				granted("Eve", "execute-api:/*"), granted("Bob", "execute-api:/*"), func(a *matrix.API) {
					a.Principals[1].Policy.Statements = []string{`{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*",` +
						`"Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}`}
				}}, "+ role Eve may call GET /a\n+ role Eve may call GET /b\n? role Bob may call all routes under conditions " +
				"that a " +
				"request does not show here, such as the time or a VPC: StringEquals aws:sourcevpce vpce-1"},
		{"addresses that a pattern matches", []func(*matrix.API){anyone,
			policy(`Allow|"*"|*|{"StringLike":{"aws:SourceIp":"10.0.0.*"}}`)},
			[]func(*matrix.API){anyone, policy(`Allow|"*"|*|{"StringLike":{"aws:SourceIp":"10.0.*"}}`)},
			"+ callers that the resource policy refused gained GET /a\n+ every AWS account gained GET /b"},
		{"a service", []func(*matrix.API){signatures, policy(`Allow|{"AWS":"210987654321"}|*`)},
			[]func(*matrix.API){signatures, policy(`Allow|{"AWS":"210987654321"}|*`,
				`Allow|{"Service":"vpc-lattice.amazonaws.com"}|*`)},
			"? the resource policy lets the service vpc-lattice.amazonaws.com call the API, and who can have it call cannot " +
				"be compared"},
		{"more routes for a service", []func(*matrix.API){signatures, policy(service + `execute-api:/prod/GET/a`)},
			[]func(*matrix.API){signatures, policy(service + `execute-api:/*`)}, ways},
		{"no condition on a service", []func(*matrix.API){signatures,
			policy(service + `*|{"StringEquals":{"aws:SourceAccount":"123456789012"}}`)},
			[]func(*matrix.API){signatures, policy(service + `*`)}, ways},
		{"no Deny for a service", []func(*matrix.API){signatures, policy(service+`*`, deny+`execute-api:/*/GET/a`)},
			[]func(*matrix.API){signatures, policy(service + `*`)}, ways},
		{"no Deny for all callers, of whom a policy allows a service", []func(*matrix.API){anyone,
			policy(service+`*`, `Deny|"*"|execute-api:/*/GET/a`)}, []func(*matrix.API){anyone, policy(service + `*`)}, ways},
		{"a Deny for all callers in place of one for a service", []func(*matrix.API){anyone,
			policy(service+`*`, deny+`execute-api:/*/GET/a`)},
			[]func(*matrix.API){anyone, policy(service+`*`, `Deny|"*"|execute-api:/*/GET/a`)}, ""},
		{"a wider Deny for a service", []func(*matrix.API){anyone, policy(service+`*`, deny+`execute-api:/prod/GET/a`)},
			[]func(*matrix.API){anyone, policy(service+`*`, deny+`execute-api:/*/GET/a*`)}, ""},
		{"a Deny for a service on another route", []func(*matrix.API){anyone,
			policy(service+`*`, deny+`execute-api:/*/GET/a*`)},
			[]func(*matrix.API){anyone, policy(service+`*`, deny+`execute-api:/*/GET/b*`)}, ways},
		{"a service as before, under a condition that no request is tried for", []func(*matrix.API){anyone,
			policy(service + `*|` + untried)}, []func(*matrix.API){anyone,
			policy(service+`*|`+untried, `Allow|{"AWS":"210987654321"}|*`)},
			"+ account 210987654321 gained GET /b\n" +
				"? the routes cannot be compared in full: there are too many combinations of the paths in patterns and " +
				"policies, of conditions that no request shows, or of ways to meet the requirements of a route"},
		{"a service under another such condition", []func(*matrix.API){anyone, policy(service + `*|` + untried)},
			[]func(*matrix.API){anyone, policy(service + `*|` + strings.Replace(untried, "1*", "2*", 1))},
			ways + "\n? the routes cannot be compared in full: there are too many combinations of " +
				"the paths in patterns and policies, of conditions that no request shows, or of ways to meet the requirements " +
				"of a route"},
		{"a service in addition to everyone", []func(*matrix.API){anyone, policy(`Allow|"*"|*`)},
			[]func(*matrix.API){anyone, policy(`Allow|"*"|*`, service+`*`)}, ""},
		{"conditions on a service in another order", []func(*matrix.API){signatures,
			policy(service + `*|{"StringEquals":{"aws:SourceAccount":"123456789012","aws:SourceArn":["a","b"]}}`)},
			[]func(*matrix.API){signatures,
				policy(service + `*|{"StringEquals":{"aws:SourceArn":["b","a"],"aws:SourceAccount":"123456789012"}}`)}, ""},
		{"fewer routes for a service", []func(*matrix.API){signatures,
			policy(service+`execute-api:/prod/GET/a`, service+`execute-api:/prod/GET/b`)},
			[]func(*matrix.API){signatures, policy(service+`execute-api:/prod/GET/b`, deny+`execute-api:/*/POST/*`)}, ""},
		{"a certificate that another address does not need", []func(*matrix.API){func(a *matrix.API) {
			a.Endpoint.Domains = []matrix.Domain{{Name: "x.example", Truststore: "s3://b/k"}}
		}}, []func(*matrix.API){func(a *matrix.API) { a.Endpoint.Domains = []matrix.Domain{{Name: "x.example"}} }},
			"~ the domain x.example no longer asks for a client certificate, as another address of the API does not"},
		{"a main package of the included one's own", nil,
			[]func(*matrix.API){authorizer(func(a *matrix.Authorizer) { a.Code = "asset.1" })},
			"? the code of the authorizer Jwt, which has a main package of its own, changed, and what a hook in it does " +
				"cannot be compared"},
		{"another table of sessions", nil, []func(*matrix.API){variable("GATEHOUSE_SESSION_TABLE", "${Table}")},
			"? the variable GATEHOUSE_SESSION_TABLE of the authorizer Jwt is ${Table} (was unset), and its effect on " +
				"access cannot be compared"},
		{"settings that cannot be read", []func(*matrix.API){unread,
			func(a *matrix.API) { a.Routes[0] = apiOf("GET /a: scope x").Routes[0] }},
			[]func(*matrix.API){unread},
			"? the settings of the authorizer Jwt cannot be read from the template, so that no token can " +
				"be tried on its routes"},
		{"one client in place of any", []func(*matrix.API){cognito("Shop/Users"), expression(".*")},
			[]func(*matrix.API){cognito("Shop/Users")},
			"- tokens of issuer Shop/Users for the audience an app client that matches .* are no longer accepted"},
		{"one client in place of others", []func(*matrix.API){cognito("Shop/Users"), expression("a.*")},
			[]func(*matrix.API){cognito("Shop/Users")},
			"+ tokens of issuer Shop/Users for the audience Shop/Web are accepted now\n" +
				"- tokens of issuer Shop/Users for the audience an app client that matches a.* are no longer accepted"},
		{"a stage that is gone", []func(*matrix.API){stages("dev", "prod")}, []func(*matrix.API){stages("prod")},
			"~ the stage dev is gone"},
		{"a layer", []func(*matrix.API){own("1")}, []func(*matrix.API){own("1"),
			authorizer(func(a *matrix.Authorizer) { a.Layers = []string{"arn:l"} })},
			"? the function of the authorizer Jwt, its handler, layers or environment changed, and which callers it allows " +
				"cannot be compared"},
		{"a layer of the included one", nil, []func(*matrix.API){
			authorizer(func(a *matrix.Authorizer) { a.Layers = []string{"arn:l"} })},
			"? the layers of the authorizer Jwt changed, and what their code does cannot be compared"},
		{"a wrapper around the included one", nil, []func(*matrix.API){variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrap")},
			"? the variable AWS_LAMBDA_EXEC_WRAPPER of the authorizer Jwt is /opt/wrap (was unset), and its effect on " +
				"access cannot be compared"},
		{"a boundary that is gone", []func(*matrix.API){granted("Eve", "execute-api:/*"), boundary},
			[]func(*matrix.API){granted("Eve", "execute-api:/*")},
			"? the policies of role Eve were not read in full, so what it may call now cannot be compared: " +
				"its PermissionsBoundary arn:b is not read"},
		{"a grant within a boundary", []func(*matrix.API){granted("Eve", "execute-api:/prod/GET/a"), boundary},
			[]func(*matrix.API){granted("Eve", "execute-api:/*"), boundary},
			"? the policies of role Eve are not read in full, so what it may call is not known: " +
				"its PermissionsBoundary arn:b is not read"},
		{"an Allow for a role within a boundary", []func(*matrix.API){granted("Eve", "execute-api:/prod/GET/a"), boundary},
			[]func(*matrix.API){granted("Eve", "execute-api:/prod/GET/a"), boundary,
				policy(`Allow|{"AWS":"arn:aws:iam::123456789012:role/Eve"}|execute-api:/*`)}, "+ role Eve gained GET /b"},
		{"no Deny for a role within a boundary", []func(*matrix.API){granted("Eve", "execute-api:/*"), boundary,
			policy(`Deny|{"AWS":"arn:aws:iam::123456789012:role/Eve"}|execute-api:/*`)},
			[]func(*matrix.API){granted("Eve", "execute-api:/*"), boundary}, "+ role Eve gained GET /b"},
		{"no Deny by the ARN of a role", []func(*matrix.API){granted("Eve", "execute-api:/*"),
			policy(`Deny|"*"|*|{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/Eve"}}`)},
			[]func(*matrix.API){granted("Eve", "execute-api:/*")}, "+ role Eve gained GET /b"},
		{"who may assume a role", []func(*matrix.API){granted("Eve", "execute-api:/*"),
			principal1(func(p *matrix.Principal) { p.Trust = "a" })}, []func(*matrix.API){granted("Eve", "execute-api:/*"),
			principal1(func(p *matrix.Principal) { p.Trust = "b" })},
			"? another trust policy says who may assume role Eve, which may call routes, and who that is cannot be compared"},
		{"a setting of the login", []func(*matrix.API){variable("GATEHOUSE_LOGIN.clientId", "a")},
			[]func(*matrix.API){variable("GATEHOUSE_LOGIN.clientId", "b")},
			"? the setting clientId of the login for the authorizer Jwt is b (was a), and who gets a session cannot be " +
				"compared"},
		{"a login that is no longer in the assembly", []func(*matrix.API){variable("GATEHOUSE_AUTHORIZER.session.keysArn",
			"k"),
			variable("GATEHOUSE_LOGIN.clientId", "a")}, []func(*matrix.API){variable("GATEHOUSE_AUTHORIZER.session.keysArn",
			"k")},
			"? the login for the authorizer Jwt is not known on one side, and who gets a session cannot be compared"},
		{"a user pool for the same clients", []func(*matrix.API){cognito("Shop/Users")},
			[]func(*matrix.API){cognito("Shop/Users", "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1")},
			"+ tokens of issuer cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1 are accepted now"},
		{"a route without a guard that the policy refuses", []func(*matrix.API){granted("Eve", "execute-api:/*"),
			policy(`Allow|"*"|execute-api:/*/GET/a`)}, []func(*matrix.API){policy(`Allow|"*"|execute-api:/*/GET/a`),
			func(a *matrix.API) { a.Routes[1].Kind = matrix.None }},
			"- callers that IAM allows execute-api:Invoke lost GET /b (now: everyone, and the resource policy refuses)"},
		{"a stage of another name that keeps answers", []func(*matrix.API){func(a *matrix.API) {
			a.Kept = []matrix.Kept{{Stage: "prod", Route: "GET /a", For: time.Hour}}
		}}, []func(*matrix.API){func(a *matrix.API) {
			a.Stages, a.Kept = []string{"live"}, []matrix.Kept{{Stage: "live", Route: "GET /a", For: time.Hour}}
		}}, "~ the stage live is new, and compared with the stages that the API had"},
		{"a user pool in the place of tokens", nil, []func(*matrix.API){cognito("Shop/Users"), func(a *matrix.API) {
			a.Routes[0].Who = "any ID token of the app client Shop/Web"
		}}, "+ callers with any ID token of the app client Shop/Web gained GET /a (was: any valid token)\n" +
			"- callers with a valid token lost GET /a (now: any ID token of the app client Shop/Web)"},
		{"the included one for another function",
			[]func(*matrix.API){authorizer(func(a *matrix.Authorizer) { a.Validation = "^x$" })},
			[]func(*matrix.API){own("1")},
			"? GET /a: the authorizer Jwt guards it (was the authorizer Jwt), and which callers a " +
				"function allows cannot be compared"},
		{"a domain of another stage", []func(*matrix.API){domain("prod")}, []func(*matrix.API){domain("beta")},
			"~ the domain x.example leads to the stage beta now (was prod)"},
		{"a domain of every stage", []func(*matrix.API){domain("prod")}, []func(*matrix.API){domain("")},
			"~ the domain x.example leads to every stage now (was prod)"},
		{"a domain of one stage", []func(*matrix.API){domain("")}, []func(*matrix.API){domain("prod")},
			"~ the domain x.example leads to the stage prod now (was every stage)"},
		{"a domain that is gone", []func(*matrix.API){domain("prod")}, nil,
			"~ the domain x.example no longer leads to the API"},
		{"another backend", nil, []func(*matrix.API){func(a *matrix.API) { a.Routes[0].AnsweredBy = "a backend over HTTP" }},
			"~ GET /a: a backend over HTTP answers it (was a function)"},
		{"a tenant of the caller's choice", []func(*matrix.API){tenantIn("context.authorizer.tenantId_org")},
			[]func(*matrix.API){tenantIn("method.request.header.tenant")},
			"? GET /a: the tenant of its function is method.request.header.tenant (was context.authorizer.tenantId_org)"},
		{"a function that is isolated now", nil, []func(*matrix.API){tenantIn("context.authorizer.tenantId_org")},
			"~ GET /a: the tenant of its function is context.authorizer.tenantId_org (was no tenant isolation)"},
		{"a function that is no longer isolated", []func(*matrix.API){tenantIn("context.authorizer.tenantId_org")}, nil,
			"? GET /a: its function has no tenant isolation, so one tenant may get what another left in its memory or files " +
				"(the tenant was context.authorizer.tenantId_org)"},
		{"a backend that no longer gets the caller", []func(*matrix.API){backend(named("context.authorizer.principalId"))},
			[]func(*matrix.API){backend()}, "? GET /a: its backend no longer gets the header CallerPrincipalId from " +
				"context.authorizer.principalId, so a client may write it"},
		{"a backend that gets a fixed text for the caller", []func(*matrix.API){backend(named("context.authorizer.sub"))},
			[]func(*matrix.API){backend(named("'not given'"))},
			"? GET /a: its backend gets the header CallerPrincipalId from 'not given' (was context.authorizer.sub)"},
		{"a backend that gets another caller", []func(*matrix.API){backend(named("context.authorizer.principalId"))},
			[]func(*matrix.API){backend(named("method.request.header.User"))}, "? GET /a: its backend gets the header " +
				"CallerPrincipalId from method.request.header.User (was context.authorizer.principalId)"},
		{"a client that may write the caller", []func(*matrix.API){backend(named("'not given'"))},
			[]func(*matrix.API){backend()},
			"? GET /a: its backend no longer gets the header CallerPrincipalId from 'not given', so a client may write it"},
		{"a backend that gets the caller now", []func(*matrix.API){backend(named("'not given'"))},
			[]func(*matrix.API){backend(named("context.authorizer.sub"), matrix.Variable{Name: "header CallerIssuer",
				Value: "context.authorizer.issuer"})},
			"~ GET /a: its backend gets the header CallerIssuer from context.authorizer.issuer now\n" +
				"~ GET /a: its backend gets the header CallerPrincipalId from context.authorizer.sub (was 'not given')"},
		{"a backend that gets a fixed text now", nil, []func(*matrix.API){backend(named("'not given'")), answered("")},
			"~ GET /a: its backend gets the header CallerPrincipalId from 'not given' now"},
		{"a backend that gets some bodies as clients write them", []func(*matrix.API){backend(inBody)}, []func(*matrix.API){
			backend(inBody, matrix.Variable{Name: "body for text/plain", Value: "no caller"})},
			"? GET /a: its backend gets the body for text/plain from no caller now"},
		{"a backend that writes the caller as before", []func(*matrix.API){backend(named("context.authorizer.sub"))},
			[]func(*matrix.API){backend(named("context.authorizer.sub"))}, ""},
		{"a function for a backend with the caller", []func(*matrix.API){backend(named("context.authorizer.sub"))}, nil,
			"~ GET /a: a function answers it (was a backend over HTTP)"},
		{"a function that no longer gets the caller", []func(*matrix.API){backend(inBody), answered("")}, nil,
			"? GET /a: its backend no longer gets the body for application/json from context.authorizer.sub, so a client may " +
				"write it"},
		{"used proofs of one instance", []func(*matrix.API){proving, setting("proofTable", "${Proofs}")},
			[]func(*matrix.API){proving}, "? the authorizer Jwt no longer keeps used proofs in the table ${Proofs}, so a " +
				"copied request may succeed once at each instance of its function"},
		{"another table of used proofs", []func(*matrix.API){proving, setting("proofTable", "${Proofs}")},
			[]func(*matrix.API){proving, setting("proofTable", "shared")}, "? the authorizer Jwt keeps used proofs in the " +
				"table shared (was ${Proofs}), so a copied request whose proof is in the old table may succeed again"},
		{"a table of used proofs", []func(*matrix.API){proving},
			[]func(*matrix.API){proving, setting("proofTable", "shared")},
			"~ the authorizer Jwt keeps used proofs in the table shared now"},
		{"a table of proofs that no issuer requires", nil, []func(*matrix.API){setting("proofTable", "shared")}, ""},
		{"a permission of a function", nil, []func(*matrix.API){func(a *matrix.API) {
			a.Invokers = []matrix.Invoker{{Function: "Shop/Fn", Principal: "*", Routes: []string{"GET /a"}}}
		}}, "? a permission lets every AWS account invoke Shop/Fn past the checks of GET /a, under conditions that " +
			"are not compared"},
		{"a key of elsewhere", []func(*matrix.API){keyed()}, []func(*matrix.API){keyed("abc")},
			"? the usage plan Shop/Plan takes the API key abc, which is not in the assembly"},
		{"a stage for a key of another app, if another plan has the stage",
			[]func(*matrix.API){stages("dev", "prod"), keyed("abc"), plan("dev", "prod"),
				func(a *matrix.API) { a.Plans[0].Stages = []string{"dev"} }},
			[]func(*matrix.API){stages("dev", "prod"), keyed("abc"), plan("dev", "prod"),
				func(a *matrix.API) { a.Plans[0].Stages = []string{"dev", "prod"} }},
			"? the usage plan Shop/Plan takes the API key abc, which is not in the assembly, on the stage prod"},
		{"another plan for a key of elsewhere", []func(*matrix.API){keyed("abc")}, []func(*matrix.API){keyed("abc"),
			func(a *matrix.API) { a.Plans[0].Name = "Shop/Renamed" }}, ""},
		{"a key of elsewhere where no route asked for one", nil, []func(*matrix.API){keyed("abc")},
			"- callers with a valid token lost GET /a (now: any valid token with an API key)"},
		{"a condition of a grant", nil, []func(*matrix.API){granted("Eve", "execute-api:/*"),
			principal1(func(p *matrix.Principal) {
				p.Policy.Statements[0] = strings.TrimSuffix(p.Policy.Statements[0], "}") +
					`,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`
			})}, "? role Eve may call GET /b under conditions that a request does not show here, such as the time or a " +
			"VPC: Bool aws:multifactorauthpresent true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := apiOf("GET /a: token", "GET /b: iam"), apiOf("GET /a: token", "GET /b: iam")
			for _, change := range tt.was {
				change(&was)
			}
			for _, change := range tt.is {
				change(&is)
			}
			if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestAPIOfAnotherName has an API that only its name changed of, and two that exchange names.
func TestAPIOfAnotherName(t *testing.T) {
	was, is := apiOf("GET /: token"), apiOf("GET /: token")
	was.ID.LogicalID, is.ID.LogicalID, is.Name = "Api1", "Api1", "New"
	if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != "" {
		t.Errorf("got\n%s", got)
	}
	is.Routes[0].Kind, is.Routes[0].Authorizer = matrix.None, ""
	if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != "+ GET /: everyone gained (was: any valid token)" {
		t.Errorf("got\n%s", got)
	}
	other := apiOf("GET /: none")
	other.ID.LogicalID = "Api2"
	other.Name = "New"
	was.Name, is = "Api", apiOf("GET /: none")
	is.ID.LogicalID = "Api1"
	is.Name = "New"
	if got := linesOf(Compare(matrixOf(was, other), matrixOf(is))); !strings.Contains(got,
		"- callers with a valid token lost GET /") {
		t.Errorf("the output does not name the removed API:\n%s", got)
	}
}

// TestNotAllRoutes has a route that takes over the requests of two others, and a route that gains nothing.
func TestNotAllRoutes(t *testing.T) {
	was, is := apiOf("GET /a: none", "GET /b: none", "POST /x: none"), apiOf("GET /{p}: none", "POST /x: none")
	policy(`Allow|"*"|execute-api:/*`,
		`Deny|"*"|execute-api:/*/GET/*|{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`)(&was)
	policy(`Allow|"*"|execute-api:/*`)(&is)
	const want = "+ addresses outside 10.0.0.0/8 gained GET /a, GET /b\n+ GET /{p}: everyone gained (new route)"
	if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRoutesWithRangesOfTheirOwn has a route that had a narrower range than the others.
func TestRoutesWithRangesOfTheirOwn(t *testing.T) {
	const deny = `Deny|"*"|execute-api:/%|{"NotIpAddress":{"aws:SourceIp":[$]}}`
	statement := func(at, ranges string) string {
		return strings.NewReplacer("%", at, "$", ranges).Replace(deny)
	}
	was, is := apiOf("GET /a: none", "GET /b: none", "GET /c: none"), apiOf("GET /a: none", "GET /b: none", "GET /c: none")
	policy(`Allow|"*"|execute-api:/*`, statement("*", `"10.0.0.0/8","192.0.2.0/24"`), statement("*/GET/a",
		`"10.0.0.0/8"`))(&was)
	policy(`Allow|"*"|execute-api:/*`)(&is)
	const want = "+ addresses outside 10.0.0.0/8, 192.0.2.0/24 gained GET /b, GET /c\n+ addresses outside 10.0.0.0/8 " +
		"gained GET /a"
	if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// tenantIn maps the tenant of the first route's function.
func tenantIn(source string) func(*matrix.API) {
	return func(a *matrix.API) { a.Routes[0].Tenant = source }
}

// backend answers the first route over HTTP and sends some parts of the request about the caller.
func backend(parts ...matrix.Variable) func(*matrix.API) {
	return func(a *matrix.API) { a.Routes[0].AnsweredBy, a.Routes[0].Caller = "a backend over HTTP", parts }
}

// answered sets what answers the first route.
func answered(by string) func(*matrix.API) {
	return func(a *matrix.API) { a.Routes[0].AnsweredBy = by }
}

// inBody is the caller in a template.
var inBody = matrix.Variable{Name: "body for application/json", Value: "context.authorizer.sub"}

// named is the header of ForwardCaller, from a source.
func named(source string) matrix.Variable {
	return matrix.Variable{Name: "header CallerPrincipalId", Value: source}
}

// proving makes the first issuer one that requires DPoP proofs.
func proving(a *matrix.API) { setting("issuers[0].dpopBound", "true")(a) }
