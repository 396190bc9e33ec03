package devissuer

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

type object = map[string]any

func ref(id string) object               { return object{"Ref": id} }
func att(id, name string) object         { return object{"Fn::GetAtt": []string{id, name}} }
func joined(parts ...any) object         { return object{"Fn::Join": []any{"", parts}} }
func apiRef(more object) object          { more["RestApiId"] = ref("Api"); return more }
func resource(kind string, p object) any { return object{"Type": kind, "Properties": p} }

// lambdaAuthorizer is a function with its environment, and a TOKEN authorizer that invokes it.
func lambdaAuthorizer(name string, variables object) object {
	return object{
		name + "Function": resource("AWS::Lambda::Function", object{
			"Runtime": "nodejs22.x", "Handler": "index.handler", "Code": object{"ZipFile": "exports.handler = async () => {}"},
			"Environment": object{"Variables": variables},
		}),
		name: resource("AWS::ApiGateway::Authorizer", apiRef(object{
			"Name": name, "Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
			"AuthorizerUri": joined(
				"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
				att(name+"Function", "Arn"),
				"/invocations",
			),
		})),
	}
}

func method(verb string, more object) any {
	more["HttpMethod"], more["ResourceId"] = verb, att("Api", "RootResourceId")
	more["Integration"] = object{"Type": "MOCK"}
	return resource("AWS::ApiGateway::Method", apiRef(more))
}

func cognito(name, pool string) object {
	return object{name: resource("AWS::ApiGateway::Authorizer", apiRef(object{
		"Name":           name,
		"Type":           "COGNITO_USER_POOLS",
		"IdentitySource": "method.request.header.Authorization",
		"ProviderARNs":   []any{pool},
	}))}
}

func userPool() object {
	return object{
		"Pool":  resource("AWS::Cognito::UserPool", object{}),
		"Group": resource("AWS::Cognito::UserPoolGroup", object{"UserPoolId": ref("Pool"), "GroupName": "admins"}),
		"Server": resource("AWS::Cognito::UserPoolResourceServer", object{"UserPoolId": ref("Pool"), "Identifier": "orders",
			"Name": "orders", "Scopes": []any{object{"ScopeName": "read", "ScopeDescription": "r"}}}),
		"Client": resource(
			"AWS::Cognito::UserPoolClient",
			object{"UserPoolId": ref("Pool"), "AllowedOAuthScopes": []any{"openid", "orders/read"}},
		),
	}
}

// modelOf returns the model of a stack with an API and these resources.
func modelOf(t testing.TB, parts ...object) *apimodel.Model {
	t.Helper()
	resources := object{"Api": resource("AWS::ApiGateway::RestApi", object{"Name": "Api"})}
	for _, p := range parts {
		for id, r := range p {
			resources[id] = r
		}
	}
	text, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	a, err := cloudassembly.Parse("Shop", text)
	if err != nil {
		t.Fatal(err)
	}
	return apimodel.Read(a, cloudassembly.Options{})
}

func TestFromModel(t *testing.T) {
	idp := authz.Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}, RolesClaim: "permissions"}
	other := authz.Issuer{URL: "https://other.example.com", Audiences: []string{"orders"}}
	config := func(issuers ...authz.Issuer) object {
		return object{authz.ConfigVariable: authz.Config{Issuers: issuers}.Environment()[authz.ConfigVariable]}
	}
	included := object{
		authz.ConfigVariable: joined(
			`{"issuers":[{"url":"https://`,
			att("Pool", "ProviderName"),
			`","audiences":["`,
			ref("Client"),
			`"],"tokenUse":"access","groupsClaim":"cognito:groups"}]}`,
		),
	}
	pools := modelOf(t, userPool()).UserPools[0]
	url, client := pools.ProviderURL, pools.Clients[0].ClientID
	second := modelOf(t, userPool(), secondClient("Pool")).UserPools[0].Clients[1].ClientID
	native := authz.Issuer{URL: url, Audiences: []string{client}, GroupsClaim: "cognito:groups"}
	for _, tt := range []struct {
		name  string
		parts []object
		want  []Issuer
	}{
		{"no authorizer", nil, nil},
		{"an included function", []object{lambdaAuthorizer("A", config(idp, other))}, []Issuer{
			{Issuer: idp, TakenBy: []string{"Shop/A"}}, {Issuer: other, TakenBy: []string{"Shop/A"}}}},
		{
			"two with the same issuer",
			[]object{lambdaAuthorizer("A", config(idp)), lambdaAuthorizer("B", config(idp))},
			[]Issuer{
				{Issuer: idp, TakenBy: []string{"Shop/A", "Shop/B"}}},
		},
		{"a function of the app's own", []object{lambdaAuthorizer("A", object{"STAGE": "dev"})}, nil},
		{"a function that is not in the assembly", []object{functionElsewhere("A")}, nil},
		{"an included function with the stack's user pool", []object{lambdaAuthorizer("A", included), userPool()}, []Issuer{{
			Issuer: authz.Issuer{URL: url, Audiences: []string{client}, TokenUse: "access", GroupsClaim: "cognito:groups"},
			Scopes: []string{"orders/read", "openid"}, Groups: []string{"admins"}, TakenBy: []string{"Shop/A"}}}},
		{"a user pool whose methods ask for scopes", []object{userPool(), cognitoOfPool("C"), {
			"Get": method("GET", object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("C")}),
			"Post": method("POST", object{
				"AuthorizationType":   "COGNITO_USER_POOLS",
				"AuthorizerId":        ref("C"),
				"AuthorizationScopes": []string{"orders/read"},
			}),
		}}, []Issuer{{Issuer: native, Cognito: true, Use: Access,
			Scopes: []string{"orders/read", "openid"}, Groups: []string{"admins"}, TakenBy: []string{"Shop/C"}}}},
		{"a JWT authorizer", []object{userPool(), {"J": resource("AWS::ApiGateway::Authorizer", apiRef(object{
			"Name": "J", "Type": "JWT", "IdentitySource": "method.request.header.Authorization",
			"JwtConfiguration": object{"DefaultAlgorithms": []string{"ES256"}, "Issuers": []any{
				object{"Issuer": "https://idp.example.com/", "Audiences": []string{"orders"}, "AdditionalClaims": []any{
					object{"ClaimName": "plan", "Format": "SINGLE_STRING", "ExpectedValues": []string{"pro"}},
					object{"ClaimName": "tenant", "Format": "SINGLE_STRING", "Required": true},
				}},
				object{"Issuer": att("Pool", "ProviderURL"), "Audiences": []any{ref("Client")}, "AdditionalClaims": []any{
					object{"ClaimName": "token_use", "Format": "SINGLE_STRING", "ExpectedValues": []string{"access"}},
				}},
			}},
		}))}}, []Issuer{
			{
				Issuer: authz.Issuer{
					URL: "https://idp.example.com/", Audiences: []string{"orders"}, Algorithms: []string{"ES256"},
				},
				Use: Access, Claims: map[string]string{"plan": "pro", "tenant": "any"}, TakenBy: []string{"Shop/J"},
			},
			{
				Issuer: authz.Issuer{
					URL: url, Audiences: []string{client}, Algorithms: []string{"ES256"}, TokenUse: "access",
					GroupsClaim: "cognito:groups",
				},
				Use: Access, Scopes: []string{"orders/read", "openid"}, Groups: []string{"admins"}, TakenBy: []string{"Shop/J"},
			},
		}},
		{"a user pool whose methods ask for none", []object{userPool(), cognitoOfPool("C"), {
			"Get": method("GET", object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("C")}),
		}}, []Issuer{{Issuer: native, Cognito: true, Use: ID,
			Scopes: []string{"orders/read", "openid"}, Groups: []string{"admins"}, TakenBy: []string{"Shop/C"}}}},
		{
			"a user pool of another app, whose clients are not known",
			[]object{cognito("C", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc")},
			[]Issuer{{Issuer: authz.Issuer{
				URL:         "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc",
				GroupsClaim: "cognito:groups",
			},
				Cognito: true, Use: ID, TakenBy: []string{"Shop/C"}}},
		},
		{
			"a user pool, one client of it",
			[]object{userPool(), secondClient("Pool"), ofAudience("C", joined("^(", ref("Second"), ")$"), "Pool")},
			[]Issuer{{
				Issuer:  authz.Issuer{URL: url, Audiences: []string{second}, GroupsClaim: "cognito:groups"},
				Cognito: true,
				Use:     ID,
				Scopes:  []string{"orders/read", "openid"},
				Groups:  []string{"admins"},
				TakenBy: []string{"Shop/C"},
			}},
		},
		{"a user pool, a client outside of the assembly", []object{userPool(), ofAudience("C", "^(outside)$", "Pool")},
			[]Issuer{{
				Issuer:  authz.Issuer{URL: url, Audiences: []string{"outside"}, GroupsClaim: "cognito:groups"},
				Cognito: true,
				Use:     ID,
				Scopes:  []string{"orders/read", "openid"},
				Groups:  []string{"admins"},
				TakenBy: []string{"Shop/C"},
			}}},
		{"a user pool of another app, an expression that is not a list", []object{func() object {
			o := cognito("C", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc")
			o["C"].(object)["Properties"].(object)["IdentityValidationExpression"] = "[a-z-]+"
			return o
		}()}, []Issuer{{Issuer: authz.Issuer{
			URL:         "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc",
			Audiences:   []string{StandInClient},
			GroupsClaim: "cognito:groups",
		}, Cognito: true, Use: ID, TakenBy: []string{"Shop/C"}}}},
		{
			"two user pools, a client of one",
			[]object{userPool(), {"Other": resource("AWS::Cognito::UserPool", object{})}, secondClient("Other"),
				ofAudience("C", joined("^(", ref("Client"), ")$"), "Other", "Pool")},
			[]Issuer{{
				Issuer:  native,
				Cognito: true,
				Use:     ID,
				Scopes:  []string{"orders/read", "openid"},
				Groups:  []string{"admins"},
				TakenBy: []string{"Shop/C"},
			}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := FromModel(modelOf(t, tt.parts...))
			if err != nil {
				t.Fatal(err)
			}
			for n := range got {
				got[n].Apps = nil // see TestPoolClients
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// functionElsewhere returns an authorizer whose function another app deploys.
func functionElsewhere(name string) object {
	o := lambdaAuthorizer(name, object{})
	delete(o, name+"Function")
	o[name].(object)["Properties"].(object)["AuthorizerUri"] = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/" +
		"functions/arn:aws:lambda:us-east-1:123456789012:function:theirs/invocations"
	return o
}

func cognitoOfPool(name string) object {
	o := cognito(name, "")
	o[name].(object)["Properties"].(object)["ProviderARNs"] = []any{att("Pool", "Arn")}
	return o
}

// secondClient is one more client, of this pool.
func secondClient(pool string) object {
	return object{"Second": resource("AWS::Cognito::UserPoolClient", object{"UserPoolId": ref(pool)})}
}

// ofAudience returns an authorizer of these pools with an expression for aud.
func ofAudience(name string, expression any, pools ...string) object {
	o := cognito(name, "")
	p := o[name].(object)["Properties"].(object)
	var arns []any
	for _, pool := range pools {
		arns = append(arns, att(pool, "Arn"))
	}
	p["ProviderARNs"], p["IdentityValidationExpression"] = arns, expression
	return o
}

// TestFromModelOfNoClient checks the note if an expression matches no known client, so that no token could pass.
func TestFromModelOfNoClient(t *testing.T) {
	for expression, want := range map[string]string{
		"[0-9]":    `the expression "[0-9]" of Shop/C matches the id of no client that is known of its user pools`,
		"(?=rest)": `the expression "(?=rest)" is not supported here: `,
	} {
		got, err := FromModel(modelOf(t, userPool(), ofAudience("C", expression, "Pool")))
		var found *AuthorizerError
		if got != nil || !errors.As(err, &found) || found.Authorizer.LogicalID != "C" ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("want an error of C with %s, got %v and %v", want, err, got)
		}
	}
}

// TestFromModelErrors checks that unreadable issuers are reported, and the other issuers are found all the same.
func TestFromModelErrors(t *testing.T) {
	good := lambdaAuthorizer(
		"Z",
		object{authz.ConfigVariable: `{"issuers":[{"url":"https://idp.example.com","audiences":["orders"]}]}`},
	)
	for _, tt := range []struct {
		name   string
		config any
		want   string
	}{
		{"no JSON", "{", "function Shop/AFunction: authz: "},
		{"of another release", `{"issuers":[],"future":true}`, "use the command of the release that the stack is made with"},
		{
			"an algorithm that there is not",
			`{"issuers":[{"url":"https://idp.example.com","audiences":["x"],"algorithms":["none"]}]}`,
			`the algorithm "none"`,
		},
		{
			"not known before the deployment",
			joined(`{"issuers":[{"url":"`, att("AFunction", "Nothing"), `"}]}`),
			"function Shop/AFunction: its variable GATEHOUSE_AUTHORIZER: ",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := FromModel(modelOf(t, lambdaAuthorizer("A", object{authz.ConfigVariable: tt.config}), good))
			if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want an ErrModel with %s\n got %v", tt.want, err)
			}
			var found *AuthorizerError
			if !errors.As(err, &found) || found.Authorizer.String() != "Shop/A" {
				t.Errorf("want an AuthorizerError of Shop/A, got %+v", found)
			}
			if len(got) != 1 || got[0].URL != "https://idp.example.com" {
				t.Errorf("found %v, want the other authorizer's issuer", got)
			}
		})
	}
}

// TestFromModelOfAPoolWithoutAURL checks that a pool with an unknown issuer does not affect other pools.
func TestFromModelOfAPoolWithoutAURL(t *testing.T) {
	m := modelOf(
		t,
		cognitoOfPool("A"),
		userPool(),
		cognito("B", "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1Cd2Ef3"),
	)
	for _, p := range m.UserPools {
		if p.LogicalID == "Pool" {
			p.ProviderURL = ""
		}
	}
	got, err := FromModel(m)
	var found *AuthorizerError
	if !errors.As(err, &found) || found.Authorizer.LogicalID != "A" || len(got) != 1 {
		t.Errorf("want an error of A and the issuer of B, got %v and %v", err, got)
	}
}
