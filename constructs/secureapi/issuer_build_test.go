package secureapi_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The function's environment has the settings of JWT and its issuers.
func TestLimitsInEnvironment(t *testing.T) {
	stack := newStack()
	issuer := secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders")
	issuer.Clients, issuer.MaxLifetime, issuer.AcceptBoundTokens = []string{"web"}, time.Hour, true
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{issuer}, PolicyEndsWithToken: true},
		}
	})
	text, err := json.Marshal(resources(stack, "AWS::Lambda::Function"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`\"clients\":[\"web\"]`,
		`\"clientClaim\":\"cid\"`,
		`\"maxLifetimeSeconds\":3600`,
		`\"acceptBoundTokens\":true`,
		`\"policyEndsWithToken\":true`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("environment of the function: want %s in\n%s", want, text)
		}
	}
}
