package accessdiff

import (
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// both changes both sides.
type both []func(*matrix.API)

// TestDecisions has changes for each part of a decision: who signs, the claims of a token, keys of a plan, and the
// conditions of a policy.
func TestDecisions(t *testing.T) {
	const eve = "arn:aws:iam::123456789012:role/Eve"
	const inPart = "? the routes cannot be compared in full: there are too many combinations of the paths in patterns " +
		"and policies, of conditions that no request shows, or of ways to meet the requirements of a route"
	const office = `Allow|"*"|*|{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`
	role := func(arn string, statements ...string) func(*matrix.API) {
		return func(a *matrix.API) {
			a.Principals = append(a.Principals, matrix.Principal{Name: "Shop/Eve", ARN: arn,
				Policy: matrix.Document{Statements: statements}})
		}
	}
	for _, tt := range []struct {
		name    string
		route   string
		newer   string // the new route, if it differs
		both    both
		was, is []func(*matrix.API)
		want    string
	}{
		{"a policy that names a signer, for callers without signatures", "GET /a: none", "GET /a: iam",
			both{role(eve), policy(`Allow|{"AWS":"`+eve+`"}|*`,
				`Deny|"*"|*|{"ArnNotEquals":{"aws:PrincipalArn":"`+eve+`"}}`)}, nil, nil,
			"+ role Eve gained GET /a (was: everyone, and the resource policy refused)"},
		{"a role with another ARN", "GET /a: iam", "", nil,
			[]func(*matrix.API){role(eve), policy(`Allow|{"AWS":"` + eve + `"}|*`)},
			[]func(*matrix.API){role(eve + "2"), policy(`Allow|{"AWS":"` + eve + `2"}|*`)}, ""},
		{"a role with no Deny of its own any more", "GET /a: iam", "", both{policy(`Allow|"*"|*`)},
			[]func(*matrix.API){role(eve, `{"Action":"execute-api:Invoke","Effect":"Deny","Resource":"*"}`)},
			[]func(*matrix.API){role(eve)},
			"+ role Eve may call GET /a"},
		{"a condition on the account", "GET /a: token", "GET /a: iam",
			both{policy(`Allow|"*"|*|{"StringEquals":{"aws:PrincipalAccount":"210987654321"}}`)}, nil, nil,
			"+ callers that IAM allows execute-api:Invoke, account 210987654321 gained GET /a (was: any valid token)\n" +
				"- callers with a valid token lost GET /a (now: IAM)"},
		{"an API without stages", "GET /a: scope a", "GET /a: none", both{stages()}, nil, nil,
			"+ GET /a: everyone gained (was: scope a)"},
		{"keys of plans outside the assembly", "GET /a: scope a", "GET /a: token",
			both{func(a *matrix.API) { a.Routes[0].APIKey = true }}, nil, nil,
			"+ callers with a valid token with an API key gained GET /a (was: scope a with an API key)"},
		{"a key of another stage", "GET /a: token", "", both{stages("beta", "prod"),
			func(a *matrix.API) { a.Routes[0].APIKey = true }},
			[]func(*matrix.API){plan("beta")}, []func(*matrix.API){plan("prod")},
			"+ API key Shop/Key gained GET /a\n" +
				"- API key Shop/Key lost GET /a"},
		{"requests without a VPC endpoint, to a private API", "GET /a: token", "", both{inVPC},
			[]func(*matrix.API){policy(`Allow|"*"|*`)},
			[]func(*matrix.API){policy(`Allow|"*"|*`, `Deny|"*"|*|{"Null":{"aws:SourceVpce":"true"}}`)}, ""},
		{"requests without a VPC, to a private API", "GET /a: token", "", both{inVPC},
			[]func(*matrix.API){policy(`Allow|"*"|*`)},
			[]func(*matrix.API){policy(`Allow|"*"|*`, `Deny|"*"|*|{"Null":{"aws:SourceVpc":"true"}}`)}, ""},
		{"requests over TLS, as all are", "GET /a: token", "", nil, []func(*matrix.API){policy(`Allow|"*"|*`)},
			[]func(*matrix.API){policy(`Allow|"*"|*|{"Bool":{"aws:SecureTransport":"true"}}`)}, ""},
		{"requests without an address, which all have", "GET /a: token", "", nil, []func(*matrix.API){policy(`Allow|"*"|*`)},
			[]func(*matrix.API){policy(`Allow|"*"|*`, `Deny|"*"|*|{"Null":{"aws:SourceIp":"true"}}`)}, ""},
		{"requests through a VPC endpoint, to a public API", "GET /a: token", "", nil,
			[]func(*matrix.API){policy(office)},
			[]func(*matrix.API){policy(office, `Allow|"*"|*|{"StringEquals":{"aws:SourceVpce":"vpce-1"}}`)}, ""},
		{"a type of tokens with its long name", "GET /a: token", "", nil,
			[]func(*matrix.API){setting("issuers[0].type", "application/at+jwt")},
			[]func(*matrix.API){setting("issuers[0].type", "at+jwt")}, ""},
		{"a type of tokens that is not usual", "GET /a: token", "", nil, nil,
			[]func(*matrix.API){setting("issuers[0].type", "logout+jwt")},
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].type logout+jwt, was unset)\n" +
				"- tokens of issuer idp.example.com are no longer accepted (issuers[0].type logout+jwt, was unset)"},
		{"a use of tokens that is no longer required", "GET /a: token", "", nil,
			[]func(*matrix.API){setting("issuers[0].tokenUse", "id")}, nil,
			"+ tokens of issuer idp.example.com are accepted now (issuers[0].tokenUse unset, was id)"},
		{"an audience of access tokens", "GET /a: token", "", both{setting("issuers[0].tokenUse", "access")}, nil,
			[]func(*matrix.API){setting("issuers[0].audiences[1]", "api://b")},
			"+ tokens of issuer idp.example.com for the audience api://b are accepted now"},
		{"two scopes in one claim", "GET /a: scope a + scope b", "GET /a: scope a", nil, nil, nil,
			"+ callers with scope a gained GET /a (was: scope a and scope b)"},
		{"sessions where API Gateway checked tokens", "GET /a: token", "", nil,
			[]func(*matrix.API){jwt("https://idp.example.com/ for api://shop")},
			[]func(*matrix.API){setting("session.keysArn", "k")},
			"+ callers with a session gained GET /a (was: any valid token)\n" +
				"- callers with a valid token lost GET /a (now: any valid token)"},
		{"an algorithm of a JWT authorizer", "GET /a: token", "", both{jwt("https://a for x")}, nil,
			[]func(*matrix.API){algorithms("RS256", "ES256")},
			"+ tokens of issuer a signed with ES256 are accepted now"},
		{"an audience of a JWT authorizer", "GET /a: token", "", nil, []func(*matrix.API){jwt("https://a for x")},
			[]func(*matrix.API){jwt("https://a for x or y")},
			"+ tokens of issuer a for the audience y are accepted now"},
		{"a claim of a JWT authorizer that is no longer required", "GET /a: token", "", both{jwt("https://a for x")},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Value: "pro", Required: true})}, nil,
			"+ tokens of issuer a are accepted now"},
		{"a claim of any value that is no longer required", "GET /a: token", "", both{jwt("https://a for x")},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Required: true})}, nil,
			"+ tokens of issuer a are accepted now"},
		{"another value of a claim", "GET /a: token", "", both{jwt("https://a for x")},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Value: "pro", Required: true})},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Value: "free", Required: true})},
			"+ tokens of issuer a are accepted now\n" +
				"- tokens of issuer a are no longer accepted"},
		{"a claim that may be missing now", "GET /a: token", "", both{jwt("https://a for x")},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Value: "pro", Required: true})},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Value: "pro"})},
			"+ tokens of issuer a are accepted now"},
		{"a claim that may have any value if it is there", "GET /a: token", "", both{jwt("https://a for x")},
			[]func(*matrix.API){claims(apimodel.JWTClaim{Name: "plan", Value: "pro"})}, nil,
			"+ tokens of issuer a with another value of plan are accepted now"},
		{"access tokens of a user pool", "GET /a: token", "GET /a: scope a", both{cognito("Shop/Users"), expression("")}, nil,
			nil,
			"+ callers with scope a gained GET /a (was: any valid token)\n" +
				"- callers with any valid token lost GET /a (now: scope a)"},
		{"a client that the old expression matches", "GET /a: token", "", both{cognito("Shop/Users")},
			[]func(*matrix.API){expression("^a.*$")}, []func(*matrix.API){audience("abc")},
			"- tokens of issuer Shop/Users for the audience an app client that matches ^a.*$ are no longer accepted"},
		{"a client that the old expression does not match", "GET /a: token", "", both{cognito("Shop/Users")},
			[]func(*matrix.API){expression("^b.*$")}, []func(*matrix.API){audience("abc")},
			"+ tokens of issuer Shop/Users for the audience abc are accepted now\n" +
				"- tokens of issuer Shop/Users for the audience an app client that matches ^b.*$ are no longer accepted"},
		{"any client, as the old expression had it", "GET /a: token", "", both{cognito("Shop/Users")},
			[]func(*matrix.API){expression("^([0-9a-z]{26}|4example23456789)$")}, []func(*matrix.API){expression("")}, ""},
		{"an issuer with the same audience", "GET /a: token", "", nil, nil, []func(*matrix.API){
			setting("issuers[1].url", "https://accounts.google.com"), setting("issuers[1].audiences[0]", "api://shop")},
			"+ tokens of issuer accounts.google.com are accepted now"},
		{"a longer lifetime", "GET /a: token", "", nil, []func(*matrix.API){setting("issuers[0].maxLifetimeSeconds", "600")},
			[]func(*matrix.API){setting("issuers[0].maxLifetimeSeconds", "1200")},
			"+ tokens of issuer idp.example.com with a longer lifetime are accepted now"},
		{"an audience beside a type with its long name", "GET /a: token", "",
			both{setting("issuers[0].type", "application/at+jwt")}, nil,
			[]func(*matrix.API){setting("issuers[0].audiences[1]", "api://b")},
			"+ tokens of issuer idp.example.com for the audience api://b are accepted now"},
		{"two scopes in place of a group", "GET /a: group g", "GET /a: scope a + scope b", nil, nil, nil,
			"+ callers with scope a and scope b gained GET /a (was: group g)\n" +
				"- g lost GET /a (now: scope a and scope b)"},
		{"a value in a list of a claim", "GET /a: group g", "GET /a: has amr mfa", nil, nil, nil,
			"+ callers whose claim amr has mfa gained GET /a (was: group g)\n" +
				"- g lost GET /a (now: claim amr has mfa)"},
		{"a path in a list of a claim", "GET /u/{id}: is sub", "GET /u/{id}: in teams", nil, nil, nil,
			"+ callers of whom the path's id is in the caller's teams gained GET /u/{id} (was: the path's id is the caller's " +
				"sub)\n- callers of whom the path's id is the caller's sub lost GET /u/{id} (now: the path's id is in the " +
				"caller's teams)"},
		{"a function's callers that a resource policy admits now", "GET /a: token", "", both{own("1")}, nil,
			[]func(*matrix.API){policy(`Allow|"*"|*`)},
			"+ callers whom the authorizer allows other routes gained GET /a"},
		{"roles of another account by a pattern", "GET /a: iam", "", both{policy(office)}, nil, []func(*matrix.API){
			policy(`Allow|"*"|*|{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::210987654321:role/ci-*"}}`)},
			"+ callers such as arn:aws:iam::210987654321:role/ci- from addresses outside 203.0.113.0/24 gained GET /a"},
		{"a role of another account, beside one of the assembly", "GET /a: iam", "", both{role(eve), policy(office)}, nil,
			[]func(*matrix.API){policy(`Allow|{"AWS":"arn:aws:iam::210987654321:role/ci"}|*`)},
			"+ role ci of account 210987654321 from addresses outside 203.0.113.0/24 gained GET /a"},
		{"another account by its root", "GET /a: iam", "", both{policy(office)}, nil,
			[]func(*matrix.API){policy(`Allow|{"AWS":"arn:aws:iam::210987654321:root"}|*`)},
			"+ account 210987654321 from addresses outside 203.0.113.0/24 gained GET /a"},
		{"a user of another account", "GET /a: iam", "", both{policy(office)}, nil,
			[]func(*matrix.API){policy(`Allow|{"AWS":"arn:aws:iam::210987654321:user/bob"}|*`)},
			"+ arn:aws:iam::210987654321:user/bob from addresses outside 203.0.113.0/24 gained GET /a"},
		{"a function for IAM, which a policy opens for one role", "GET /a: iam", "GET /a: token",
			both{role(eve), policy(`Allow|"*"|*`, `Deny|"*"|*|{"ArnNotEquals":{"aws:PrincipalArn":"`+eve+`"}}`)},
			nil, []func(*matrix.API){own("1"), func(a *matrix.API) { a.Document.Statements = nil; policy(`Allow|"*"|*`)(a) }},
			"? GET /a: the authorizer Jwt guards it (was IAM), and which callers a function allows cannot be compared"},
		{"many patterns of a path", "GET /{id}: scope a", "GET /{id}: token", both{
			policy(patterns("execute-api:/*/GET/*", 16)...)},
			nil, nil,
			"+ callers with a valid token gained GET /{id} (was: scope a)\n" +
				inPart},
		{"many patterns of a header", "GET /a: scope a", "GET /a: token", both{manyAgents}, nil, nil,
			"+ callers with a valid token gained GET /a (was: scope a)\n" +
				inPart},
		{"many parameters that are compared", "GET /{a}/{b}/{c}/{d}/{e}: scope a",
			"GET /{a}/{b}/{c}/{d}/{e}: is sub a + is sub2 b + is sub3 c + is sub4 d + is sub5 e + claim sub x|y|z", nil, nil,
			nil,
			"+ callers whose claim sub is x gained GET /{a}/{b}/{c}/{d}/{e} (was: scope a)\n" +
				inPart + "\n" +
				"- callers with scope a lost GET /{a}/{b}/{c}/{d}/{e} (now: the path's a is the caller's sub and " +
				"the path's b is the caller's sub2 and the path's c is the caller's sub3 and the path's d is the caller's sub4 " +
				"and the path's e is the caller's sub5 and claim sub is one of x, y, z)"},
		{"escapes that a policy for one request denied", "GET /{id}: token", "", both{setting("perRequest", "true")},
			[]func(*matrix.API){setting("denyEscapedPaths", "true")}, nil,
			"+ tokens of issuer idp.example.com are accepted now (denyEscapedPaths unset, was true)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := apiOf(tt.route), apiOf(tt.route)
			if tt.newer != "" {
				is = apiOf(tt.newer)
			}
			for _, change := range slices.Concat(tt.both, tt.was) {
				change(&was)
			}
			for _, change := range slices.Concat(tt.both, tt.is) {
				change(&is)
			}
			if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// algorithms sets those of a JWT authorizer.
func algorithms(names ...string) func(*matrix.API) {
	return authorizer(func(a *matrix.Authorizer) { a.JWT.Algorithms = names })
}

// claims sets what a JWT authorizer requires of its issuer's tokens.
func claims(list ...apimodel.JWTClaim) func(*matrix.API) {
	return authorizer(func(a *matrix.Authorizer) { a.JWT.Issuers[0].Claims = list })
}

// audience sets the app client of a Cognito authorizer.
func audience(id string) func(*matrix.API) {
	return authorizer(func(a *matrix.Authorizer) { a.Validation, a.Audiences = "^("+id+")$", []string{id} })
}

// patterns returns Denies of resources that begin alike and differ in what is somewhere in them.
func patterns(begin string, n int) (out []string) {
	for i := range n {
		out = append(out, `Deny|"*"|`+begin+"x"+itoa(i)+"*")
	}
	return append(out, `Allow|"*"|*`)
}

// manyAgents denies what has each of many texts in its User-Agent.
func manyAgents(a *matrix.API) {
	for i := range 12 {
		policy(`Deny|"*"|*|{"StringLike":{"aws:UserAgent":"*x` + itoa(i) + `*"}}`)(a)
	}
	policy(`Allow|"*"|*`)(a)
}
