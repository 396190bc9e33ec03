package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// The exact answers of API Gateway; for a policy's denial, implicit or explicit. Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html for the types, and
// https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer for the texts of a policy's denial.
const (
	unauthorized = `\{"message":"Unauthorized"\}`
	expiredToken = `\{"message":"The incoming token has expired"\}`
	notSigned    = `\{"message":"Missing Authentication Token"\}`
	notAllowed   = `\{"Message":"User is not authorized to access this resource` +
		`( with an explicit deny in an identity-based policy)?"\}`

	// noSignature is the answer for a token on a path without a route.
	noSignature = `\{"message":"(Invalid key=value pair|Authorization header requires).*"\}`
)

// refusal is a request that is refused, with the whole answer.
type refusal struct {
	name      string
	request   *http.Request
	status    int
	body      string // an expression for the whole body
	errorType string
}

// wantRefusals makes the requests and checks the answers. No request may reach a function, which would answer 200, 201
// or 404.
func wantRefusals(t *testing.T, api service, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := api.send(t, c.request)
			if got.status != c.status || !regexp.MustCompile(`\A(?:`+c.body+`)\z`).MatchString(got.body) ||
				got.errorType() != c.errorType {
				t.Errorf("got %d %s %s (%s)\nwant %d %s %s",
					got.status, got.errorType(), got.body, got.record.Reason, c.status, c.errorType, c.body)
			}
			if got.record.IntegrationTime != 0 || got.record.Reason == "" {
				t.Errorf(
					"the function had the request for %s, and the reason is %q: want neither time nor silence",
					got.record.IntegrationTime,
					got.record.Reason,
				)
			}
		})
	}
}

// TestTheExampleBehindAnAuthorizerFunction calls the API with tokens of an issuer, behind both kinds of the included
// authorizer.
func TestTheExampleBehindAnAuthorizerFunction(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{stack.Token, stack.Request} {
		t.Run(kind, func(t *testing.T) {
			api := served(t, idp(kind))
			reader := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}})
			writer := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read", "orders/write"}})
			admin := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/write"}, Groups: []string{"admins"}})
			api.call(t, "GET", "/health", "", "", 200, `"ok"`)
			api.call(t, "GET", "/orders", reader, "", 200, `{"orders":[]}`)
			api.call(t, "POST", "/orders", writer, anOrder, 201, `"createdBy":"developer"`)
			api.call(t, "GET", "/orders", reader, "", 200, `"customer":"c-1"`)
			api.call(t, "DELETE", noOrder, admin, "", 404, "")

			with := func(verb, path, token string) *http.Request {
				return api.request(t, verb, path, anOrder, "Authorization: Bearer "+token)
			}
			wantRefusals(t, api, []refusal{
				{"no token", api.request(t, "GET", "/orders", ""), 401, unauthorized, "UnauthorizedException"},
				{
					"an empty header",
					api.request(t, "GET", "/orders", "", "Authorization: "),
					401,
					unauthorized,
					"UnauthorizedException",
				},
				{"an invalid token", with("GET", "/orders", "no.real.token"), 401, unauthorized, "UnauthorizedException"},
				{
					"another scheme",
					api.request(t, "GET", "/orders", "", "Authorization: Basic dXNlcjpwYXNz"),
					401,
					unauthorized,
					"UnauthorizedException",
				},
				{
					"expired",
					with(
						"GET",
						"/orders",
						api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}, Expires: -time.Minute}),
					),
					401,
					unauthorized,
					"UnauthorizedException",
				},
				{
					"another audience",
					with(
						"GET",
						"/orders",
						api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}, Audience: "invoices"}),
					),
					401,
					unauthorized,
					"UnauthorizedException",
				},
				{"another signature", with("GET", "/orders", forged(reader)), 401, unauthorized, "UnauthorizedException"},
				{
					"no scopes",
					with("GET", "/orders", api.Token(localgateway.TokenRequest{})),
					403,
					notAllowed,
					"AccessDeniedException",
				},
				{
					"a similar scope",
					with("POST", "/orders", api.Token(localgateway.TokenRequest{Scopes: []string{"orders/writer"}})),
					403,
					notAllowed,
					"AccessDeniedException",
				},
				{"reading is not writing", with("POST", "/orders", reader), 403, notAllowed, "AccessDeniedException"},
				{"the scope without the group", with("DELETE", noOrder, writer), 403, notAllowed, "AccessDeniedException"},
				{
					"the group without the scope",
					with("DELETE", noOrder, api.Token(localgateway.TokenRequest{Groups: []string{"admins"}})),
					403,
					notAllowed,
					"AccessDeniedException",
				},
				{"an unknown path", with("GET", "/nothing", reader), 403, noSignature, "IncompleteSignatureException"},
				{"an unknown verb", with("PUT", "/orders", writer), 403, noSignature, "IncompleteSignatureException"},
			})
			// The policy does not have the reason of a denial. The access table has it.
			const needs,
				lacks = "the route requires scope orders/write and group admins, " +
				"and the caller has the scopes orders/read, orders/write",
				"the caller lacks group admins and has none"
			for _, c := range []struct {
				name, token string
				cache       localgateway.CacheResult
				want        string
			}{
				{"cached", writer, "HIT", needs},
				{"asked", api.Token(localgateway.TokenRequest{Subject: "other", Scopes: []string{"orders/write"}}), "MISS", lacks},
				{"expired", api.Token(localgateway.TokenRequest{Expires: -time.Minute}), "MISS",
					`the authorizer refused the token: its exp has passed (expired): got "20`},
				{"another audience", api.Token(localgateway.TokenRequest{Audience: "invoices"}), "MISS",
					`the authorizer refused the token: its aud, or client_id, is not this API's (audience): ` +
						`got "invoices", want "orders"`},
				{
					"another issuer",
					api.Token(localgateway.TokenRequest{Claims: map[string]any{"iss": "https://other.example.com"}}),
					"MISS",
					`the authorizer refused the token: its iss is not a configured issuer (issuer): ` +
						`got "https://other.example.com", want "` + api.Issuers()[0] + `"`,
				},
				{"another scope", api.Token(localgateway.TokenRequest{Scopes: []string{"orders/writer"}}), "MISS",
					"the caller lacks scope orders/write and has orders/writer"},
			} {
				got := api.send(t, with("DELETE", noOrder, c.token)).record
				if detail := got.Checks[len(got.Checks)-1].Detail; got.Cache != c.cache || !strings.HasPrefix(got.Reason, c.want) ||
					!strings.HasPrefix(detail, c.want) {
					t.Errorf("%s: %s, the reason is %q, and the step %q, want %s %q",
						c.name, got.Cache, got.Reason, detail, c.cache, c.want)
				}
			}
			refused := api.call(t, "GET", "/orders", "", "", 401, "")
			if got := refused.header.Get("Access-Control-Allow-Origin"); got != "https://shop.example.com" {
				t.Errorf("a 401 allows the origin %q, so a page cannot read it", got)
			}
		})
	}
}

// forged returns a token with another signature of the same length.
func forged(token string) string {
	b := []byte(token)
	if at := len(b) - 10; b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

// TestTheExampleBehindAUserPool calls the API with tokens in the form of Amazon Cognito. A token without a required
// scope gets a 401. Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
func TestTheExampleBehindAUserPool(t *testing.T) {
	t.Parallel()
	api := served(t, stack.Settings{Authorizer: stack.Cognito})
	access := func(scopes ...string) string {
		return api.Token(localgateway.TokenRequest{Use: localgateway.AccessToken, Scopes: scopes})
	}
	api.call(t, "GET", "/health", "", "", 200, `"ok"`)
	api.call(t, "GET", "/orders", access("orders/read"), "", 200, `{"orders":[]}`)
	api.call(t, "POST", "/orders", access("orders/write"), anOrder, 201, `"createdBy":"developer"`)
	api.call(t, "DELETE", noOrder, access("orders/admin"), "", 404, "")

	with := func(verb, path, token string) *http.Request {
		return api.request(t, verb, path, anOrder, "Authorization: "+token)
	}
	wantRefusals(t, api, []refusal{
		{"no token", api.request(t, "GET", "/orders", ""), 401, unauthorized, "UnauthorizedException"},
		{"an invalid token", with("GET", "/orders", "no.real.token"), 401, unauthorized, "UnauthorizedException"},
		{
			"another signature",
			with("GET", "/orders", forged(access("orders/read"))),
			401,
			unauthorized,
			"UnauthorizedException",
		},
		{"another scope", with("POST", "/orders", access("orders/read")), 401, unauthorized, "UnauthorizedException"},
		{
			"an ID token for a route that requires scopes",
			with("GET", "/orders", api.Token(localgateway.TokenRequest{Use: localgateway.IDToken})),
			401,
			unauthorized,
			"UnauthorizedException",
		},
		{
			"expired",
			with(
				"GET",
				"/orders",
				api.Token(
					localgateway.TokenRequest{Use: localgateway.AccessToken, Scopes: []string{"orders/read"}, Expires: -time.Minute},
				),
			),
			401,
			expiredToken,
			"UnauthorizedException",
		},
		{
			"an unknown path",
			with("GET", "/nothing", access("orders/read")),
			403,
			noSignature,
			"IncompleteSignatureException",
		},
	})
}

// region is the region for which the example's assembly is served. The assembly does not have a region.
const region = "us-east-1"

// sign signs a request for an API with Signature Version 4. It uses the signer of the AWS SDK.
func sign(t *testing.T, r *http.Request, key localgateway.AccessKey, region string, at time.Time) *http.Request {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	hash := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret, SessionToken: key.SessionToken}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, hex.EncodeToString(hash[:]), "execute-api",
		region, at); err != nil {
		t.Fatal(err)
	}
	return r
}

// roleKey returns the development key of the assembly's only role with a policy.
func roleKey(t *testing.T, api service) localgateway.AccessKey {
	t.Helper()
	var found []localgateway.AccessKey
	for _, k := range api.AccessKeys() {
		if k.SessionToken != "" && regexp.MustCompile(`/.*Caller`).MatchString(k.Principal) {
			found = append(found, k)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d keys of roles that may call the API, want one", len(found))
	}
	return found[0]
}

// TestTheExampleBehindIAM signs requests with Signature Version 4, as the role that the stack makes for callers. IAM
// refuses requests with 403, never with 401. Source of the texts:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
func TestTheExampleBehindIAM(t *testing.T) {
	t.Parallel()
	api := served(t, stack.Settings{Authorizer: stack.IAM})
	caller := roleKey(t, api)
	signed := func(verb, path, body string, headers ...string) *http.Request {
		return sign(t, api.request(t, verb, path, body, headers...), caller, region, time.Now())
	}
	for _, c := range []struct {
		request *http.Request
		status  int
	}{
		{api.request(t, "GET", "/health", ""), 200},
		{signed("GET", "/orders", ""), 200},
		{signed("POST", "/orders", anOrder), 201},
		{signed("GET", noOrder, ""), 404},
	} {
		if got := api.send(t, c.request); got.status != c.status {
			t.Errorf("%s %s: got %d %s (%s), want %d",
				c.request.Method, c.request.URL.Path, got.status, got.body, got.record.Reason, c.status)
		}
	}

	changed := signed("POST", "/orders", anOrder)
	changed.Body, changed.ContentLength = io.NopCloser(bytes.NewReader([]byte(`{}`))), 2
	elsewhere := signed("GET", "/orders", "")
	elsewhere.URL.Path = "/prod" + noOrder
	stranger := localgateway.AccessKey{ID: "AKIAIOSFODNN7EXAMPLE", Secret: caller.Secret}
	liar := localgateway.AccessKey{
		ID:           caller.ID,
		SessionToken: caller.SessionToken,
		Secret:       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	}
	const mismatch = `(?s)\{"message":"The request signature we calculated does not match the signature you provided\. .*`
	wantRefusals(t, api, []refusal{
		{"not signed", api.request(t, "GET", "/orders", ""), 403, notSigned, "MissingAuthenticationTokenException"},
		{"an unknown access key", sign(t, api.request(t, "GET", "/orders", ""), stranger, region, time.Now()), 403,
			`\{"message":"The security token included in the request is invalid\."\}`, "UnrecognizedClientException"},
		{
			"another secret",
			sign(t, api.request(t, "GET", "/orders", ""), liar, region, time.Now()),
			403,
			mismatch,
			"InvalidSignatureException",
		},
		{"another body than the signed one", changed, 403, mismatch, "InvalidSignatureException"},
		{"another path than the signed one", elsewhere, 403, mismatch, "InvalidSignatureException"},
		{"for another region", sign(t, api.request(t, "GET", "/orders", ""), caller, "eu-west-3", time.Now()), 403,
			`\{"message":"Credential should be scoped to a valid region, not 'eu-west-3'\. "\}`, "InvalidSignatureException"},
		{"signed an hour ago", sign(t, api.request(t, "GET", "/orders", ""), caller, region, time.Now().Add(-time.Hour)), 403,
			`\{"message":"Signature expired: .* is now earlier than .*"\}`, "InvalidSignatureException"},
		{"a route that the role may not call", signed("DELETE", noOrder, ""), 403,
			`\{"Message":"User: arn:aws:sts::\d{12}:assumed-role/.* is not authorized to perform: execute-api:Invoke ` +
				`on resource: arn:aws:execute-api:us-east-1:\*{8}\d{4}:.*/prod/DELETE/orders/.* ` +
				`because no identity-based policy allows the execute-api:Invoke action"\}`,
			"AccessDeniedException"},
	})
}
