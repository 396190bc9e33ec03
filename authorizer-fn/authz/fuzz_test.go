package authz

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// fuzzed returns a function that creates an authorizer once, with fast keys and all token sources.
func fuzzed(changes ...func(*setup)) func() *fixture {
	changes = append([]func(*setup){func(s *setup) {
		s.issuer.Publish(authztest.Ed25519("ed"))
		s.config.Issuers[0].Algorithms = []string{"EdDSA"}
		s.config.ContextClaims = []string{"email", "realm.roles", "claim"}
		s.config.TokenSources = []TokenSource{{Header, "Authorization"}, {Cookie, "session"}, {QueryString, "access_token"}}
	}}, changes...)
	return sync.OnceValue(func() *fixture {
		f, err := tryFixture(changes...)
		if err != nil {
			panic(err)
		}
		return f
	})
}

// taken returns the log since its last call.
func (l *lines) taken() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.b.String()
	l.b.Reset()
	return s
}

// FuzzEvent checks that every event gets a valid answer or one of two errors, and that the log does not contain a part
// of a token.
func FuzzEvent(f *testing.F) {
	good := authztest.Ed25519("ed").Token("EdDSA", goodClaims())
	for _, event := range [][]byte{
		nil,
		[]byte("null"),
		get(good),
		header(good),
		on("GET", "/orders/*", good),
		on("DELETE", "//", good),
		onARN("arn:aws:execute-api:x"),
		authztest.RequestEvent("GET", "/orders/7", http.Header{"authorization": {"Bearer " + good}}, nil),
		authztest.RequestEvent("GET", "/orders", http.Header{"Cookie": {"a=b; session=" + good}},
			http.Header{"access_token": {good, good}}),
		[]byte(`{"type":"REQUEST","methodArn":"` + authztest.ARN("GET", "/orders") +
			`","headers":{"Authorization":"Bearer x.y.z"},` +
			`"multiValueHeaders":{"AUTHORIZATION":["Bearer x.y.z",1,null]}}`),
	} {
		f.Add(event)
	}
	a := fuzzed()
	f.Fuzz(func(t *testing.T, event []byte) {
		a := a()
		answer, err := a.invoke(event)
		log := a.log.taken()
		switch {
		case err == nil:
			readAnswer(t, answer)
		case answer != "" || err != ErrUnauthorized && err != errUnavailable:
			t.Fatalf("got answer %q and error %v, want no answer and one of the two errors", answer, err)
		}
		entries(t, log)
		checkNoToken(t, string(event), log)
		if strings.Contains(log, `"reason":"panic"`) || strings.Contains(log, `"reason":"other"`) {
			t.Fatalf("got log %s, want neither reason", log)
		}
	})
}

// FuzzTokenSources checks that findToken finds a token only if there is no other token, for all headers, cookies and
// query strings.
func FuzzTokenSources(f *testing.F) {
	f.Add("Authorization", "Bearer a.b.c", "session=a.b.c", "access_token", "a.b.c")
	f.Add("authorization", "bearer  a.b.c ", "x=1;session=a.b.c ;session=d", "Access_Token", "")
	f.Add("Cookie", "session=a.b.c", "=; ;;session", "access_token", "a.b.c")
	f.Add("Authorızation", "Basic x", `session="a.b.c"`, "access_token", "\x00")
	sources := []TokenSource{{Header, "Authorization"}, {Cookie, "session"}, {QueryString, "access_token"}}
	f.Fuzz(func(t *testing.T, name, value, cookie, parameter, token string) {
		if !utf8.ValidString(name + value + cookie + parameter + token) {
			return // JSON holds only UTF-8
		}
		headers := http.Header{"Cookie": {cookie}}
		headers[name] = append(headers[name], value)
		event := authztest.RequestEvent("GET", "/orders", headers, http.Header{parameter: {token}})
		var doc strictjson.Document
		e, err := readEvent(&doc, event)
		if err != nil {
			t.Fatalf("readEvent(%s): %v", event, err)
		}
		found, err := e.findToken(sources)
		if err != nil {
			if found != "" || jwt.Reason(err) != "no_token" && jwt.Reason(err) != "several_tokens" {
				t.Fatalf("findToken: got %q, %v, want no token and no_token or several_tokens", found, err)
			}
			return
		}
		for where, text := range map[string]string{"header": value, "parameter": token} {
			switch {
			case where == "header" && strings.EqualFold(name, "authorization") && len(name) == len("authorization"):
				words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' })
				if len(words) != 2 || words[1] != found || !strings.EqualFold(words[0], "bearer") {
					t.Fatalf("findToken: got %q from the header %q", found, text)
				}
			case where == "parameter" && parameter == "access_token" && text != found:
				t.Fatalf("findToken: got %q, but the parameter is %q", found, text)
			}
		}
		if !strings.Contains(value+cookie+token, found) {
			t.Fatalf("findToken: got %q, which no source contains", found)
		}
		if n := strings.Count(";"+strings.NewReplacer(" ", "", "\t", "").Replace(cookie), ";session="); n > 1 {
			t.Fatalf("findToken: got %q, want an error for %d cookies", found, n)
		}
	})
}

// FuzzContext checks that the context is valid JSON of bounded strings, for all claims. Different lists give different
// strings. The principal has no character that is special in an access log.
func FuzzContext(f *testing.F) {
	f.Add(`"x"`, "a b", "c,d", "user")
	f.Add(`[1,"a",[],{},null,true]`, "", "%20", "\"\\\n\x7f\u2028é")
	f.Add(`{"a":1}`, "a", "a", strings.Repeat("é", 200))
	f.Add(`12345678901234567890.5e-300`, "\xff", "\x00", " ")
	a := fuzzed()
	f.Fuzz(func(t *testing.T, claim, first, second, sub string) {
		if _, err := strictjson.Parse(claim); err != nil {
			claim = "null"
		}
		fits := len(escape(first))+1+len(escape(second)) <= maxValue
		one, other := join([]string{first, second}), join([]string{first + " " + second})
		if one == other && first != "" && second != "" && fits {
			t.Fatalf("join: got %q for the two words %q and %q, and for one word", one, first, second)
		}
		claims := goodClaims().With(object{
			"sub":    sub,
			"claim":  json.RawMessage(claim),
			"groups": []string{first, second},
			"scope":  []string{second, first},
		})
		answer, err := a().invoke(get(authztest.Ed25519("ed").Token("EdDSA", claims)))
		log := a().log.taken()
		entries(t, log)
		if err != nil {
			if err != ErrUnauthorized ||
				!strings.Contains(log, `"reason":"principal"`) && !strings.Contains(log, `"reason":"too_long"`) &&
					!strings.Contains(log, `"reason":"claims"`) {
				t.Fatalf("got %v, want a 401 for the principal, the length or the claims; log: %s", err, log)
			}
			return
		}
		c := readAnswer(t, answer).context
		special := func(r rune) bool { return r < ' ' || r > '~' || r == ',' || r == '"' || r == '\\' }
		for _, name := range []string{"groups", "scopes"} {
			if strings.ContainsFunc(c[name], special) || strings.Contains(c[name], "  ") {
				t.Fatalf("%s: got %q, want plain characters and single spaces", name, c[name])
			}
		}
		if got, there := c["claim"]; there && !utf8.ValidString(got) {
			t.Fatalf("claim: got %q, want UTF-8", got)
		}
	})
}

// FuzzDecision compares decisions with a simple model. For any rights and any path, the policy allows the request if
// and only if its route belongs to the authorizer and permits the caller.
func FuzzDecision(f *testing.F) {
	f.Add("GET", "/orders", "orders:read", "", "", false)
	f.Add("DELETE", "/orders/7/", "orders:write x", "admins", "", true)
	f.Add("GET", "/orders/*", "orders:read", "", "auditor", true)
	f.Add("GET", "/orders//7", "orders:read orders:write", "support", "auditor", false)
	f.Add("POST", "//orders", "orders:write", "", "", false)
	f.Add("GET", "/reports", "", "", "auditor", false)
	f.Add("GET", "/orders/${aws:username}", "orders:read", "", "", true)
	f.Add("GET", "", "", "", "", false)
	table, err := access.Parse([]byte(testRoutes))
	if err != nil {
		f.Fatal(err)
	}
	forOne := fuzzed(perRequest)
	forAll := fuzzed()
	f.Fuzz(func(t *testing.T, method, path, scopes, group, role string, single bool) {
		if !utf8.ValidString(method + path + scopes + group + role) {
			return // JSON holds only UTF-8
		}
		a := forAll()
		if single {
			a = forOne()
		}
		claims := goodClaims().With(object{"scope": scopes, "groups": group, "roles": []string{role}})
		event := on(method, path, authztest.Ed25519("ed").Token("EdDSA", claims))
		got := a.outcome(t, event)
		log := a.log.taken()
		entries(t, log)
		checkNoToken(t, string(event), log)

		// The method ARN joins verb and path. Without a slash, the path becomes a part of the verb.
		method, path, _ = strings.Cut(method+path, "/")
		path = "/" + path
		rule, routed := table.Match(method, path)
		mine := routed && !table.Rules()[rule].Elsewhere
		rights := access.Rights{Scopes: strings.Split(scopes, " "), Groups: []string{group}, Roles: []string{role}}
		permits := mine && table.Rules()[rule].Permits(rights)
		switch {
		case got == fault && strings.Contains(log, `"reason":"method_arn"`),
			got == reject && strings.Contains(log, `"reason":"too_long"`):
		case got != allow && got != deny:
			t.Fatalf("got %s, want %s or %s; log: %s", got, allow, deny, log)
		// API Gateway never evaluates a policy for the whole API on another authorizer's route.
		case got == allow && !permits && (single || mine):
			t.Fatalf("%s %s: got %s for scopes %q, group %q, role %q", method, path, got, scopes, group, role)
		case got == deny && permits && isPlainPath(path):
			t.Fatalf("%s %s: got %s for scopes %q, group %q, role %q; log: %s",
				method, path, got, scopes, group, role, log)
		case mine && (got == allow) != strings.Contains(log, `"outcome":"allowed"`):
			t.Fatalf("got %s, but the log has another outcome: %s", got, log)
		}
	})
}

// isPlainPath reports whether the authorizer must not deny a permitted path because of its form.
func isPlainPath(path string) bool {
	return !strings.ContainsAny(path, "*?$<>[]{}|\\^`\"# ") && !strings.Contains(path, "//") && isASCII(path) &&
		len(path) < 300
}

func isASCII(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(c byte) bool { return c <= ' ' || c >= 0x7f })
}
