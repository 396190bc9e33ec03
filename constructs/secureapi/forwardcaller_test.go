package secureapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestForwardCallerByHeaders uses one integration for routes of two guards, with and without ForwardCaller, and for a
// public route. Each route sets the headers only from its own guard.
func TestForwardCallerByHeaders(t *testing.T) {
	stack := newStack()
	n := newNetwork(stack)
	balancer := secureapi.ForwardTo(n.http, &secureapi.ForwardToProps{
		VPCLink: n.link,
		Options: &awsapigateway.IntegrationOptions{RequestParameters: &map[string]*string{
			"integration.request.header.X-Stage": jsii.String("context.stage"),
		}},
	})
	http := awsapigateway.NewHttpIntegration(jsii.String("https://example.com"), nil)
	shop(stack, func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{"partners": secureapi.IAMAuthorizer{}}
		p.Routes = append(p.Routes,
			secureapi.Integrate("GET /a/{id}", balancer, secureapi.ForwardCaller()),
			secureapi.Integrate("GET /b", balancer),
			secureapi.Integrate("GET /c", balancer, secureapi.GuardedBy("partners"), secureapi.ForwardCaller()),
			secureapi.Integrate("GET /d", http, secureapi.Public("a page")),
			secureapi.Integrate("GET /e", http, secureapi.ForwardCaller()),
			secureapi.Integrate("GET /f", secureapi.Respond(200)),
		)
	})
	const prefix = "integration.request.header."
	notGiven := [2]string{"'not given'", "'not given'"}
	included := [2]string{"context.authorizer.principalId", "context.authorizer.issuer"}
	want := map[string][2]string{
		"aidGET": included, "bGET": notGiven, "cGET": {"context.identity.userArn", "'not given'"},
		"dGET": notGiven, "eGET": included, "fGET": {"<nil>", "<nil>"},
	}
	found := 0
	for id, m := range resources(stack, "AWS::ApiGateway::Method") {
		name := id[len("ApiRestApi") : len(id)-8]
		headers, ok := want[name]
		if !ok {
			continue
		}
		found++
		i := m["Integration"].(map[string]any)
		parameters, _ := i["RequestParameters"].(map[string]any)
		got := [2]string{fmt.Sprint(parameters[prefix+"CallerPrincipalId"]), fmt.Sprint(parameters[prefix+"CallerIssuer"])}
		if got != headers {
			t.Errorf("%s: headers: got the sources %q, want %q", name, got, headers)
		}
		if i["IntegrationTarget"] != nil && parameters[prefix+"X-Stage"] != "context.stage" {
			t.Errorf("%s: got %v, want also the app's own parameter", name, parameters)
		}
		if name == "aidGET" && parameters["integration.request.path.id"] != "method.request.path.id" {
			t.Errorf("%s: got %v, want also the path's parameter", name, parameters)
		}
	}
	if found != len(want) {
		t.Errorf("got %d methods, want %d", found, len(want))
	}
}

// A route that forwards its caller in headers creates a new deployment. An API in which only service integrations get
// the caller sets no headers.
func TestForwardCallerByHeadersChangesDeployment(t *testing.T) {
	seen := map[string]string{}
	for _, c := range []struct {
		name           string
		access         []secureapi.Access
		calls, headers bool
	}{
		{"no caller", nil, false, false},
		{"a caller by headers", []secureapi.Access{secureapi.ForwardCaller()}, false, true},
		{"a caller in the call of a service", nil, true, false},
	} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.Routes = append(p.Routes, secureapi.Integrate("GET /a",
				awsapigateway.NewHttpIntegration(jsii.String("https://example.com"), nil), c.access...))
			if c.calls {
				p.Routes = append(p.Routes, secureapi.Integrate("POST /b",
					secureapi.SendTo(awssqs.NewQueue(stack, jsii.String("Jobs"), nil)), secureapi.ForwardCaller()))
			}
		})
		for id := range resources(stack, "AWS::ApiGateway::Deployment") {
			if other := seen[id]; other != "" {
				t.Errorf("%s and %s: got the same deployment", other, c.name)
			}
			seen[id] = c.name
		}
		for id, m := range resources(stack, "AWS::ApiGateway::Method") {
			parameters, _ := m["Integration"].(map[string]any)["RequestParameters"].(map[string]any)
			if has := parameters["integration.request.header.CallerIssuer"] != nil; has != c.headers && id[10] == 'a' {
				t.Errorf("%s: %s: got the parameters %v", c.name, id, parameters)
			}
		}
	}
}
