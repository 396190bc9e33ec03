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
