package accessdiff

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// TestRefusedWhateverTheGuardSays has routes that a function of the app guards on one side, so that its decisions are
// not known. A request that another check refused before, and no longer refuses, is still a gain.
func TestRefusedWhateverTheGuardSays(t *testing.T) {
	const open = `Allow|"*"|execute-api:/*`
	const inside = `Deny|"*"|execute-api:/*|{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`
	const code = "? the code of the authorizer Jwt changed, and which callers it allows cannot be compared"
	const guard = "? GET /a: the authorizer Jwt guards it (was the authorizer Jwt), " +
		"and which callers a function allows cannot be compared"
	const signed = "? GET /a: the authorizer Jwt guards it (was IAM), and which callers a function allows " +
		"cannot be compared"
	signatures := func(a *matrix.API) { a.Routes[0].Kind, a.Routes[0].Authorizer = matrix.IAM, "" }
	withKey := func(a *matrix.API) {
		a.Plans = []matrix.Plan{{Name: "Shop/Plan", Stages: []string{"prod"}, Keys: []string{"Shop/Key"}}}
		a.Routes[0].APIKey = true
	}
	plan := func(a *matrix.API) { withKey(a); a.Routes[0].APIKey = false }
	stranger := `Deny|{"AWS":"arn:aws:iam::999999999999:root"}|execute-api:/*`
	for _, tt := range []struct {
		name    string
		was, is []func(*matrix.API)
		want    string
	}{
		{"other code, and no Deny", []func(*matrix.API){own("1"), policy(open, inside)},
			[]func(*matrix.API){own("2"), policy(open)},
			"+ addresses outside 10.0.0.0/8 gained GET /a\n" + code},
		{"other code, and a Deny", []func(*matrix.API){own("1"), policy(open)},
			[]func(*matrix.API){own("2"), policy(open, inside)},
			code + "\n- addresses outside 10.0.0.0/8 lost GET /a"},
		{"other code behind the same Deny", []func(*matrix.API){own("1"), policy(open, inside)},
			[]func(*matrix.API){own("2"), policy(open, inside)}, code},
		{"the included one, and no Deny", []func(*matrix.API){own("1"), policy(open, inside)},
			[]func(*matrix.API){policy(open)},
			"+ addresses outside 10.0.0.0/8 gained GET /a\n" + guard},
		{"a function for the included one, and no Deny", []func(*matrix.API){policy(open, inside)},
			[]func(*matrix.API){own("1"), policy(open)}, "+ addresses outside 10.0.0.0/8 gained GET /a\n" + guard},
		{"a function for a user pool that the policy did not allow",
			[]func(*matrix.API){cognito("Shop/Users"), policy(`Allow|"*"|execute-api:/*/GET/b`)},
			[]func(*matrix.API){own("1"), policy(open)}, "+ callers that the resource policy refused gained GET /a\n" +
				"+ callers whom the authorizer allows other routes gained GET /a\n" + guard},
		{"a function for signatures, and no Deny", []func(*matrix.API){signatures, policy(open, inside)},
			[]func(*matrix.API){own("1"), policy(open)}, "+ addresses outside 10.0.0.0/8 gained GET /a\n" + signed},
		{"a function for signatures, and no Deny for one account", []func(*matrix.API){signatures, policy(open, stranger)},
			[]func(*matrix.API){own("1"), policy(open)}, signed},
		{"other code, and no API key", []func(*matrix.API){own("1"), withKey}, []func(*matrix.API){own("2"), plan},
			"+ callers that the authorizer Jwt allows gained GET /a (was: any valid token with an API key)\n" + code},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := apiOf("GET /a: token"), apiOf("GET /a: token")
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
