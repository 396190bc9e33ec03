package jwt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	secret := func(context.Context) ([]byte, error) { return nil, nil }
	for _, c := range []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"no issuer", func(o *Options) { o.Issuers = nil }, "no issuer: give at least one"},
		{"no URL", func(o *Options) { o.Issuers[0].URL = "" }, "the URL is empty"},
		{"a URL that is not UTF-8", func(o *Options) { o.Issuers[0].URL = "https://\xff" }, "not UTF-8"},
		{"no audience", func(o *Options) { o.Issuers[0].Audiences = nil },
			`issuer "https://issuer.example.com/": no audience: without one`},
		{"an empty audience", func(o *Options) { o.Issuers[0].Audiences = []string{"a", ""} }, "an audience is empty"},
		{"the same issuer twice", func(o *Options) { o.Issuers = append(o.Issuers, o.Issuers[0]) }, "is given twice"},
		{"08 algorithm none", func(o *Options) { o.Issuers[0].Algorithms = []string{"none"} },
			`algorithm "none" is not one of RS256, RS384`},
		{"an unknown algorithm", func(o *Options) { o.Issuers[0].Algorithms = []string{"RS256", "rs256"} },
			`algorithm "rs256" is not one of`},
		{"an empty algorithm", func(o *Options) { o.Issuers[0].Algorithms = []string{""} }, `algorithm "" is not one of`},
		{"09 HMAC without a secret", func(o *Options) { o.Issuers[0].Algorithms = []string{"RS256", "HS256"} },
			"algorithm HS256 needs a Secret"},
		{"10 RSA with a secret", func(o *Options) {
			o.Issuers[0].JWKSURL, o.Issuers[0].Secret, o.Issuers[0].Algorithms = "", secret, []string{"HS256", "RS256"}
		}, "algorithm RS256 takes a published key"},
		{"a secret and published keys", func(o *Options) { o.Issuers[0].Algorithms, o.Issuers[0].Secret = nil, secret },
			"both JWKSURL and Secret"},
		{"32 keys over http", func(o *Options) { o.Issuers[0].JWKSURL = "http://issuer.example.com/keys" },
			"is not an https URL: an attacker on the network"},
		{"32 keys over http even where loopback is allowed", func(o *Options) {
			o.Issuers[0].JWKSURL, o.Issuers[0].AllowLoopbackHTTP = "http://issuer.example.com/keys", true
		}, "is not an https URL: an attacker on the network"},
		{"32 a name that begins like loopback", func(o *Options) {
			o.Issuers[0].JWKSURL, o.Issuers[0].AllowLoopbackHTTP = "http://127.0.0.1.example.com/keys", true
		}, "is not an https URL"},
		{"32 an address that is not loopback where loopback is allowed", func(o *Options) {
			o.Issuers[0].JWKSURL, o.Issuers[0].AllowLoopbackHTTP = "http://169.254.169.254/keys", true
		}, "is not an https URL: an attacker on the network"},
		{"32 another name below localhost", func(o *Options) {
			o.Issuers[0].JWKSURL, o.Issuers[0].AllowLoopbackHTTP = "http://x.localhost/keys", true
		}, "is not an https URL"},
		{"32 loopback where it is not allowed", func(o *Options) { o.Issuers[0].JWKSURL = "http://127.0.0.1:8080/keys" },
			"AllowLoopbackHTTP permits this one"},
		{"keys from a file", func(o *Options) { o.Issuers[0].JWKSURL = "file:///keys" }, "not an absolute URL"},
		{"keys over ftp", func(o *Options) { o.Issuers[0].JWKSURL = "ftp://issuer.example.com/keys" }, "is not an https URL"},
		{"keys over ftp from loopback where loopback is allowed", func(o *Options) {
			o.Issuers[0].JWKSURL, o.Issuers[0].AllowLoopbackHTTP = "ftp://127.0.0.1/keys", true
		}, "is not an https URL"},
		{"a relative URL of keys", func(o *Options) { o.Issuers[0].JWKSURL = "/keys" }, "not an absolute URL"},
		{"a port without a host", func(o *Options) { o.Issuers[0].JWKSURL = "https://:443/keys" }, "not an absolute URL"},
		{"a URL of keys with a user", func(o *Options) { o.Issuers[0].JWKSURL = "https://a:b@issuer.example.com/keys" },
			"has a user name"},
		{"a URL of keys with a fragment", func(o *Options) { o.Issuers[0].JWKSURL = "https://issuer.example.com/keys#x" },
			"has a fragment"},
		{"a URL of keys with a line feed", func(o *Options) { o.Issuers[0].JWKSURL = "https://issuer.example.com/keys\n" },
			"not an absolute URL"},
		{"discovery from no URL", func(o *Options) { o.Issuers[0].JWKSURL, o.Issuers[0].URL = "", "accounts.google.com" },
			"or give JWKSURL"},
		{"discovery over http", func(o *Options) { o.Issuers[0].JWKSURL, o.Issuers[0].URL = "", "http://issuer.example.com" },
			"or give JWKSURL"},
		{"discovery with a query",
			func(o *Options) { o.Issuers[0].JWKSURL, o.Issuers[0].URL = "", "https://issuer.example.com/?a=b" },
			"there can be no discovery"},
		{"an unknown token use", func(o *Options) { o.Issuers[0].TokenUse = "Access" }, `TokenUse "Access" is neither`},
		{"a type with a space", func(o *Options) { o.Issuers[0].Type = "at jwt" }, "is not a media type"},
		{"an empty type", func(o *Options) { o.Issuers[0].Type = "application/" }, "is not a media type"},
		{"a negative leeway", func(o *Options) { o.Issuers[0].Leeway = -time.Second }, "Leeway -1s"},
		{"too much leeway", func(o *Options) { o.Issuers[0].Leeway = maxLeeway + time.Second }, "Leeway 5m1s"},
		{"a leeway below a second", func(o *Options) { o.Issuers[0].Leeway = 1500 * time.Millisecond }, "Leeway 1.5s"},
		{"a negative lifetime", func(o *Options) { o.Issuers[0].MaxLifetime = -time.Second }, "MaxLifetime -1s"},
		{"a lifetime below a second", func(o *Options) { o.Issuers[0].MaxLifetime = 1500 * time.Millisecond },
			"MaxLifetime 1.5s"},
		{"keys for less than a minute", func(o *Options) { o.Issuers[0].MaxKeyAge = minKeyAge - time.Second },
			"MaxKeyAge 59s"},
		{"keys for a fraction of a second", func(o *Options) { o.Issuers[0].MaxKeyAge = minKeyAge + 1 },
			"MaxKeyAge 1m0.000000001s"},
		{"keys for a negative time", func(o *Options) { o.Issuers[0].MaxKeyAge = -time.Minute }, "MaxKeyAge -1m"},
		{"a negative ceiling", func(o *Options) { o.Issuers[0].StaleCeiling = -time.Second }, "StaleCeiling -1s"},
		{"a ceiling of more than a week", func(o *Options) { o.Issuers[0].StaleCeiling = maxStaleCeiling + time.Second },
			"StaleCeiling 168h0m1s"},
		{"a ceiling below a second", func(o *Options) { o.Issuers[0].StaleCeiling = 24*time.Hour + 1 },
			"StaleCeiling 24h0m0.000000001s"},
		{"an issuer's ceiling below its age", func(o *Options) {
			o.Issuers[0].MaxKeyAge, o.Issuers[0].StaleCeiling = 2*time.Hour, time.Hour
		}, "give a StaleCeiling that is not shorter"},
		{"an issuer's age above the ceiling of all", func(o *Options) { o.Issuers[0].MaxKeyAge = maxStaleCeiling },
			"give a StaleCeiling that is not shorter"},
		{"a negative timeout", func(o *Options) { o.FetchTimeout = -1 }, "Options.FetchTimeout is -1ns"},
		{"a negative cooldown", func(o *Options) { o.Cooldown = -1 }, "Options.Cooldown"},
		{"ages the wrong way round", func(o *Options) { o.MinAge = 2 * time.Hour }, "each must be at least the one before"},
		{"a ceiling below the age", func(o *Options) { o.StaleCeiling = time.Minute },
			"each must be at least the one before"},
		{"a negative size", func(o *Options) { o.MaxBody = -1 }, "none may be negative"},
		{"negative bytes for a cache", func(o *Options) { o.TokenCacheBytes = -1 }, "none may be negative"},
		{"a negative cache", func(o *Options) { o.TokenCache = -1 }, "none may be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{Issuers: []Issuer{{URL: testIssuer, Audiences: []string{testAudience}, JWKSURL: testJWKSURL}}}
			c.change(&o)
			v, err := New(o)
			if v != nil || !errors.Is(err, ErrConfig) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestNewSaysAllThatIsWrong(t *testing.T) {
	_, err := New(Options{Issuers: []Issuer{{URL: "a"}, {URL: "https://b.example.com", Algorithms: []string{"x"}}}})
	for _, want := range []string{`issuer "a": the URL`, `issuer "a": no audience`,
		`issuer "https://b.example.com": no audience`, `algorithm "x"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestNewAccepts(t *testing.T) {
	secret := func(context.Context) ([]byte, error) { return nil, nil }
	for name, issuer := range map[string]Issuer{
		"discovery":                   {URL: "https://issuer.example.com"},
		"discovery with a path":       {URL: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example"},
		"an issuer that is not a URL": {URL: "accounts.google.com", JWKSURL: "https://www.googleapis.com/oauth2/v3/certs"},
		"a secret":                    {URL: "shop", Secret: secret},
		"a secret with algorithms":    {URL: "shop", Secret: secret, Algorithms: []string{"HS256", "HS512"}},
		"loopback":                    {URL: "http://127.0.0.1:8080", AllowLoopbackHTTP: true},
		"loopback by name":            {URL: "http://localhost:8080", AllowLoopbackHTTP: true},
		"loopback over IPv6":          {URL: "http://[::1]:8080", AllowLoopbackHTTP: true},
		"a key URL with a query":      {URL: "x", JWKSURL: "https://login.example.com/keys?appid=1"},
		"a type":                      {URL: "https://issuer.example.com", Type: "application/okta-internal-at+jwt"},
		"the most leeway":             {URL: "https://issuer.example.com", Leeway: maxLeeway},
		"keys for a minute":           {URL: "https://issuer.example.com", MaxKeyAge: minKeyAge},
		"keys for a week": {
			URL: "https://issuer.example.com", MaxKeyAge: maxStaleCeiling, StaleCeiling: maxStaleCeiling,
		},
		"the shortest lifetime": {URL: "https://issuer.example.com", MaxLifetime: time.Second},
	} {
		issuer.Audiences = []string{"a"}
		if _, err := New(Options{Issuers: []Issuer{issuer}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOptionsAreCopied(t *testing.T) {
	audiences, algorithms := []string{testAudience}, []string{"RS256"}
	issuers := []Issuer{{URL: testIssuer, Audiences: audiences, Algorithms: algorithms, JWKSURL: testJWKSURL}}
	f := newFixture(t, func(o *Options) { o.Issuers = issuers })
	audiences[0], algorithms[0], issuers[0].URL = "x", "ES256", "x"
	f.want(t, good("RS256"), nil)
}

func TestReasons(t *testing.T) {
	seen := make(map[string]error)
	for _, err := range []error{
		ErrNoToken, ErrSeveralTokens, ErrTooLong, ErrSerialization, ErrBase64, ErrHeader, ErrClaims, ErrAlgorithm, ErrType,
		ErrCritical, ErrKeyID, ErrIssuer, ErrAudience, ErrTokenUse,
		ErrExpired, ErrTime, ErrNotYet, ErrClaimType, ErrUnknownKey, ErrAmbiguousKey, ErrKeyMismatch, ErrSignatureShape,
		ErrSignature,
	} {
		reason := Reason(fmt.Errorf("more: %w", err))
		if seen[reason] != nil || reason == "" || reason == "other" {
			t.Errorf("%v has the reason %q, as has %v", err, reason, seen[reason])
		}
		seen[reason] = err
		if !errors.Is(err, ErrRejected) {
			t.Errorf("%v is not a rejection", err)
		}
	}
	for err, want := range map[error]string{nil: "", ErrUnavailable: "unavailable", ErrConfig: "configuration",
		context.Canceled: "other", fmt.Errorf("%w: %w", ErrUnavailable, ErrConfig): "configuration"} {
		if got := Reason(err); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}
