package jwt

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestToken(t *testing.T) {
	f := newFixture(t)
	token, err := f.verify(rs256(nil, object{
		"exp":                       jsonNumber("1700000100.75"),
		"groups":                    []string{"staff", "admins"},
		"realm_access":              object{"roles": []string{"editor"}},
		"https://example.com/roles": []string{"owner"},
		"escaped":                   "a\tb",
		"email_verified":            true,
	}))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]any{
		"Issuer":    {token.Issuer(), testIssuer},
		"KeyID":     {token.KeyID(), "rsa"},
		"Algorithm": {token.Algorithm(), "RS256"},
		"Subject":   {token.Subject(), "user-1"},
		"Expires":   {token.Expires().Unix(), int64(1700000100)},
		"groups":    {token.Claim("groups").Raw(), `["staff","admins"]`},
		"a path":    {token.Claim("realm_access.roles").Raw(), `["editor"]`},
		"a URL":     {token.Claim("https://example.com/roles").Raw(), `["owner"]`},
		"a number":  {token.Claim("exp").Raw(), "1700000100.75"},
		"a boolean": {token.Claim("email_verified").Raw(), "true"},
		"no claim":  {token.Claim("Groups").Exists(), false},
		"escapes":   {token.Claim("escaped").Is("a\tb"), true},
		"all":       {token.Claims().Len(), 12},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
}

func TestLine47NoPrincipal(t *testing.T) {
	f := newFixture(t)
	for name, sub := range map[string]any{"missing": nil, "null": null, "empty": ""} {
		token, err := f.verify(rs256(nil, object{"sub": sub}))
		if err != nil || token.Subject() != "" {
			t.Errorf("sub %s: got %q, %v: the caller must know that the subject is missing", name, token.Subject(), err)
		}
	}
}

func TestPrintingATokenShowsNoClaims(t *testing.T) {
	f := newFixture(t)
	text := rs256(nil, object{"email": "someone@example.com"})
	token, err := f.verify(text)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", token)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", token)
	for _, shown := range []string{fmt.Sprint(token), fmt.Sprintf("%+v %#v %s %q", token, token, token, token),
		log.String()} {
		if strings.Contains(shown, "someone") || strings.Contains(shown, "user-1") ||
			strings.Contains(shown, strings.Split(text, ".")[2][:10]) {
			t.Errorf("%s shows claims", shown)
		}
	}
	if !strings.Contains(log.String(), `key \"rsa\"`) {
		t.Errorf("the log does not say which key: %s", &log)
	}
}

// No log line and no error contains a part of a token or secret, whatever happens.
func TestLogsHoldNoToken(t *testing.T) {
	var log bytes.Buffer
	f := newFixture(t, func(o *Options) {
		logger := slog.New(slog.NewJSONHandler(&log, nil))
		o.Log = func(warning bool, message string, attributes ...any) {
			level := slog.LevelInfo
			if warning {
				level = slog.LevelWarn
			}
			logger.Log(t.Context(), level, message, attributes...)
		}
	})
	f.server.serve(keySetOf(jwk(keys()["rsa"]), jwk(keys()["weak"])))
	tokens := []string{lasting("rsa"), lasting("rsa2"), unknown(1), swapClaims("RS256"), good("ES256")}
	for range 3 {
		for _, token := range tokens {
			if _, err := f.verify(token); err != nil {
				checkLeak(t, token, err.Error())
			}
		}
		f.server.serveWith(failing)
		f.clock.Advance(time.Hour)
	}
	for _, want := range []string{`"jwt: new keys"`, `"jwt: key ignored"`, `"ignored":1`, `"kid":"weak"`,
		`"jwt: keys not fetched"`, `"older_keys_serve":true`, `connection refused`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is not logged:\n%s", want, &log)
		}
	}
	for _, token := range tokens {
		checkLeak(t, token, log.String())
	}
}

func TestObserve(t *testing.T) {
	var seen []Fetch
	f := newFixture(t, func(o *Options) { o.Observe = func(e Fetch) { seen = append(seen, e) } })
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(defaultAge)
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	f.clock.Advance(defaultAge)
	f.want(t, lasting("rsa"), nil)
	if len(seen) != 3 {
		t.Fatalf("%d fetches, want 3", len(seen))
	}
	for i, want := range []Fetch{{Issuer: testIssuer, Keys: 5, Changed: true}, {Issuer: testIssuer, Keys: 5}} {
		if seen[i] != want {
			t.Errorf("fetch %d: got %+v, want %+v", i, seen[i], want)
		}
	}
	if seen[2].Err == nil || seen[2].Keys != 0 {
		t.Errorf("a failed fetch: %+v", seen[2])
	}
}

func TestTokenCache(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.TokenCache = 2 })
	first := lasting("rsa")
	a, err := f.verify(first)
	if err != nil {
		t.Fatal(err)
	}
	same := func(want bool) {
		t.Helper()
		if b, err := f.verify(first); err != nil || (a == b) != want {
			t.Errorf("remembered: %v, want %v (%v)", a == b, want, err)
		}
	}
	same(true)
	// A token with one changed bit is another token.
	f.want(t, resigned("RS256", func(s []byte) []byte { s[99] ^= 1; return s }), ErrSignature)
	f.want(t, swapClaims("RS256"), ErrSignature)
	same(true)
	f.clock.Advance(defaultTokenCacheAge - time.Second)
	same(true)
	f.clock.Advance(time.Second)
	same(false)

	a, _ = f.verify(first)
	for i := range 2 { // two more push the first one out
		f.want(t, rs256(nil, object{"i": i, "exp": t0.AddDate(1, 0, 0).Unix()}), nil)
	}
	same(false)
	if n := f.tokens.len(); n != 2 {
		t.Errorf("%d tokens are remembered, want 2", n)
	}
	for i := range 100 {
		f.want(t, rs256(nil, object{"i": i, "exp": t0.AddDate(1, 0, 0).Unix()}), nil)
	}
	if n := f.tokens.len(); n != 2 {
		t.Errorf("%d tokens are remembered, want 2", n)
	}
}

func TestTokenCacheForgets(t *testing.T) {
	cached := func(o *Options) { o.TokenCache = 10; o.Issuers[0].Leeway = time.Minute }
	t.Run("at exp", func(t *testing.T) {
		f := newFixture(t, cached)
		token := rs256(nil, object{"exp": t0.Unix() + 10})
		f.want(t, token, nil)
		f.clock.Advance(10*time.Second - 1)
		f.want(t, token, nil)
		f.clock.Advance(1)
		f.want(t, token, ErrExpired)
	})
	t.Run("when the clock is set back to before nbf", func(t *testing.T) {
		f := newFixture(t, cached)
		token := rs256(nil, object{"nbf": t0.Unix(), "exp": t0.AddDate(1, 0, 0).Unix()})
		f.want(t, token, nil)
		f.clock.Advance(-61 * time.Second)
		f.want(t, token, ErrNotYet)
	})
	t.Run("when its key leaves the set", func(t *testing.T) {
		f := newFixture(t, cached)
		f.want(t, lasting("rsa"), nil)
		f.server.serve(keySetOf(jwk(keys()["rsa2"])))
		f.clock.Advance(DefaultCooldown)
		f.want(t, lasting("rsa2"), nil) // this is what fetches the new set
		f.want(t, lasting("rsa"), ErrUnknownKey)
	})
	t.Run("when the set is old and its key has left", func(t *testing.T) {
		f := newFixture(t, cached)
		f.server.serveWith(withMaxAge(fullKeySet(), "max-age=60"))
		f.want(t, lasting("rsa"), nil)
		f.server.serve(keySetOf(jwk(keys()["rsa2"])))
		f.clock.Advance(time.Minute)
		f.want(t, lasting("rsa"), ErrUnknownKey) // the remembered token makes the set be fetched, as a new one would
	})
	t.Run("when its kid names another key", func(t *testing.T) {
		f := newFixture(t, cached)
		f.server.serveWith(withMaxAge(fullKeySet(), "max-age=60"))
		f.want(t, lasting("rsa"), nil)
		f.server.serve(keySetOf(jwk(testKey{kid: "rsa", signer: keys()["rsa2"].signer})))
		f.clock.Advance(time.Minute)
		f.want(t, lasting("rsa"), ErrSignature)
	})
	t.Run("when its key is bound to another algorithm", func(t *testing.T) {
		f := newFixture(t, cached)
		f.server.serveWith(withMaxAge(fullKeySet(), "max-age=60"))
		f.want(t, lasting("rsa"), nil)
		f.server.serve(keySetOf(jwk(keys()["rsa"]).with(object{"alg": "PS256"})))
		f.clock.Advance(time.Minute)
		f.want(t, lasting("rsa"), ErrKeyMismatch)
	})
	t.Run("when it has no kid and a second key fits", func(t *testing.T) {
		f := newFixture(t, cached)
		f.server.serveWith(withMaxAge(keySetOf(jwk(keys()["rsa"])), "max-age=60"))
		token := rs256(object{"kid": nil}, object{"exp": t0.AddDate(1, 0, 0).Unix()})
		f.want(t, token, nil)
		f.server.serve(keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"])))
		f.clock.Advance(time.Minute)
		f.want(t, token, ErrAmbiguousKey)
	})
	t.Run("when the stale ceiling is reached", func(t *testing.T) {
		f := newFixture(t, cached, func(o *Options) { o.TokenCacheAge = 100 * time.Hour })
		f.want(t, lasting("rsa"), nil)
		f.server.serveWith(failing)
		f.clock.Advance(defaultStaleCeiling)
		f.want(t, lasting("rsa"), ErrUnavailable)
	})
	t.Run("nothing, where the same set comes again", func(t *testing.T) {
		f := newFixture(t, cached, func(o *Options) { o.TokenCacheAge = time.Hour })
		a, err := f.verify(lasting("rsa"))
		if err != nil {
			t.Fatal(err)
		}
		f.clock.Advance(defaultAge)
		if b, _ := f.verify(lasting("rsa")); a != b {
			t.Error("the token was verified again")
		}
		f.wantRequests(t, 2)
	})
	t.Run("what was rejected: it is never remembered", func(t *testing.T) {
		f := newFixture(t, cached)
		for range 3 {
			f.want(t, swapClaims("RS256"), ErrSignature)
		}
		if n := f.tokens.len(); n != 0 {
			t.Errorf("%d tokens are remembered", n)
		}
	})
}

func TestBearer(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		want   string
		err    error
	}{
		{"01 Bearer", []string{"Bearer abc"}, "abc", nil},
		{"01 bearer", []string{"bearer abc"}, "abc", nil},
		{"01 BEARER", []string{"BEARER abc"}, "abc", nil},
		{"01 each character of an opaque token", []string{"Bearer A9-._~+/=="}, "A9-._~+/==", nil},
		{"01 a tilde at both ends", []string{"Bearer ~abc~"}, "~abc~", nil},
		{"01 two spaces", []string{"Bearer  abc"}, "abc", nil},
		{"01 spaces around", []string{" \tBearer abc "}, "abc", nil},
		{"01 no header", nil, "", ErrNoToken},
		{"01 empty", []string{""}, "", ErrNoToken},
		{"01 Bearer alone", []string{"Bearer"}, "", ErrNoToken},
		{"01 Bearer and a space", []string{"Bearer "}, "", ErrNoToken},
		{"01 the token alone", []string{"abc.def.ghi"}, "", ErrNoToken},
		{"01 Basic", []string{"Basic dXNlcjpwYXNz"}, "", ErrNoToken},
		{"01 DPoP", []string{"DPoP abc"}, "", ErrNoToken},
		{"01 Bearer and a tab", []string{"Bearer\tabc"}, "", ErrNoToken},
		{"01 no space", []string{"Bearerabc"}, "", ErrNoToken},
		{"01 a colon", []string{"Bearer: abc"}, "", ErrNoToken},
		{"01 a letter that folds to an ASCII one", []string{"Bea\u0280er abc"}, "", ErrNoToken},
		{"02 two tokens", []string{"Bearer abc def"}, "", ErrSeveralTokens},
		{"02 two tokens after a tab", []string{"Bearer abc\tdef"}, "", ErrSeveralTokens},
		{"02 a comma", []string{"Bearer abc,def"}, "", ErrSeveralTokens},
		{"02 two credentials in one value", []string{"Bearer abc, Bearer def"}, "", ErrSeveralTokens},
		{"02 a comma at the end", []string{"Bearer abc,"}, "", ErrSeveralTokens},
		{"43 two values", []string{"Bearer abc", "Bearer def"}, "", ErrSeveralTokens},
		{"43 two values, one of another scheme", []string{"Basic abc", "Bearer abc"}, "", ErrSeveralTokens},
		{"43 two values that differ in case", []string{"Bearer abc", "bearer abc"}, "", ErrSeveralTokens},
		{"43 the same value twice", []string{"Bearer abc", "Bearer abc"}, "abc", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Bearer(c.values...); got != c.want || !errors.Is(err, c.err) || c.err != nil &&
				!errors.Is(err, ErrRejected) {
				t.Errorf("got %q, %v, want %q, %v", got, err, c.want, c.err)
			}
		})
	}
}

func TestLine03DotsAreRefusedWithoutAllocation(t *testing.T) {
	f := newFixture(t)
	for _, dots := range []int{1, 3, 100, 8192, 10_000, 1 << 20} {
		token := strings.Repeat(".", dots)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := f.Verify(context.Background(), token); err == nil {
				t.Fatal("accepted")
			}
		}); n != 0 {
			t.Errorf("%d dots: %v allocations", dots, n)
		}
	}
}

// EdDSA does not allocate memory, so these are the allocations of this package: the text of header and claims, and the
// Token.
func TestVerifyAllocations(t *testing.T) {
	for cached, want := range []float64{2, 0} {
		f := newFixture(t, func(o *Options) { o.TokenCache = cached })
		token := good("EdDSA")
		ctx := context.Background()
		if n := testing.AllocsPerRun(200, func() {
			if _, err := f.Verify(ctx, token); err != nil {
				t.Fatal(err)
			}
		}); n > want {
			t.Errorf("token cache of %d: %v allocations, want %v", cached, n, want)
		}
	}
}

func TestDecode(t *testing.T) {
	// All texts of up to two digits, and a sample of longer ones, are compared with the standard library, except for texts
	// that only it accepts.
	check := func(s string) {
		want, err := rawURL.DecodeString(s)
		ok := err == nil && !strings.ContainsAny(s, "\r\n")
		got, gotOK := decode(nil, []byte(s))
		if gotOK != ok || ok && !bytes.Equal(got, want) {
			t.Fatalf("%q: got %x, %v, want %x, %v", s, got, gotOK, want, ok)
		}
	}
	for a := range 256 {
		check(string([]byte{byte(a)}))
		for b := range 256 {
			check(string([]byte{byte(a), byte(b)}))
			for _, s := range []string{"A", "w", "xA", "_-"} {
				check(string([]byte{byte(a), byte(b)}) + s)
				check(s + string([]byte{byte(a), byte(b)}))
			}
			check(string([]byte{'A', byte(a), 'B', byte(b), 'C'}))
			check(string([]byte{'A', byte(a), 'B', 'C', byte(b), 'Q'}))
		}
	}
	check("")
}

var rawURL = base64.RawURLEncoding.Strict()
