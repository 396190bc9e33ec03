package accessdiff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// apiOf returns an API of routes such as "GET /orders: scope a + group b|c", "GET /: none", "GET /x: iam" or "GET
// /u/{id}: is sub", behind an included authorizer.
func apiOf(lines ...string) matrix.API {
	api := matrix.API{
		Stack: "Shop", Name: "Api", Stages: []string{"prod"}, KeySource: "HEADER",
		ARN: "arn:aws:execute-api:us-east-1:123456789012:abc",
		Authorizers: []matrix.Authorizer{{
			Kind: matrix.Token, Name: "Jwt", By: []string{"Shop/Guard"}, Included: true,
			Variables: []matrix.Variable{
				{Name: "GATEHOUSE_AUTHORIZER.issuers[0].audiences[0]", Value: "api://shop"},
				{Name: "GATEHOUSE_AUTHORIZER.issuers[0].url", Value: "https://idp.example.com/"},
			},
		}},
	}
	for _, line := range lines {
		pattern, asks, _ := strings.Cut(line, ": ")
		verb, path, _ := strings.Cut(pattern, " ")
		r := matrix.Route{Verb: verb, Path: path, Kind: matrix.Token, Authorizer: "Jwt"}
		switch asks {
		case "preflight":
			r.Kind, r.Authorizer, r.Preflight = matrix.None, "", true
		case "none":
			r.Kind, r.Authorizer = matrix.None, ""
		case "iam":
			r.Kind, r.Authorizer = matrix.IAM, ""
		case "token":
			r.Who = "any valid token"
		default:
			for _, part := range strings.Split(asks, " + ") {
				var alternatives []access.Requirement
				for _, one := range strings.Split(part, " or ") {
					alternatives = append(alternatives, requirementOf(one))
				}
				if len(alternatives) == 1 {
					r.Requires = append(r.Requires, alternatives[0])
				} else {
					r.Requires = append(r.Requires, access.Requirement{Kind: access.Either, Either: alternatives})
				}
			}
		}
		api.Routes = append(api.Routes, r)
	}
	return api
}

// requirementOf reads "scope a|b", "claim plan pro", "is sub" or "in teams". The last two are about {id}, or about
// another parameter that follows.
func requirementOf(text string) access.Requirement {
	f := strings.Fields(text)
	parameter := "id"
	if len(f) > 2 {
		parameter = f[2]
	}
	switch f[0] {
	case "claim":
		return access.Requirement{Kind: access.Claim, Claim: f[1], AnyOf: strings.Split(f[2], "|")}
	case "tenant":
		return access.Requirement{Kind: access.Tenant, Claim: f[1]}
	case "has":
		return access.Requirement{Kind: access.ClaimHas, Claim: f[1], AnyOf: strings.Split(f[2], "|")}
	case "is":
		return access.Requirement{Kind: access.PathIs, Parameter: parameter, Claim: f[1]}
	case "in":
		return access.Requirement{Kind: access.PathIn, Parameter: parameter, Claim: f[1]}
	}
	return access.Requirement{Kind: access.Kind(f[0]), AnyOf: strings.Split(f[1], "|")}
}

func matrixOf(apis ...matrix.API) matrix.Matrix { return matrix.Matrix{APIs: apis} }

func linesOf(d *Diff) string {
	var out []string
	for _, c := range d.Changes {
		out = append(out, mark[c.Effect]+" "+c.Text)
	}
	return strings.Join(out, "\n")
}

// TestSignersOfARoute has a route that moves behind IAM, with a resource policy that allows other accounts.
func TestSignersOfARoute(t *testing.T) {
	const gained = "execute-api:Invoke%s gained GET /a (was: any valid token)\n" +
		"- callers with a valid token lost GET /a (now: IAM)"
	const inOrg = `Allow|"*"|*|{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`
	const account = `Allow|{"AWS":"210987654321"}|*`
	for _, tt := range []struct {
		name, statement string
		others          string // further callers, besides those that IAM allows
		more            string // lines
	}{
		{"every account", `Allow|"*"|*`, ", every AWS account", ""},
		{"one account", account, ", account 210987654321", ""},
		{"one of the account's roles", `Allow|{"AWS":"arn:aws:iam::123456789012:role/ci"}|*`, "", ""},
		{"an organization", inOrg, "", "? every AWS account may call GET /a under conditions that a request does not show " +
			"here, such as the time or a VPC: StringEquals aws:principalorgid o-1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := apiOf("GET /a: token"), apiOf("GET /a: iam")
			policy(tt.statement)(&was)
			policy(tt.statement)(&is)
			want := "+ callers that IAM allows " + fmt.Sprintf(gained, tt.others)
			want = strings.Replace(want, "\n", "\n"+tt.more, 1)
			if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestManySigners has more roles that may call a route than are named in one line.
func TestManySigners(t *testing.T) {
	was, is := apiOf("GET /a: token"), apiOf("GET /a: iam")
	deny := `Deny|"*"|*|{"ArnNotEquals":{"aws:PrincipalArn":[`
	for i, name := range []string{"A", "B", "C", "D", "E", "F", "G", "H"} {
		granted(name, "execute-api:/*")(&is)
		deny += strings.Repeat(",", min(i, 1)) + `"arn:aws:iam::123456789012:role/` + name + `"`
	}
	policy(deny + `]}}`)(&is)
	const want = "+ role A, role B, role C, role D, role E, role F and 2 more callers gained GET /a " +
		"(was: any valid token)\n- callers with a valid token lost GET /a (now: IAM)"
	if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRoutes compares what routes ask for.
func TestRoutes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		was, is []string
		want    string
	}{
		{"nothing", []string{"GET /orders: scope a"}, []string{"GET /orders: scope a"}, ""},
		{"in another order", []string{"GET /orders: scope a + group b|c"}, []string{"GET /orders: group c|b + scope a"}, ""},
		{"public", []string{"GET /orders: scope orders:read"}, []string{"GET /orders: none"},
			"+ GET /orders: everyone gained (was: scope orders:read)"},
		{"no longer public", []string{"GET /orders: none"}, []string{"GET /orders: scope orders:read"},
			"- GET /orders: everyone lost (now: scope orders:read)"},
		{"one group more", []string{"POST /orders: group staff"}, []string{"POST /orders: group staff|interns"},
			"+ interns gained POST /orders (was: group staff)"},
		{"one requirement less", []string{"POST /orders: group staff + scope w"}, []string{"POST /orders: scope w"},
			"+ callers with scope w gained POST /orders (was: group staff and scope w)"},
		{"one requirement more", []string{"POST /orders: scope w"}, []string{"POST /orders: group staff + scope w"},
			"- callers with scope w lost POST /orders (now: group staff and scope w)"},
		{"any token", []string{"POST /orders: scope w"}, []string{"POST /orders: token"},
			"+ callers with a valid token gained POST /orders (was: scope w)"},
		{"a requirement that implies the old one", []string{"POST /orders: scope a|b"}, []string{"POST /orders: scope a"},
			"- callers with scope b lost POST /orders (now: scope a)"},
		{"ownership dropped", []string{"GET /u/{id}: is sub"}, []string{"GET /u/{id}: token"},
			"+ callers with a valid token gained GET /u/{id} (was: the path's id is the caller's sub)"},
		{"ownership by another claim", []string{"GET /u/{id}: is sub"}, []string{"GET /u/{id}: is tenant"},
			"+ callers of whom the path's id is the caller's tenant gained GET /u/{id} (was: the path's id is the caller's " +
				"sub)\n" +
				"- callers of whom the path's id is the caller's sub lost GET /u/{id} (now: the path's id is the caller's tenant)"},
		{"an alternative to ownership", []string{"GET /u/{id}: is sub"}, []string{"GET /u/{id}: is sub or group admins"},
			"+ admins gained GET /u/{id} (was: the path's id is the caller's sub)"},
		{"an alternative to one of two parameters", []string{"GET /u/{id}/{to}: is sub + is sub to"},
			[]string{"GET /u/{id}/{to}: is sub or claim plan pro + is sub to"},
			"+ callers whose claim plan is pro gained GET /u/{id}/{to} (was: " +
				"the path's id is the caller's sub and the path's to is the caller's sub)"},
		{"one of two parameters in place of the other", []string{"GET /u/{id}/{to}/{by}: is sub + is sub to"},
			[]string{"GET /u/{id}/{to}/{by}: is sub + is sub by"},
			"+ callers of whom the path's id is the caller's sub and the path's by is the caller's sub gained " +
				"GET /u/{id}/{to}/{by} (was: the path's id is the caller's sub and the path's to is the caller's sub)\n" +
				"- callers of whom the path's id is the caller's sub and the path's to is the caller's sub lost " +
				"GET /u/{id}/{to}/{by} (now: the path's id is the caller's sub and the path's by is the caller's sub)"},
		{"a parameter that is a text of a claim", []string{"GET /u/{id}: scope a"},
			[]string{"GET /u/{id}: is sub + claim sub admin"},
			"+ callers of whom the path's id is the caller's sub and whose claim sub is admin gained GET /u/{id} (was: scope " +
				"a)\n" +
				"- callers with scope a lost GET /u/{id} (now: the path's id is the caller's sub and claim sub is admin)"},
		{"a wider route serves what a route served", []string{"GET /orders/{id}: token", "GET /orders/all: group admins"},
			[]string{"GET /orders/{id}: token"},
			"+ callers with a valid token gained GET /orders/all (was: group admins; GET /orders/{id} serves it now)"},
		{"a narrower route serves what a route served", []string{"GET /{rest+}: scope a"},
			[]string{"GET /{rest+}: scope a", "GET /orders: none"},
			"+ GET /orders: everyone gained (was: scope a, by GET /{rest+})"},
		{"a narrower route is gone", []string{"GET /{rest+}: scope a", "GET /orders/{id}: none"},
			[]string{"GET /{rest+}: scope a"},
			"- GET /orders/{id}: everyone lost (now: scope a, by GET /{rest+})"},
		{"a route that is removed", []string{"GET /: token", "GET /x: scope a"}, []string{"GET /: token"},
			"- callers with scope a lost GET /x (the route is gone)"},
		{"a new route", []string{"GET /: token"}, []string{"GET /: token", "GET /x: none"},
			"+ GET /x: everyone gained (new route)"},
		{"ANY in the place of a verb", []string{"GET /x: token"}, []string{"ANY /x: token"},
			"+ callers with a valid token gained ANY /x (new route)"},
		{"a role in place of a claim with one text", []string{"GET /x: claim roles admin"}, []string{"GET /x: role admin"},
			"+ callers with role admin gained GET /x (was: claim roles is admin)"},
		{"a group in place of a list", []string{"GET /x: has groups a"}, []string{"GET /x: group a"},
			"+ a gained GET /x (was: claim groups has a)"},
		{"a function in place of a preflight", []string{"OPTIONS /x: preflight"}, []string{"OPTIONS /x: none"},
			"+ OPTIONS /x: everyone gained (was: a preflight)"},
		{"a new route in place of a preflight", []string{"GET /: none", "OPTIONS /x: preflight"},
			[]string{"GET /: none", "ANY /{p+}: none"}, "+ ANY /{p+}: everyone gained (new route)"},
		{"a wider route in place of a preflight", []string{"ANY /{p+}: none", "OPTIONS /x: preflight"},
			[]string{"ANY /{p+}: none"},
			"+ OPTIONS /x: everyone gained (was: a preflight; ANY /{p+} serves it now)"},
		{"a preflight in addition to other verbs", []string{"ANY /x: scope a"},
			[]string{"ANY /x: scope a", "OPTIONS /x: preflight"}, ""},
		{"a role of IAM", []string{"GET /x: token"}, []string{"GET /x: iam"},
			"+ callers that IAM allows execute-api:Invoke gained GET /x (was: any valid token)\n" +
				"- callers with a valid token lost GET /x (now: IAM)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Compare(matrixOf(apiOf(tt.was...)), matrixOf(apiOf(tt.is...)))
			if got := linesOf(d); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			for _, c := range d.Changes {
				if (c.Witness != nil) != (c.Effect == Gained) {
					t.Errorf("%s: the witness is %v", c.Text, c.Witness)
				}
			}
		})
	}
}
