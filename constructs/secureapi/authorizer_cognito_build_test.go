package secureapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestCognitoScopes(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.CognitoAuthorizer{
			UserPools: []awscognito.IUserPool{awscognito.NewUserPool(stack, jsii.String("Pool"), nil)},
		}
	})
	for _, m := range resources(stack, "AWS::ApiGateway::Method") {
		if m["AuthorizationType"] == "COGNITO_USER_POOLS" {
			if got := fmt.Sprint(m["AuthorizationScopes"]); got != "[orders:read]" {
				t.Errorf("AuthorizationScopes: got %s, want [orders:read]", got)
			}
			return
		}
	}
	t.Error("got no method that the user pool guards")
}

// The expression refers to the clients' IDs, which are known at deployment, also for clients of another stack. The
// deployment changes with the clients.
func TestCognitoClientsInTemplate(t *testing.T) {
	made := func(all bool) (id string, expression any) {
		app := newApp()
		users := awscdk.NewStack(app, jsii.String("Users"), nil)
		pool := awscognito.NewUserPool(users, jsii.String("Pool"), nil)
		clients := []awscognito.IUserPoolClient{pool.AddClient(jsii.String("Web"), nil)}
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		if all {
			clients = append(
				clients,
				awscognito.UserPoolClient_FromUserPoolClientId(stack, jsii.String("Partner"), jsii.String("part+ner")),
			)
		}
		shop(stack, func(p *secureapi.Props) {
			p.Authorizer = secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}, Clients: clients}
			p.Routes[0].Access = nil
		})
		for id = range resources(stack, "AWS::ApiGateway::Deployment") {
			break
		}
		return id, only(t, stack, "AWS::ApiGateway::Authorizer")["IdentityValidationExpression"]
	}
	one, _ := made(false)
	both, expression := made(true)
	want := map[string]any{
		"Fn::Join": []any{
			"",
			[]any{"^(", map[string]any{"Fn::ImportValue": "Users:ExportsOutputRefPoolWeb224A1DFFBC5EA2FE"}, `|part\+ner)$`},
		},
	}
	if diff := cmp.Diff(any(want), expression); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again, _ := made(true); again != both || one == both {
		t.Errorf("deployments: got %s with one client, %s with two, and %s for two again, want two IDs", one, both, again)
	}
}

// If a list of IDs is known only at deployment, the template refers to it, and the plan describes it in words.
func TestCognitoScopesFromParameter(t *testing.T) {
	stack := newStack()
	scopes := awscdk.NewCfnParameter(
		stack,
		jsii.String("Scopes"),
		&awscdk.CfnParameterProps{Type: jsii.String("CommaDelimitedList")},
	)
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.CognitoAuthorizer{
			UserPools: []awscognito.IUserPool{awscognito.NewUserPool(stack, jsii.String("Pool"), nil)},
		}
		p.Routes[0].Access = []secureapi.Access{secureapi.AnyScope(*(*scopes.ValueAsList())[0])}
	})
	assertions.Template_FromStack(stack, nil).HasResource(jsii.String("AWS::ApiGateway::Method"), map[string]any{
		"Properties": map[string]any{"AuthorizationScopes": map[string]any{"Ref": "Scopes"}},
		"Metadata": map[string]any{"gatehouse:requires": map[string]any{"Fn::Join": []any{"", []any{
			"scope ", map[string]any{"Fn::Join": []any{" or ", map[string]any{"Ref": "Scopes"}}}}}}},
	})
}

// A Cognito access token has client_id instead of aud. Its groups are in the claim cognito:groups.
func TestCognitoIssuer(t *testing.T) {
	stack := newStack()
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	issuer := secureapi.CognitoIssuer(pool, pool.AddClient(jsii.String("Web"), nil))
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{issuer}}}
	})
	if issuer.TokenUse != "access" || issuer.GroupsClaim != "cognito:groups" ||
		issuer.JWKSURL != issuer.URL+"/.well-known/jwks.json" {
		t.Errorf("got the issuer %+v, want access tokens of the clients and groups in cognito:groups", issuer)
	}
	text, _ := json.Marshal(resources(stack, "AWS::Lambda::Function"))
	for _, want := range []string{
		`\"url\":\"https://",{"Fn::GetAtt":["Pool`,
		`"ProviderName"]}`,
		`\"audiences\":[\"",{"Ref":"PoolWeb`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("environment of the function: want %s in\n%s", want, text)
		}
	}
}
