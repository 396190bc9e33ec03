package secureapi_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	_ "github.com/gatehouse-cdk/gatehouse/internal/tablesession/tables" // which authz.TableTag links in a function
)

// The functions accept the configurations that the constructs write, after references are replaced by values.
func TestFunctionsAcceptConfigurations(t *testing.T) {
	for name, make := range map[string]func(awscdk.Stack) *secureapi.Login{
		"Okta": oktaLogin,
		"Entra ID": func(stack awscdk.Stack) *secureapi.Login {
			l := oktaLogin(stack)
			l.Issuer = secureapi.EntraID("7f1e0d2c-3b4a-5968-8776-655443322110", "0c9b8a79-6857-4635-a241-302f1e0d2c3b")
			l.ClientAuth = secureapi.PrivateKeyJWT(newSecret(stack, "Key"), "PS256")
			l.ClientAuth.KeyID = "k1"
			return l
		},
		"Auth0, with all settings": func(stack awscdk.Stack) *secureapi.Login {
			l := oktaLogin(stack)
			l.Issuer = secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com")
			l.ClientAuth = secureapi.ClientSecretPost(newSecret(stack, "Post"))
			l.ClientAuth.SecretField = "secret"
			l.Path, l.BasePath, l.AfterLogout = "/v1/auth", "/shop", "/goodbye/all"
			l.Origin = "https://shop.example.com:8443"
			l.Parameters = map[string]string{"prompt": "login"}
			l.Sessions = secureapi.CookieSessions{
				Cookie: "__Host-Http-shop", IdleTimeout: time.Minute, MaxAge: 30 * 24 * time.Hour,
			}
			return l
		},
		"tokens that may be revoked": func(stack awscdk.Stack) *secureapi.Login {
			l := oktaLogin(stack)
			l.Issuer.Introspection = &secureapi.Introspection{
				Endpoint:   "https://shop.okta.com/oauth2/default/v1/introspect",
				ClientID:   "0oaapi",
				ClientAuth: secureapi.ClientSecret(newSecret(stack, "Introspection")),
				VerifyJWTs: true,
			}
			return l
		},
		"ID tokens of a user pool": func(stack awscdk.Stack) *secureapi.Login {
			pool, client := userPool(stack, "https://shop.example.com/auth/callback")
			l := &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client), Origin: "https://shop.example.com"}
			l.Issuer.TokenUse = "id"
			return l
		},
		"Google": func(stack awscdk.Stack) *secureapi.Login {
			l := oktaLogin(stack)
			l.Issuer, l.ClientID = secureapi.Google("orders.apps.googleusercontent.com"), ""
			return l
		},
		"sessions in a table": func(stack awscdk.Stack) *secureapi.Login {
			return tableLogin(stack, secureapi.TableSessions{
				Cookie: "__Host-shop", MaxAge: 2 * time.Hour,
				Admins: []secureapi.Access{secureapi.GuardedBy("writes"), secureapi.AnyGroup("admins")},
			})
		},
		"sessions of a user pool in a table": func(stack awscdk.Stack) *secureapi.Login {
			pool, client := userPool(stack, "https://shop.example.com/auth/callback")
			l := &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client), Origin: "https://shop.example.com"}
			l.Issuer.TokenUse, l.Sessions = "id", secureapi.TableSessions{}
			return l
		},
		"Amazon Cognito": func(stack awscdk.Stack) *secureapi.Login {
			pool, client := userPool(stack, "https://shop.example.com/auth/callback")
			return &secureapi.Login{Issuer: secureapi.CognitoIssuer(pool, client), Origin: "https://shop.example.com"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := newStack()
			l := make(stack)
			loginShop(stack, l, func(p *secureapi.Props) {
				p.Routes[0].Access = nil
				p.Authorizers = map[string]secureapi.Authorizer{
					"writes": secureapi.SessionAuthorizer{Login: l, CacheTTL: secureapi.NoCache},
				}
				p.Routes = append(p.Routes, secureapi.Handle("POST /orders", p.Routes[0].Function, secureapi.GuardedBy("writes")))
				p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://admin.example.com"}, AllowCredentials: true}
			})
			getenv := func(variable string, settings map[string]any) func(string) string {
				text, err := json.Marshal(settings)
				if err != nil {
					t.Fatal(err)
				}
				return func(name string) string {
					if name == variable {
						return deployed(string(text))
					}
					// Lambda sets these variables.
					return map[string]string{
						"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
					}[name]
				}
			}
			config, err := login.FromEnvironment(getenv(login.Variable, one(t, environmentOf(t, stack, login.Variable))))
			if err == nil {
				err = config.Check(false)
			}
			if err != nil {
				t.Errorf("login's function: got %v, want it to start", err)
			}
			authorizers := environmentOf(t, stack, authz.ConfigVariable)
			if len(authorizers) != 2 {
				t.Errorf("got %d authorizers", len(authorizers))
			}
			for _, settings := range authorizers {
				files := fstest.MapFS{"access.json": {Data: []byte(`{"version":1,"routes":[{"route":"GET /orders"}]}`)}}
				_, err := authz.FromLambda(getenv(authz.ConfigVariable, settings), authz.Options{
					Files: files, Transport: noNetwork{}, Log: io.Discard,
				})
				if err != nil {
					t.Errorf("authorizer's function: got %v, want it to start", err)
				}
			}
		})
	}
}

// noNetwork is a transport that fails every request.
type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}

// deployed replaces references with values, as a deployment does.
func deployed(text string) string {
	text = strings.NewReplacer(
		`\u003cPoolD3F588B8.ProviderName\u003e`, "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
		`\u003cPoolD3F588B8\u003e`, "eu-west-1_AbCdEfGhI",
		`\u003cPoolWeb224A1DFF\u003e`, "1a2b3c4d5e6f",
	).Replace(text)
	secret := regexp.MustCompile(`\\u003c(\w+)\\u003e`)
	return secret.ReplaceAllString(text, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:$1-a1b2c3")
}
