package gateway

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// plain is a running gateway of the app without Gatehouse.
type plain struct {
	service
	now      *clock
	denyList string
}

func startPlain(t *testing.T, dir, stage string) plain {
	t.Helper()
	p := plain{now: &clock{}, denyList: filepath.Join(t.TempDir(), "deny")}
	p.revoke(t)
	p.service = running(
		t,
		dir,
		stage,
		localgateway.Options{Now: p.now.now, Env: map[string]string{"DENY_LIST": p.denyList}},
	)
	return p
}

// zipped writes an archive with one file.
func zipped(t *testing.T, archive, name, text string) {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	for _, err := range []error{err, w.Close(), os.WriteFile(archive, b.Bytes(), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// revoke sets the tokens that the authorizer's function rejects.
func (p plain) revoke(t *testing.T, tokens ...string) {
	t.Helper()
	if err := os.WriteFile(p.denyList, []byte(strings.Join(tokens, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// question is a request with the expected answer.
type question struct {
	name    string
	request *http.Request
	status  int
	body    string // a part of the body
	cache   localgateway.CacheResult
	asked   bool // whether the authorizer's function runs
}

func (p plain) ask(t *testing.T, questions ...question) {
	t.Helper()
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			got := p.send(t, q.request)
			if got.status != q.status || !strings.Contains(got.body, q.body) {
				t.Errorf("got %d %s (%s), want %d with %s", got.status, got.body, got.record.Reason, q.status, q.body)
			}
			if v := got.record; v.Cache != q.cache || (v.AuthorizerTime > 0) != q.asked {
				t.Errorf(
					"cache %q, the authorizer was asked for %v, want %q and asked: %v",
					v.Cache,
					v.AuthorizerTime,
					q.cache,
					q.asked,
				)
			}
		})
	}
}

// TestAppWithoutGatehouse serves an app of CDK's own constructs. The gateway treats all templates alike.
func TestAppWithoutGatehouse(t *testing.T) {
	t.Parallel()
	executable := filepath.Join(t.TempDir(), "bootstrap")
	buildHere(t, "./testdata/plainfunction", executable)
	archive := filepath.Join(t.TempDir(), "python.zip")
	zipped(t, archive, "shop/app.py",
		"def handler(event, context):\n    return {'statusCode': 200, 'body': event['path']}\n")
	dir := synthesizedHere(t, func(app awscdk.App) { newPlain(app, executable, archive) })

	live := startPlain(t, dir, "live") // for all tests except those that move the clock or revoke tokens
	t.Run("a TOKEN authorizer", func(t *testing.T) {
		with := func(verb, path, token string) *http.Request {
			return live.request(t, verb, path, "", "Authorization: "+token)
		}
		const refused = `{"error":"Unauthorized","type":"UNAUTHORIZED"}` // the app's gateway response
		live.ask(
			t,
			question{
				"allowed",
				with("GET", "/token", "allow me"),
				200,
				`"level":"7","plan":"gold","principalId":"alice","trial":"false"`,
				"MISS",
				true,
			},
			question{"the same on another route", with("POST", "/token", "allow me"), 200, `"path":"/token"`, "HIT", false},
			question{
				"below a greedy path",
				with("PUT", "/files/a/b%2Fc", "allow me"),
				200,
				`"parameters":{"proxy":"a/b%2Fc"}`,
				"HIT",
				false,
			},
			question{
				"the folder itself, which has no method",
				with("GET", "/files", "allow me"),
				403,
				`{"message":"Invalid key=value pair (missing equal-sign) in Authorization header`,
				"",
				false,
			},
			question{"a policy for one route", with("GET", "/token", "route"), 200, "", "MISS", true},
			question{
				"another request with the cached policy",
				with("POST", "/token", "route"),
				403,
				`{"Message":"User is not authorized to access this resource"}`,
				"HIT",
				false,
			},
			question{
				"denied",
				with("GET", "/token", "deny"),
				403,
				`with an explicit deny in an identity-based policy`,
				"MISS",
				true,
			},
			question{
				"denied below a greedy path",
				with("GET", "/files/x", "deny"),
				403,
				`with an explicit deny in an identity-based policy`,
				"HIT",
				false,
			},
			question{"unauthorized", with("GET", "/token", "unauthorized"), 401, refused, "MISS", true},
			question{"an authorizer that fails", with("GET", "/token", "mistake"), 500, `{"message":null}`, "MISS", true},
			question{"no token", live.request(t, "GET", "/token", ""), 401, refused, "", false},
			question{"one that the expression does not match", with("GET", "/token", "ALLOW 1"), 401, refused, "", false},
		)
		got := live.send(t, live.request(t, "GET", "/token", ""))
		if got.header.Get("WWW-Authenticate") != "Bearer" || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf(
				"got the headers %v: want those of the response for UNAUTHORIZED alone, as it takes the place of DEFAULT_4XX",
				got.header,
			)
		}
		if got := live.send(t, with("GET", "/token", "deny")); got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("got the headers %v: want that of the response for DEFAULT_4XX", got.header)
		}
	})

	// During the TTL "API Gateway also caches the policy so that the Lambda authorizer function doesn't need to be invoked
	// again": a revoked token passes until it ends. An accepted token passes at once, because errors are not cached.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
	t.Run("revoked", func(t *testing.T) {
		p := startPlain(t, dir, "live")
		for _, c := range []struct {
			name    string
			token   string
			ttl     time.Duration
			request func() *http.Request
		}{
			{
				"TOKEN",
				"allow alice",
				10 * time.Minute,
				func() *http.Request { return p.request(t, "GET", "/token", "", "Authorization: allow alice") },
			},
			{
				"REQUEST",
				"allow in eu",
				time.Minute,
				func() *http.Request { return p.request(t, "GET", "/request?region=eu", "", "X-Tenant: allow") },
			},
		} {
			t.Run(c.name, func(t *testing.T) {
				p.revoke(t, c.token)
				p.ask(t, question{"before", c.request(), 401, "Unauthorized", "MISS", true})
				p.revoke(t)
				p.ask(t, question{"granted", c.request(), 200, "", "MISS", true})
				p.revoke(t, c.token)
				p.now.advance(t, c.ttl-time.Second)
				p.ask(t, question{"within the TTL", c.request(), 200, "", "HIT", false})
				p.now.advance(t, time.Second)
				p.ask(t,
					question{"after the TTL", c.request(), 401, "Unauthorized", "MISS", true},
					question{"and from then on", c.request(), 401, "Unauthorized", "MISS", true})
			})
		}
	})

	t.Run("a REQUEST authorizer", func(t *testing.T) {
		with := func(verb, query, tenant string) *http.Request {
			return live.request(t, verb, "/request"+query, "", "X-Tenant: "+tenant)
		}
		live.ask(
			t,
			question{"allowed", with("GET", "?region=eu", "allow"), 200, `"principalId":"alice"`, "MISS", true},
			question{"the same on another route", with("POST", "?region=eu", "allow"), 200, "", "HIT", false},
			question{
				"a header that is not an identity source does not matter",
				with("GET", "?region=eu&page=2", "allow"),
				200,
				"",
				"HIT",
				false,
			},
			question{"another region", with("GET", "?region=us", "allow"), 200, "", "MISS", true},
			question{"a policy for one route", with("POST", "?region=eu", "route"), 200, "", "MISS", true},
			question{
				"another request with the cached policy",
				with("GET", "?region=eu", "route"),
				403,
				`{"Message":"User is not authorized to access this resource"}`,
				"HIT",
				false,
			},
			question{"denied", with("GET", "?region=eu", "deny"), 403, "explicit deny", "MISS", true},
			question{"unauthorized", with("GET", "?region=eu", "unauthorized"), 401, `"Unauthorized"`, "MISS", true},
			question{"no header", live.request(t, "GET", "/request?region=eu", ""), 401, `"Unauthorized"`, "", false},
			question{"no query string", with("GET", "", "allow"), 401, `"Unauthorized"`, "", false},
			question{"an empty one", with("GET", "?region=", "allow"), 401, `"Unauthorized"`, "", false},
		)
	})

	t.Run("a user pool", func(t *testing.T) {
		with := func(verb string, token localgateway.TokenRequest) *http.Request {
			return live.request(t, verb, "/users", "", "Authorization: "+live.Token(token))
		}
		live.ask(
			t,
			question{
				"an ID token",
				with("GET", localgateway.TokenRequest{Use: localgateway.IDToken, Subject: "alice"}),
				200,
				`"sub":"alice"`,
				"",
				false,
			},
			question{
				"an access token for a route without scopes",
				with("GET", localgateway.TokenRequest{Use: localgateway.AccessToken}),
				401,
				"Unauthorized",
				"",
				false,
			},
			question{
				"a scope",
				with("POST", localgateway.TokenRequest{Use: localgateway.AccessToken, Scopes: []string{"shop/write"}}),
				200,
				"",
				"",
				false,
			},
			question{
				"another scope",
				with("POST", localgateway.TokenRequest{Use: localgateway.AccessToken, Scopes: []string{"shop/read"}}),
				401,
				"Unauthorized",
				"",
				false,
			},
			question{
				"an ID token for a route with a scope",
				with("POST", localgateway.TokenRequest{Use: localgateway.IDToken}),
				401,
				"Unauthorized",
				"",
				false,
			},
			question{"no token", live.request(t, "GET", "/users", ""), 401, "Unauthorized", "", false},
		)
	})

	t.Run("IAM", func(t *testing.T) {
		caller := roleKey(t, live.service)
		live.ask(
			t,
			question{
				"the role, on a route that it may call",
				sign(t, live.request(t, "GET", "/signed", ""), caller, region, time.Now()),
				200,
				`:assumed-role/`,
				"",
				false,
			},
			question{
				"the role, on a route that it may not call",
				sign(t, live.request(t, "POST", "/signed", "{}"), caller, region, time.Now()),
				403,
				"because no identity-based policy allows the execute-api:Invoke action",
				"",
				false,
			},
			question{
				"not signed",
				live.request(t, "GET", "/signed", ""),
				403,
				`{"message":"Missing Authentication Token"}`,
				"",
				false,
			},
		)
	})

	t.Run("an API key", func(t *testing.T) {
		with := func(key string) *http.Request { return live.request(t, "GET", "/metered", "", "X-API-Key: "+key) }
		live.ask(t,
			question{"of a usage plan", with(plainKey), 200, `"key":"` + plainKey + `"`, "", false},
			question{"of none", with(plainKey + "-one-day"), 403, `{"message":"Forbidden"}`, "", false},
			question{"an unknown key", with("x"), 403, `{"message":"Forbidden"}`, "", false},
			question{"no key", live.request(t, "GET", "/metered", ""), 403, `{"message":"Forbidden"}`, "", false},
		)
	})

	t.Run("a resource policy", func(t *testing.T) {
		p := startPlain(t, dir, "fenced")
		const denied = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: ` +
			`arn:aws:execute-api:us-east-1:********`
		p.ask(
			t,
			question{"open", p.request(t, "GET", "/open", ""), 200, "", "", false},
			// The address of the connection counts, not a header.
			question{
				"a header with a denied address",
				p.request(t, "GET", "/open", "", "X-Forwarded-For: 203.0.113.7"),
				200,
				"",
				"",
				false,
			},
			question{
				"before the authorizer",
				p.request(t, "GET", "/internal", "", "Authorization: allow"),
				403,
				denied,
				"",
				false,
			},
			question{
				"with a header that has an allowed address",
				p.request(t, "GET", "/internal", "", "Authorization: allow", "X-Forwarded-For: 198.51.100.7"),
				403,
				denied,
				"",
				false,
			},
			question{"an authorizer's Allow", p.request(t, "GET", "/token", "", "Authorization: allow"), 200, "", "MISS", true},
			question{
				"its Deny, which the policy's Allow does not outweigh",
				p.request(t, "GET", "/token", "", "Authorization: deny"),
				403,
				"explicit deny",
				"MISS",
				true,
			},
			question{"no token", p.request(t, "GET", "/token", ""), 401, `{"message":"Unauthorized"}`, "", false},
		)
	})

	t.Run("what is not run here", func(t *testing.T) {
		const said = "The local gateway does not serve this route"
		for _, c := range []struct {
			name    string
			request *http.Request
			reason  string
		}{
			{"a function in Ruby", live.request(t, "GET", "/ruby", ""), "ruby3.4"},
			{
				"an authorizer in Ruby is not left out",
				live.request(t, "GET", "/ruby/checked", "", "Authorization: allow"),
				"ruby3.4",
			},
			{"a server elsewhere", live.request(t, "GET", "/elsewhere", ""), "AllowNetwork"},
		} {
			t.Run(c.name, func(t *testing.T) {
				got := live.send(t, c.request)
				if got.status != 501 || !strings.Contains(got.body, said) || !strings.Contains(got.record.Reason, c.reason) {
					t.Errorf("got %d %s (%s), want 501 because of %s", got.status, got.body, got.record.Reason, c.reason)
				}
			})
		}
		live.ask(t, question{"a function in an archive is", live.request(t, "GET", "/python", ""), 200, "/python", "", false})
		live.ask(t, question{"and all the rest is", live.request(t, "GET", "/mock", ""), 200, `{"status":"up"}`, "", false})
		problems := strings.Join(
			slices.DeleteFunc(live.Problems(), func(line string) bool { return strings.Contains(line, ": ignored here: ") }),
			"\n",
		)
		if strings.Count(problems, "\n") != 1 || !strings.Contains(problems, "Plain/Ruby") ||
			!strings.Contains(problems, "Plain/Apielsewhere") {
			t.Errorf("the gateway reports\n%s\nwant the function and the method", problems)
		}
	})

	t.Run("preflights", func(t *testing.T) {
		for origin, want := range map[string]string{
			"https://admin.example.com": "https://admin.example.com",
			"https://shop.example.com":  "https://shop.example.com",
			"https://evil.example.com":  "https://shop.example.com",
		} {
			got := live.send(
				t,
				live.request(t, "OPTIONS", "/token", "", "Origin: "+origin, "Access-Control-Request-Method: POST",
					"Access-Control-Request-Headers: authorization"),
			)
			allowed := got.header.Get("Access-Control-Allow-Origin")
			if got.status != 204 || allowed != want || got.record.Authorizer != "none" {
				t.Errorf("the preflight of %s: got %d, origin %q, by %s, want 204, %q, by none",
					origin, got.status, allowed, got.record.Authorizer, want)
			}
			if methods := strings.Split(got.header.Get("Access-Control-Allow-Methods"), ","); !slices.Equal(
				methods,
				[]string{"GET", "POST"},
			) {
				t.Errorf("the preflight allows %q", methods)
			}
		}
	})
}
