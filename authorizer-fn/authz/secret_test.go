package authz

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

const (
	secondSecret = "another secret of more than thirty-two bytes"
	thirdSecret  = "a secret that was never used, of 44 bytes..."
)

// newVault starts a fake of Secrets Manager on loopback, and an authorizer whose issuer signs with its secret.
func newVault(t *testing.T, changes ...func(*setup)) (*secretsManager, *fixture) {
	t.Helper()
	manager := &secretsManager{value: goodSecret}
	server := httptest.NewServer(manager)
	t.Cleanup(server.Close)
	f := newFixture(t, append([]func(*setup){func(s *setup) { manager.use(s, server.URL) }}, changes...)...)
	return manager, f
}

func hmacGet(f *fixture, secret string) []byte {
	now := f.clock.Now().Unix()
	claims := goodClaims().With(object{"iat": now, "nbf": now, "exp": now + 300})
	return get((&authztest.Key{Secret: []byte(secret)}).Token("HS256", claims))
}

func TestSecretIsFetchedOnce(t *testing.T) {
	manager, f := newVault(t)
	for range 3 {
		if got := f.outcome(t, hmacGet(f, goodSecret)); got != allow {
			t.Errorf("got %s, want %s; log: %s", got, allow, f.log)
		}
	}
	if n, refused := manager.counts(); n != 1 || refused != nil {
		t.Errorf("got %d requests, with the refused signatures %v, want 1 and none", n, refused)
	}
}

func TestSecretRotation(t *testing.T) {
	manager, f := newVault(t)
	f.outcome(t, hmacGet(f, goodSecret))
	manager.rotate(secondSecret)
	if got := f.outcome(t, hmacGet(f, secondSecret)); got != reject {
		t.Errorf("new secret within the cooldown: got %s, want %s", got, reject)
	}
	f.clock.Advance(time.Minute)
	for secret, want := range map[string]string{secondSecret: allow, thirdSecret: reject} {
		if got := f.outcome(t, hmacGet(f, secret)); got != want {
			t.Errorf("%q after the cooldown: got %s, want %s", secret, got, want)
		}
	}
	if got := f.outcome(t, hmacGet(f, goodSecret)); got != reject {
		t.Errorf("old secret after the rotation: got %s, want %s", got, reject)
	}
	if n, _ := manager.counts(); n != 2 {
		t.Errorf("got %d requests, want the first and one for the rotation", n)
	}
}

func TestRotatedSecretInvalidatesCachedTokens(t *testing.T) {
	manager, f := newVault(t)
	event := hmacGet(f, goodSecret)
	if got := f.outcome(t, event); got != allow {
		t.Fatal(got)
	}
	manager.rotate(secondSecret)
	f.clock.Advance(2 * time.Minute) // less than a secret or a token is cached
	if got := f.outcome(t, hmacGet(f, secondSecret)); got != allow {
		t.Fatal(got)
	}
	if got := f.outcome(t, event); got != reject {
		t.Errorf("cached token of the old secret: got %s, want %s", got, reject)
	}
}

func TestForgedTokensFetchSecretOncePerCooldown(t *testing.T) {
	manager, f := newVault(t)
	f.outcome(t, hmacGet(f, goodSecret))
	f.clock.Advance(time.Minute)
	for i := range 1000 {
		forged := fmt.Sprintf("forged secret number %012d, long enough", i)
		if got := f.outcome(t, hmacGet(f, forged)); got != reject {
			t.Fatal(got)
		}
	}
	if n, _ := manager.counts(); n != 2 {
		t.Errorf("got %d requests, want the first and one in this cooldown", n)
	}
}

func TestSecretErrors(t *testing.T) {
	text := func(status int, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(status); io.WriteString(w, body) }
	}
	for _, c := range []struct {
		name   string
		change func(*setup)
		answer func(http.ResponseWriter)
		want   string // in the log
	}{
		{
			name:   "no permission",
			answer: text(400, `{"__type":"AccessDeniedException","Message":"User is not authorized"}`),
			want:   "status 400 AccessDeniedException",
		},
		{name: "throttled", answer: text(400, `{"__type":"ThrottlingException"}`), want: "status 400 ThrottlingException"},
		{name: "not JSON", answer: text(503, `<html>`), want: "status 503, and no JSON"},
		{
			name:   "a redirect",
			answer: func(w http.ResponseWriter) { w.Header().Set("Location", "/x"); text(302, "{}")(w) },
			want:   "status 302",
		},
		{name: "truncated", answer: text(200, `{"SecretString":"Zx81-canary`), want: "status 200, and no JSON"},
		{
			name:   "too large",
			answer: text(200, `{"SecretString":"`+strings.Repeat("Zx81-canary", 100_000)+`"}`),
			want:   "status 200, and no JSON",
		},
		{
			name:   "neither SecretString nor SecretBinary",
			answer: text(200, `{"ARN":"x"}`),
			want:   "neither a SecretString nor a SecretBinary",
		},
		{
			name:   "SecretBinary that is not base64",
			answer: text(200, `{"SecretBinary":"Zx81-canary"}`),
			want:   "neither a SecretString nor a SecretBinary",
		},
		{name: "too short", answer: text(200, `{"SecretString":"Zx81-canary"}`), want: "the secret has 11 bytes"},
		{
			name:   "a field of a secret that is not JSON",
			answer: text(200, `{"SecretString":"Zx81-canary"}`),
			change: func(s *setup) { s.config.Issuers[0].SecretField = "key" },
			want:   `it is not JSON, and the field \"key\" is asked for`,
		},
		{
			name:   "a field that is missing",
			answer: text(200, `{"SecretString":"{\"other\":\"Zx81-canary\"}"}`),
			change: func(s *setup) { s.config.Issuers[0].SecretField = "key" },
			want:   `no text in the field \"key\"`,
		},
		{
			name:   "another account's key",
			change: func(s *setup) { s.env["AWS_SECRET_ACCESS_KEY"] = "Zx81-canary" },
			want:   "status 400 InvalidSignatureException",
		},
		{
			name:   "no credentials",
			change: func(s *setup) { s.env["AWS_ACCESS_KEY_ID"], s.env["AWS_SECRET_ACCESS_KEY"] = "", "" },
			want:   "status 400 InvalidSignatureException",
		},
		{
			name:   "no server at the endpoint",
			change: func(s *setup) { s.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://127.0.0.1:1" },
			want:   "connection refused",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			manager := &secretsManager{value: goodSecret, answer: c.answer}
			server := httptest.NewServer(manager)
			defer server.Close()
			f := newFixture(t, func(s *setup) {
				manager.use(s, server.URL)
				if c.change != nil {
					c.change(s)
				}
			})
			if got := f.outcome(t, hmacGet(f, goodSecret)); got != fault {
				t.Errorf("got %s, want %s", got, fault)
			}
			if log := f.log.String(); !strings.Contains(log, c.want) || strings.Contains(log, "canary") ||
				strings.Contains(log, goodSecret) {
				t.Errorf("got log %s, want %s in it and no secret", log, c.want)
			}
		})
	}
}

func TestSecretFormats(t *testing.T) {
	for _, c := range []struct{ name, body, field string }{
		{"string", `{"SecretString":"` + goodSecret + `"}`, ""},
		{"bytes", `{"SecretBinary":"YSBzZWNyZXQgb2Ygc29tZSBtb3JlIHRoYW4gdGhpcnR5LXR3byBieXRlcw=="}`, ""},
		{"a field", `{"SecretString":"{\"a\":1,\"key\":\"` + goodSecret + `\"}"}`, "key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			manager, f := newVault(t, func(s *setup) { s.config.Issuers[0].SecretField = c.field })
			manager.answerWith(func(w http.ResponseWriter) { io.WriteString(w, c.body) })
			f.clock.Advance(time.Hour)
			if got := f.outcome(t, hmacGet(f, goodSecret)); got != allow {
				t.Errorf("got %s, want %s; log: %s", got, allow, f.log)
			}
		})
	}
}

// A request for a secret carries the role's session token, and its answer a key. So the environment of a deployed
// function must not be able to turn off TLS.
func TestSecretsRequireTLS(t *testing.T) {
	for _, c := range []struct {
		endpoint string
		tests    bool // AllowLoopbackHTTP
		want     string
	}{
		{"http://127.0.0.1:4566", false, "AllowLoopbackHTTP permits this one"},
		{"http://secrets.example.com", false, "an attacker on the network"},
		{"http://secrets.example.com", true, "an attacker on the network"},
		{"secrets.example.com", true, "is not an absolute URL"},
		{"http://127.0.0.1:4566", true, ""},
		{"https://vpce-1a2b.secretsmanager.eu-central-1.vpce.amazonaws.com", false, ""},
	} {
		_, err := tryFixture(withSecret(goodSecret), func(s *setup) {
			s.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"], s.options.AllowLoopbackHTTP = c.endpoint, c.tests
		})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: got %v, want no error", c.endpoint, err)
		case c.want != "" && (!errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), strconv.Quote(c.endpoint)) ||
			!strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want ErrConfig with %q", c.endpoint, err, c.want)
		}
	}
	_, err := tryFixture(func(s *setup) { s.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://127.0.0.1" })
	if err != nil {
		t.Errorf("without a secret: got %v, want no error", err)
	}
}
