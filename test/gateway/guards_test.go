package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// guards are guards that verify the tokens of one user pool. The name is the first segment of their routes.
var guards = []string{"jwt", "cognito", "token"}

// newGuards makes the same table behind a JWTAuthorizer, a CognitoAuthorizer and a TokenAuthorizer.
func newGuards(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Guards"), nil)
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
	})
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	issuers := []secureapi.Issuer{secureapi.CognitoIssuer(pool, pool.AddClient(jsii.String("Web"), nil))}
	props := &secureapi.Props{Authorizers: map[string]secureapi.Authorizer{
		"jwt":     secureapi.JWTAuthorizer{Issuers: issuers},
		"cognito": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
		"token":   secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: issuers}},
	}}
	for _, name := range guards {
		guardedBy := secureapi.GuardedBy(name)
		props.Routes = append(props.Routes,
			secureapi.Handle("GET /"+name+"/orders", orders, guardedBy, secureapi.AnyScope("orders/read", "orders/admin")),
			secureapi.Handle("GET /"+name+"/any", orders, guardedBy),
		)
	}
	secureapi.New(stack, "Api", props)
}

// TestGuardsOfOneTable checks that all guards give the same answers to a token, except for documented differences.
func TestGuardsOfOneTable(t *testing.T) {
	t.Parallel()
	const (
		docCognito = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html"
		docHTTP    = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html"
		docMethods = "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-methods.html"
		docJWT     = "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html"
		docOfToken = "docs/token-authorizer.md, the expression BearerJWT"
	)
	s := running(t, synthesizedHere(t, newGuards), "prod", localgateway.Options{})
	issuer := s.Issuers()[0]
	mint := func(r localgateway.TokenRequest) string {
		t.Helper()
		r.Issuer = issuer
		if r.Use == "" {
			r.Use = localgateway.AccessToken
		}
		return s.mint(t, r)
	}
	type request = localgateway.TokenRequest
	type claims = map[string]any
	read := []string{"orders/read"}
	good := mint(request{Scopes: read})
	soon := time.Now().Add(time.Hour).Unix()
	for _, c := range []struct {
		name, header string
		scoped, any  string // the statuses in the order of guards, or one status for all guards
		source       string // the source of a difference
	}{
		{"a token with a scope", "Bearer " + good, "200", "200 401 200", docCognito},
		{"a token with the other scope", "Bearer " + mint(request{Scopes: []string{"x", "orders/admin"}}), "200",
			"200 401 200", docCognito},
		{"a token without the scopes", "Bearer " + mint(request{Scopes: []string{"orders/readonly"}}), "403 401 403",
			"200 401 200", docMethods + ", " + docCognito},
		{"a token without scopes", "Bearer " + mint(request{}), "403 401 403", "200 401 200",
			docMethods + ", " + docCognito},
		{"scopes in scp", "Bearer " + mint(request{Claims: claims{"scp": read}}), "200 401 200", "200 401 200",
			docMethods + ", " + docCognito},
		{"an ID token", "Bearer " + mint(request{Use: localgateway.IDToken}), "401", "401 200 401", docCognito},
		{"without Bearer", good, "200 200 401", "200 401 401", docHTTP + ", " + docCognito + ", " + docOfToken},
		{"bound to a key", "Bearer " + mint(request{Scopes: read, Claims: claims{"cnf": claims{"jkt": "x"}}}), "200 401 401",
			"200 401 401", docJWT + " names no cnf"},
		{"no token", "", "401", "401", ""},
		{"not a JWT", "Bearer x.y.z", "401", "401", ""},
		{"two tokens", "Bearer " + good + " " + good, "401", "401", ""},
		{"another scheme", "Basic " + good, "401", "401", ""},
		{"another signature", "Bearer " + good[:len(good)-8] + "AAAAAAAA", "401", "401", ""},
		{"no algorithm", "Bearer eyJhbGciOiJub25lIn0." + strings.Split(good, ".")[1] + ".", "401", "401", ""},
		{"expired", "Bearer " + mint(request{Scopes: read, Expires: -time.Minute}), "401", "401", ""},
		{"without exp", "Bearer " + mint(request{Scopes: read, Claims: claims{"exp": nil}}), "401", "401", ""},
		{"not yet valid", "Bearer " + mint(request{Scopes: read, Claims: claims{"nbf": soon}}), "401", "401", ""},
		{"issued in the future", "Bearer " + mint(request{Scopes: read, Claims: claims{"iat": soon}}), "401", "401", ""},
		{"another issuer", "Bearer " + mint(request{Scopes: read, Claims: claims{"iss": issuer + "/"}}), "401", "401", ""},
		{"another client", "Bearer " + mint(request{Scopes: read, Audience: "stranger"}), "401", "401", ""},
		{"a resource of the client's", "Bearer " + mint(request{Scopes: read, Claims: claims{"aud": "https://api"}}), "401",
			"401", ""},
		{"without a client", "Bearer " + mint(request{Scopes: read, Claims: claims{"client_id": nil}}), "401", "401", ""},
		{"without token_use", "Bearer " + mint(request{Scopes: read, Claims: claims{"token_use": nil}}), "401", "401", ""},
	} {
		for path, want := range map[string]string{"orders": c.scoped, "any": c.any} {
			t.Run(c.name+", "+path, func(t *testing.T) {
				var got, reasons []string
				for _, name := range guards {
					r := s.request(t, http.MethodGet, "/"+name+"/"+path, "")
					if c.header != "" {
						r.Header.Set("Authorization", c.header)
					}
					reply := s.send(t, r)
					got = append(got, fmt.Sprint(reply.status))
					reasons = append(reasons, reply.record.Reason)
				}
				all := strings.Join(got, " ")
				if want != all && want+" "+want+" "+want != all {
					t.Errorf("%s answer %s, want %s: %q", strings.Join(guards, ", "), all, want, reasons)
				}
				if strings.Contains(want, " ") && c.source == "" {
					t.Error("the guards differ, and the case has no source")
				}
			})
		}
	}
}
