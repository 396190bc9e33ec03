package apigateway

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

const (
	jwtIssuer = "https://issuer.example.com"
	goldOnly  = "https://gold.example.com"
)

// addJWT adds a JWT authorizer of two issuers, with changes of its JwtConfiguration.
func addJWT(resources object, id string, changes object) {
	config := object{
		"DefaultAlgorithms": []any{"RS256", "ES256"},
		"Issuers": []any{
			object{"Issuer": jwtIssuer, "Audiences": []any{"orders", "backup"}},
			object{"Issuer": goldOnly, "Audiences": []any{"orders"}, "AdditionalClaims": []any{
				object{"ClaimName": "plan", "Format": "SINGLE_STRING", "ExpectedValues": []any{"gold"}, "Required": true},
				object{"ClaimName": "region", "Format": "SINGLE_STRING", "ExpectedValues": []any{"eu"}},
			}},
		},
	}
	for name, value := range changes {
		config[name] = value
	}
	resources[id] = resource("ApiGateway::Authorizer", object{"RestApiId": ref("Api"), "Name": "jwt", "Type": "JWT",
		"IdentitySource": "method.request.header.Authorization", "JwtConfiguration": config})
}

// jwtBehaviour is how API Gateway verifies tokens of OpenID Connect providers itself.
func jwtBehaviour(t *testing.T) []behaviour {
	r := bare()
	addJWT(r, "Auth", nil)
	guarded := object{"AuthorizationType": "JWT", "AuthorizerId": ref("Auth")}
	addRoute(r, "GET /orders", mock("orders"), guarded)
	scopes := object{"AuthorizationScopes": []any{"orders:read", "orders:admin"}}
	addRoute(r, "GET /scoped", mock("scoped"), guarded, scopes)
	addRoute(r, "GET /custom", mock("custom"), guardedBy("Auth"))
	addRoute(r, "GET /event", proxy("Fn"), guarded)
	s := serve(t, r)
	const denied = `403 AccessDeniedException {"Message":"User is not authorized to access this resource"}`
	type request = devissuer.TokenRequest
	ask := func(name, source, path string, token request, want string) behaviour {
		if token.Issuer == "" {
			token.Issuer = jwtIssuer
		}
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			return s.send(t, "GET /prod/"+path, bearer(s.Token(token))).String()
		}}
	}
	show := func(name, source, want string, got func(t *testing.T) string) behaviour {
		return behaviour{name: name, source: source, want: want, got: got}
	}
	all := []behaviour{
		show("no token", docJWT, unauthorized, func(t *testing.T) string { return s.send(t, "GET /prod/orders").String() }),
		show("no JWT", docJWT, unauthorized, func(t *testing.T) string {
			return s.send(t, "GET /prod/orders", bearer("x.y.z")).String()
		}),
		show("a token without Bearer", docHTTPJWT, "200 orders", func(t *testing.T) string {
			return s.send(t, "GET /prod/orders", "Authorization: "+s.Token(request{Issuer: jwtIssuer})).String()
		}),
		ask("a token", docJWT, "orders", request{}, "200 orders"),
		ask("of another algorithm that is configured", docJWTConfig, "orders", request{Algorithm: "ES256"}, "200 orders"),
		ask("the second audience", docJWTCreate, "orders", request{Audience: "backup"}, "200 orders"),
		ask("another audience", docJWTCreate, "orders", request{Audience: "stranger"}, unauthorized),
		ask("an audience of the other issuer alone", docJWTCreate, "orders",
			request{Issuer: goldOnly, Audience: "backup"}, unauthorized),
		ask("another issuer", docJWTCreate, "orders", request{Claims: object{"iss": jwtIssuer + "/"}}, unauthorized),
		ask("expired", docHTTPJWT, "orders", request{Expires: -time.Minute}, unauthorized),
		ask("without exp", docHTTPJWT, "orders", request{Claims: object{"exp": nil}}, unauthorized),
		ask("not yet valid", docHTTPJWT, "orders",
			request{Claims: object{"nbf": began.Add(time.Hour).Unix()}}, unauthorized),
		ask("issued in the future", docHTTPJWT, "orders",
			request{Claims: object{"iat": began.Add(time.Hour).Unix()}}, unauthorized),
		ask("client_id in place of aud", docHTTPJWT, "orders",
			request{Claims: object{"aud": nil, "client_id": "orders"}}, "200 orders"),
		ask("client_id beside another aud", docHTTPJWT, "orders",
			request{Claims: object{"aud": "stranger", "client_id": "orders"}}, unauthorized),
		ask("bound to a key", strictestReading, "orders",
			request{Claims: object{"cnf": object{"jkt": "x"}}}, "200 orders"),
		ask("the claims that are required", docJWTClaim, "orders", request{Issuer: goldOnly}, "200 orders"),
		ask("another value", docJWTClaim, "orders",
			request{Issuer: goldOnly, Claims: object{"plan": "Gold"}}, unauthorized),
		ask("a required claim is missing", docJWTClaim, "orders",
			request{Issuer: goldOnly, Claims: object{"plan": nil}}, unauthorized),
		ask("a claim is missing that is not required", docJWTClaim, "orders",
			request{Issuer: goldOnly, Claims: object{"region": nil}}, "200 orders"),
		ask("another value of a claim that is not required", docJWTClaim, "orders",
			request{Issuer: goldOnly, Claims: object{"region": "us"}}, unauthorized),
		ask("a list in place of a text", docJWTClaim, "orders",
			request{Issuer: goldOnly, Claims: object{"plan": []string{"gold"}}}, unauthorized),
		ask("with one of the scopes", docJWTMethods, "scoped", request{Scopes: []string{"x", "orders:admin"}}, "200 scoped"),
		ask("with a scope in scp", docJWTMethods, "scoped",
			request{Claims: object{"scp": []string{"orders:read"}}}, "200 scoped"),
		ask("without the scopes", docJWTMethods, "scoped", request{Scopes: []string{"orders:readonly"}}, denied),
		ask("scope counts before scp", strictestReading, "scoped",
			request{Scopes: []string{"x"}, Claims: object{"scp": "orders:read"}}, denied),
		show("a method of another type", strictestReading, notServedHere, func(t *testing.T) string {
			return s.send(t, "GET /prod/custom", bearer(s.Token(request{Issuer: jwtIssuer}))).String()
		}),
		show("the claims in the event", docJWTClaims,
			`{"claims":{"aud":"orders","exp":1772604367,"iat":1772600767,"iss":"https://issuer.example.com","jti":"x",`+
				`"name":"Zoë \"Z\"","roles":["user","editor"],"sub":"developer","vip":true}}`, func(t *testing.T) string {
				token := s.Token(request{Issuer: jwtIssuer, Claims: object{
					"jti": "x", "name": "Zoë \"Z\"", "roles": []string{"user", "editor"}, "vip": true,
				}})
				return jsonOf(t, eventOf(t, s.send(t, "GET /prod/event", bearer(token)))["requestContext"].(object)["authorizer"])
			}),
		show("the claims in a gateway response", docJWTClaims, `"Zo\u00EB" ["a","b"] "\uD83D\uDE00"`, func(
			t *testing.T,
		) string {
			api := bare()
			addJWT(api, "Auth", nil)
			api["Key"] = resource("ApiGateway::GatewayResponse", object{
				"RestApiId": ref("Api"), "ResponseType": "INVALID_API_KEY",
				"ResponseTemplates": object{"text/plain": "$context.authorizer.claims.name $context.authorizer.claims.list " +
					"$context.authorizer.claims.face"},
			})
			addRoute(api, "GET /key", mock("key"), guarded, object{"ApiKeyRequired": true})
			one := serve(t, api)
			token := one.Token(request{Issuer: jwtIssuer, Claims: object{
				"name": "Zoë", "list": []string{"a", "b"}, "face": "😀",
			}})
			return one.send(t, "GET /prod/key", bearer(token)).body
		}),
	}
	for _, c := range []struct {
		name, source string
		changes      object
	}{
		{"an algorithm that there is not", docJWTConfig, object{"DefaultAlgorithms": []any{"PS256"}}},
		{"an issuer over http", docJWTCreate, object{"Issuers": []any{
			object{"Issuer": "http://issuer.example.com", "Audiences": []any{"orders"}}}}},
		{"a setting that is not known", strictestReading, object{"ClockSkew": 60}},
	} {
		all = append(all, show(c.name, c.source, notServedHere, func(t *testing.T) string {
			api := bare()
			addJWT(api, "Auth", c.changes)
			addRoute(api, "GET /orders", mock("orders"), guarded)
			one := serve(t, api)
			return one.send(t, "GET /prod/orders", bearer("x")).String()
		}))
	}
	policy := func(name, statements, want string) behaviour {
		return show(name, strictestReading, want, func(t *testing.T) string {
			api := bare()
			api["Api"] = resource("ApiGateway::RestApi", object{"Name": "bare", "Policy": object{
				"Version": "2012-10-17", "Statement": []any{object{
					"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": statements,
				}},
			}})
			addJWT(api, "Auth", nil)
			addRoute(api, "GET /orders", mock("orders"), guarded)
			one := serve(t, api)
			reply := one.send(t, "GET /prod/orders", bearer(one.Token(request{Issuer: jwtIssuer})))
			return strings.Split(reply.String(), " {")[0]
		})
	}
	return append(all,
		policy("a resource policy that allows", "execute-api:/*", "200 orders"),
		policy("a resource policy that allows another route", "execute-api:/prod/GET/else", "403 AccessDeniedException"))
}
