package authz

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// corpusRules has the rules that the corpus of tokens tests: lines 3 to 13, 15, 16, 18, 20 to 28, 30 and 47.
func corpusRules() (rules []rule) {
	for _, c := range authztest.Corpus(testIssuer, testAudience, t0) {
		want := reject
		if c.Accepted {
			want = allow
		}
		rules = append(rules, rule{line: c.Line, name: c.Name, want: want, event: get(c.Token)})
	}
	return rules
}

// header returns a TOKEN event for GET /orders, with the value of the Authorization header.
func header(value string) []byte { return authztest.TokenEvent(authztest.ARN("GET", "/orders"), value) }

// inputRules has the rules on events without a token and with several: lines 1 and 2.
func inputRules() []rule {
	good := token(nil)
	tokenEvent := `{"type":"TOKEN","methodArn":"` + authztest.ARN("GET", "/orders") + `"`
	return []rule{
		{line: 1, name: "no token", want: reject, event: []byte(tokenEvent + `}`)},
		{line: 1, name: "a token that is null", want: reject, event: []byte(tokenEvent + `,"authorizationToken":null}`)},
		{line: 1, name: "a token that is a number", want: reject, event: []byte(tokenEvent + `,"authorizationToken":1}`)},
		{line: 1, name: "an empty header", want: reject, event: header("")},
		{line: 1, name: "spaces", want: reject, event: header("   ")},
		{line: 1, name: "Bearer alone", want: reject, event: header("Bearer")},
		{line: 1, name: "Bearer and a space", want: reject, event: header("Bearer ")},
		{line: 1, name: "Basic", want: reject, event: header("Basic dXNlcjpwYXNzd29yZA==")},
		{line: 1, name: "the token without a scheme", want: reject, event: header(good)},
		{line: 1, name: "Bearer without a space", want: reject, event: header("Bearer" + good)},
		{line: 1, name: "a colon after Bearer", want: reject, event: header("Bearer: " + good)},
		{line: 1, name: "bearer in lower case", want: allow, event: header("bearer " + good)},
		{line: 1, name: "BEARER in upper case", want: allow, event: header("BEARER " + good)},
		{line: 1, name: "several spaces", want: allow, event: header("  Bearer   " + good + " ")},
		{
			line:  1,
			name:  "a REQUEST event without the header",
			want:  reject,
			event: authztest.RequestEvent("GET", "/orders", nil, nil),
		},
		{
			line: 1,
			name: "a REQUEST event whose headers are null",
			want: reject,
			event: []byte(`{"type":"REQUEST","methodArn":"` + authztest.ARN("GET", "/orders") +
				`","headers":null,"multiValueHeaders":null}`),
		},
		{line: 2, name: "two tokens", want: reject, event: header("Bearer " + good + " " + good)},
		{line: 2, name: "a comma", want: reject, event: header("Bearer " + good + ",")},
		{line: 2, name: "two with a comma", want: reject, event: header("Bearer " + good + ", Bearer " + good)},
		{line: 2, name: "two schemes", want: reject, event: header("Bearer Bearer " + good)},
		{line: 2, name: "a tab", want: reject, event: header("Bearer " + good + "\t" + good)},
	}
}

// keyRules has the rules on keys, issuers and their settings: lines 14, 17 to 19, 29, 31 to 33 and 51 to 55.
func keyRules() []rule {
	forged := authztest.RSA("attacker", 2048)
	signedAs := func(keyID string) string {
		return forged.Sign("RS256", object{"alg": "RS256", "typ": "JWT", "kid": keyID}.String(), goodClaims().String())
	}
	unknown, badSignature := signedAs("attacker"), signedAs("rsa-1")
	good := token(nil)
	slow := func(delay time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(delay):
			case <-r.Context().Done():
			}
		}
	}
	answers := func(status int, contentType, body string) func(*setup) {
		return func(s *setup) {
			s.issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				w.Header().Set("Location", testIssuer+"/elsewhere")
				w.WriteHeader(status)
				w.Write([]byte(body))
			})
		}
	}
	sameID := object{
		"keys": []object{goodKey().JWK(), authztest.RSA("rsa-2", 2048).JWK().With(object{"kid": "rsa-1"})},
	}.String()
	return []rule{
		{line: 14, name: "a secret shorter than its hash", want: fault, change: withSecret("a secret of twenty-nine bytes"),
			do: afterInit("the secret has 29 bytes", hmacToken("a secret of twenty-nine bytes", "HS256"))},
		{line: 14, name: "a secret long enough for HS256 alone", want: fault, change: func(s *setup) {
			withSecret(goodSecret)(s)
			s.config.Issuers[0].Algorithms = []string{"HS256", "HS512"}
		}, do: afterInit("need 64 or more", hmacToken(goodSecret, "HS256"))},
		{line: 14, name: "a secret shorter than its hash, provisioned concurrency", want: noStart, change: func(s *setup) {
			withSecret("a secret of twenty-nine bytes")(s)
			provisioned(s)
		}},
		{
			line:   14,
			name:   "a secret that is long enough",
			want:   allow,
			change: withSecret(goodSecret),
			event:  get(hmacToken(goodSecret, "HS256")),
		},
		{
			line:   14,
			name:   "HS256 without a secret",
			want:   noStart,
			change: func(s *setup) { s.config.Issuers[0].Algorithms = []string{"HS256"} },
			event:  get(good),
		},
		{
			line:  17,
			name:  "an unknown kid, a thousand times: one fetch per cooldown",
			want:  reject,
			event: get(unknown),
			do: func(t *testing.T, f *fixture) string {
				return f.flood(t, unknown, time.Minute-time.Second, 2)
			},
		},
		{
			line: 18,
			name: "a known kid and a bad signature, a thousand times within the cooldown: no fetch",
			want: reject,
			do: func(t *testing.T, f *fixture) string {
				return f.flood(t, badSignature, 30*time.Second-1, 1)
			},
		},
		{
			line:   19,
			name:   "two keys with one kid: the set is rejected",
			want:   fault,
			change: func(s *setup) { s.issuer.PublishText(sameID) },
			event:  get(good),
		},
		{
			line: 51,
			name: "a known kid and a bad signature, a thousand times: one fetch per cooldown",
			want: reject,
			do: func(t *testing.T, f *fixture) string {
				return f.flood(t, badSignature, time.Minute-time.Second, 2)
			},
		},
		{
			line: 51,
			name: "bad signatures, then unknown kids: one fetch per cooldown for both",
			want: reject,
			do: func(t *testing.T, f *fixture) string {
				f.flood(t, badSignature, 30*time.Second, 2)
				return f.flood(t, unknown, 0, 2)
			},
		},
		{line: 51, name: "new material under an old kid", want: allow, do: func(t *testing.T, f *fixture) string {
			f.outcome(t, get(good))
			f.issuer.PublishText(object{"keys": []object{forged.JWK().With(object{"kid": "rsa-1"})}}.String())
			f.clock.Advance(30 * time.Second)
			return f.outcome(t, get(badSignature))
		}},
		{line: 52, name: "the issuer hangs, and stale keys serve", want: allow, do: func(t *testing.T, f *fixture) string {
			f.outcome(t, get(good))
			f.issuer.AnswerWith(slow(time.Hour))
			f.clock.Advance(time.Hour) // makes the keys stale; the fetch ends by the bubble's clock
			now := f.clock.Now().Unix()
			return f.outcome(t, get(token(object{"iat": now, "nbf": now, "exp": now + 60})))
		}},
		{
			line:   53,
			name:   "a bound token, and the issuer accepts bound tokens",
			want:   allow,
			change: func(s *setup) { s.config.Issuers[0].AcceptBoundTokens = true },
			event:  get(token(object{"cnf": object{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}})),
		},
		{
			line: 55,
			name: "a hundred tokens of 7.7 KB: all allowed, the cache takes at most 2 MB",
			want: allow,
			do: func(t *testing.T, f *fixture) string {
				many := strings.Split(strings.Repeat("1,", 1250), ",")[:1250]
				var before, after runtime.MemStats
				for i := range 100 {
					if i == 10 { // what is allocated only once exists by now
						runtime.GC()
						runtime.ReadMemStats(&before)
					}
					claims := goodClaims().With(object{"n": i, "x": many})
					if got := f.outcome(t, get(authztest.Ed25519("ed").Token("EdDSA", claims))); got != allow {
						return got
					}
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				if grown := int(after.HeapAlloc) - int(before.HeapAlloc); grown > 2<<20 {
					t.Errorf("the heap grew by %d bytes, want at most 2 MB", grown)
				}
				return allow
			},
		},
		{line: 54, name: "a lifetime above the limit", want: reject, change: lifetimeOf(300), event: get(token(nil))},
		{line: 54, name: "a lifetime of the limit", want: allow, change: lifetimeOf(310), event: get(token(nil))},
		{
			line:   54,
			name:   "a limited lifetime and no iat",
			want:   reject,
			change: lifetimeOf(310),
			event:  get(token(object{"iat": nil})),
		},
		{
			line:   54,
			name:   "a client that is not in Clients",
			want:   reject,
			change: clientsOf("", "client-1"),
			event:  get(token(object{"azp": "client-2"})),
		},
		{
			line:   54,
			name:   "a client in Clients",
			want:   allow,
			change: clientsOf("", "client-1"),
			event:  get(token(object{"azp": "client-1"})),
		},
		{line: 54, name: "no client", want: reject, change: clientsOf("", "client-1"), event: get(token(nil))},
		{
			line:   54,
			name:   "a client in Okta's claim cid",
			want:   allow,
			change: clientsOf("cid", "client-1"),
			event:  get(token(object{"cid": "client-1"})),
		},
		{
			line:   54,
			name:   "the issuer is down, its keys have reached StaleCeiling",
			want:   fault,
			change: func(s *setup) { s.config.Issuers[0].StaleCeiling = 2 * time.Hour },
			do:     downFor(2 * time.Hour),
		},
		{
			line:   54,
			name:   "the issuer is down, its keys have not reached StaleCeiling",
			want:   allow,
			change: func(s *setup) { s.config.Issuers[0].StaleCeiling = 2 * time.Hour },
			do:     downFor(2*time.Hour - 1),
		},
		{
			line:   54,
			name:   "keys of MaxKeyAge are fetched again",
			want:   "2 fetches",
			change: func(s *setup) { s.config.Issuers[0].MaxKeyAge = time.Minute },
			do: func(t *testing.T, f *fixture) string {
				f.outcome(t, get(good))
				f.clock.Advance(time.Minute)
				f.outcome(t, get(good))
				return fmt.Sprint(f.issuer.Requests(), " fetches")
			},
		},
		{line: 54, name: "Cognito: an access token with another API's aud", want: reject, change: cognito("access"),
			event: get(token(object{"token_use": "access", "client_id": "client-1", "aud": "https://other.example.com"}))},
		{
			line:   29,
			name:   "Cognito: an ID token where access tokens are required",
			want:   reject,
			change: cognito("access"),
			event:  get(token(object{"token_use": "id", "client_id": nil})),
		},
		{
			line:   29,
			name:   "Cognito: an ID token with a client_id",
			want:   reject,
			change: cognito("access"),
			event:  get(token(object{"token_use": "id", "client_id": "client-1"})),
		},
		{
			line:   29,
			name:   "Cognito: another client's access token",
			want:   reject,
			change: cognito("access"),
			event:  get(token(object{"token_use": "access", "client_id": "client-2", "aud": nil})),
		},
		{
			line:   29,
			name:   "Cognito: an access token without client_id",
			want:   reject,
			change: cognito("access"),
			event:  get(token(object{"token_use": "access", "aud": "client-1"})),
		},
		{
			line:   29,
			name:   "Cognito: an access token",
			want:   allow,
			change: cognito("access"),
			event:  get(token(object{"token_use": "access", "client_id": "client-1", "aud": nil})),
		},
		{
			line:   29,
			name:   "Cognito: an access token where ID tokens are required",
			want:   reject,
			change: cognito("id"),
			event:  get(token(object{"token_use": "access", "aud": "client-1"})),
		},
		{line: 29, name: "typ at+jwt is required, the token has JWT", want: reject, change: accessTokensOnly,
			event: get(good)},
		{line: 29, name: "typ at+jwt is required, the token has no typ", want: reject, change: accessTokensOnly,
			event: get(goodKey().Sign("RS256", `{"alg":"RS256","kid":"rsa-1"}`, goodClaims().String()))},
		{line: 29, name: "typ at+jwt is required, the token has it", want: allow, change: accessTokensOnly,
			event: get(goodKey().Sign("RS256", `{"alg":"RS256","kid":"rsa-1","typ":"at+jwt"}`, goodClaims().String()))},
		{line: 31, name: "the issuer is down, its keys are eleven hours old", want: allow, do: downFor(11 * time.Hour)},
		{line: 31, name: "the issuer is down, its keys are twelve hours old", want: fault, do: downFor(12 * time.Hour)},
		{
			line:   31,
			name:   "no keys, then keys: the failure is not cached",
			want:   allow,
			change: answers(503, "text/plain", ""),
			do: func(t *testing.T, f *fixture) string {
				if got := f.outcome(t, get(good)); got != fault {
					return got
				}
				f.issuer.AnswerWith(nil)
				f.clock.Advance(time.Minute)
				return f.outcome(t, get(good))
			},
		},
		{line: 32, name: "a redirect", want: fault, change: answers(302, "application/json", sameID), event: get(good)},
		{line: 32, name: "HTML", want: fault, change: answers(200, "text/html", "<html>"), event: get(good)},
		{
			line:   32,
			name:   "30 MB",
			want:   fault,
			change: answers(200, "application/json", strings.Repeat(" ", 30<<20)),
			event:  get(good),
		},
		{
			line:   32,
			name:   "truncated JSON",
			want:   fault,
			change: answers(200, "application/json", `{"keys":[`),
			event:  get(good),
		},
		{
			line:   32,
			name:   "status 500",
			want:   fault,
			change: answers(500, "application/json", `{"keys":[]}`),
			event:  get(good),
		},
		{
			line:   32,
			name:   "slow: the authorizer answers before the function's deadline",
			want:   fault,
			change: func(s *setup) { s.issuer.AnswerWith(slow(time.Minute)) },
			do: func(t *testing.T, f *fixture) string {
				ctx, cancel := context.WithTimeout(context.Background(), answerMargin+50*time.Millisecond)
				defer cancel()
				answer, err := f.Invoke(ctx, get(good))
				if ctx.Err() != nil {
					t.Error("the authorizer answered after the function's deadline")
				}
				return outcomeOf(t, string(answer), err, "")
			},
		},
		{
			line:   32,
			name:   "http",
			want:   noStart,
			change: func(s *setup) { s.config.Issuers[0].JWKSURL = "http://issuer.example.com/keys" },
			event:  get(good),
		},
		{
			line:   32,
			name:   "http on loopback, not configured",
			want:   noStart,
			change: func(s *setup) { s.config.Issuers[0].JWKSURL = "http://127.0.0.1:8080/keys" },
			event:  get(good),
		},
		{line: 32, name: "http on loopback, configured", want: allow, change: func(s *setup) {
			s.config.Issuers[0].JWKSURL = "http://127.0.0.1:8080/keys"
			s.options.AllowLoopbackHTTP = true
		}, event: get(good)},
		{
			line:   32,
			name:   "back-off: a thousand requests, one fetch",
			want:   fault,
			change: answers(500, "text/plain", ""),
			do: func(t *testing.T, f *fixture) string {
				for range 1000 {
					if got := f.outcome(t, get(good)); got != fault {
						return got
					}
				}
				if n := f.issuer.Requests(); n != 1 {
					t.Errorf("got %d fetches, want 1", n)
				}
				return fault
			},
		},
		{line: 33, name: "a discovery document of another issuer", want: fault, change: func(s *setup) {
			s.config.Issuers[0].JWKSURL = ""
			s.issuer.URL = "https://attacker.example.com"
		}, do: afterInit("attacker.example.com", good)},
		{line: 33, name: "a discovery document whose issuer has one more slash", want: fault, change: func(s *setup) {
			s.config.Issuers[0].JWKSURL = ""
			s.issuer.URL = testIssuer + "/"
		}, do: afterInit("instead of", good)},
		{
			line: 33,
			name: "a discovery document of another issuer, provisioned concurrency",
			want: noStart,
			change: func(s *setup) {
				s.config.Issuers[0].JWKSURL = ""
				s.issuer.URL = "https://attacker.example.com"
				provisioned(s)
			},
		},
		{line: 33, name: "an issuer that is down, provisioned concurrency", want: fault, change: func(s *setup) {
			answers(503, "text/plain", "")(s)
			provisioned(s)
		}, event: get(good)},
		{
			line:   33,
			name:   "the issuer's own discovery document",
			want:   allow,
			change: func(s *setup) { s.config.Issuers[0].JWKSURL = "" },
			event:  get(good),
		},
	}
}

// provisioned sets provisioned concurrency, with which the authorizer waits for keys at init.
func provisioned(s *setup) { s.env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency" }

func cognito(use string) func(*setup) {
	return func(s *setup) {
		s.config.Issuers[0].TokenUse = use
		s.config.Issuers[0].Audiences = []string{"client-1"}
	}
}

func lifetimeOf(seconds int) func(*setup) {
	return func(s *setup) { s.config.Issuers[0].MaxLifetime = time.Duration(seconds) * time.Second }
}

func clientsOf(claim string, clients ...string) func(*setup) {
	return func(s *setup) { s.config.Issuers[0].Clients, s.config.Issuers[0].ClientClaim = clients, claim }
}

func accessTokensOnly(s *setup) { s.config.Issuers[0].Type = "at+jwt" }

// downFor advances the clock while the issuer is down. Then it sends a token that was issued at the new time.
func downFor(d time.Duration) func(*testing.T, *fixture) string {
	return func(t *testing.T, f *fixture) string {
		if got := f.outcome(t, get(token(nil))); got != allow {
			return got
		}
		f.issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		f.clock.Advance(d)
		now := f.clock.Now().Unix()
		return f.outcome(t, get(token(object{"iat": now, "nbf": now, "exp": now + 60})))
	}
}

// afterInit waits until the log names the error in the configuration, which does not need a request. Then it sends the
// token.
func afterInit(reason, token string) func(*testing.T, *fixture) string {
	return func(t *testing.T, f *fixture) string {
		for wait := time.Millisecond; !strings.Contains(f.log.String(), reason); wait *= 2 {
			if wait > 4*time.Second {
				t.Fatalf("got log %s, want %q in it", f.log, reason)
			}
			time.Sleep(wait)
		}
		if !strings.Contains(f.log.String(), `"level":"ERROR","message":"keys"`) {
			t.Errorf("got log %s, want a line of level ERROR with the message keys", f.log)
		}
		return f.outcome(t, get(token))
	}
}

// flood fetches the keys, advances the clock and sends a token a thousand times, which must be rejected. It checks the
// total number of fetches.
func (f *fixture) flood(t *testing.T, token string, after time.Duration, fetches int) string {
	f.outcome(t, get(goodKey().Token("RS256", goodClaims())))
	f.clock.Advance(after)
	for range 1000 {
		if got := f.outcome(t, get(token)); got != reject {
			return got
		}
	}
	if n := f.issuer.Requests(); n != fetches {
		t.Errorf("got %d fetches, want %d", n, fetches)
	}
	return reject
}
