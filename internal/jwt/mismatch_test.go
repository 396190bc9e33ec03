package jwt

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestMismatchSaysWhatCameAndWhatIsWanted(t *testing.T) {
	const iss = testIssuer + ", https://z.example.com"
	long := strings.Repeat("é", 500)
	for _, c := range []struct {
		name      string
		claims    object
		change    func(*Options)
		got, want string
		is        error
	}{
		{"another issuer", object{"iss": "https://other.example.com"}, nil, "https://other.example.com", iss, ErrIssuer},
		{"no issuer", object{"iss": nil}, nil, "(nothing)", iss, ErrIssuer},
		{"an issuer of another type", object{"iss": object{"x": "secret"}}, nil, "(an object)", iss, ErrIssuer},
		{"a long issuer", object{"iss": long}, nil, long[:256] + "...", iss, ErrIssuer},
		{"another audience", object{"aud": "api://x"}, nil, "api://x", testAudience, ErrAudience},
		{"other audiences", object{"aud": []string{"a", "b"}}, nil, "a, b", testAudience, ErrAudience},
		{"audiences of mixed types", object{"aud": []any{"a", 1}}, nil, "(an array)", testAudience, ErrAudience},
		{"an empty list", object{"aud": []string{}}, nil, "(an array)", testAudience, ErrAudience},
		{"another client of Cognito", object{"token_use": "access", "aud": nil, "client_id": "c2"},
			func(o *Options) { o.Issuers[0].TokenUse, o.Issuers[0].Audiences = "access", []string{"c0", "c1"} }, "c2", "c0, c1",
			ErrAudience},
		{"an ID token of Cognito", object{"token_use": "id"}, func(o *Options) { o.Issuers[0].TokenUse = "access" }, "id",
			"access", ErrTokenUse},
		{"no token_use", nil, func(o *Options) { o.Issuers[0].TokenUse = "id" }, "(nothing)", "id", ErrTokenUse},
		{"another client", object{"azp": "c2"}, func(o *Options) { o.Issuers[0].Clients = []string{"c1"} }, "c2", "c1",
			ErrClient},
		{"an expired token", object{"exp": t0.Unix() - 60}, nil, "2023-11-14T22:12:20Z", "after 2023-11-14T22:13:20Z",
			ErrExpired},
		{"a token for later", object{"nbf": t0.Unix() + 60}, func(o *Options) { o.Issuers[0].Leeway = 30 * time.Second },
			"2023-11-14T22:14:20Z", "not after 2023-11-14T22:13:50Z", ErrNotYet},
		{"a long lifetime", object{"exp": t0.Unix() + 7200}, func(o *Options) { o.Issuers[0].MaxLifetime = time.Hour },
			"7210 s", "3600 s", ErrLifetime},
		{"no iat", object{"iat": nil}, func(o *Options) { o.Issuers[0].MaxLifetime = time.Hour }, "no iat", "3600 s",
			ErrLifetime},
		{"no other errors", object{"sub": 1}, nil, "", "", ErrClaimType},
	} {
		f := newFixture(t, func(o *Options) {
			if c.change != nil {
				c.change(o)
			}
			o.Issuers = append(o.Issuers, Issuer{URL: "https://z.example.com", Audiences: []string{"z"}})
		})
		_, err := f.verify(rs256(nil, c.claims))
		if got, want := Mismatch(err); got != c.got || want != c.want || !errors.Is(err, c.is) {
			t.Errorf("%s: %v: got %q and %q, want %q and %q", c.name, err, got, want, c.got, c.want)
		}
		if err.Error() != c.is.Error() {
			t.Errorf("%s: the error's own text is %q", c.name, err)
		}
	}
	if got, want := Mismatch(nil); got != "" || want != "" {
		t.Error("of no error")
	}
}
