package issuer

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// refusal is a change of a valid issuer that must be refused.
type refusal struct {
	name   string
	change func(*Issuer)
	want   string // part of the error's text: the place, the value and the fix
}

func testRefusals(t *testing.T, cases []refusal) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			i := Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}}
			tt.change(&i)
			if err := errors.Join(i.Check()...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}

func TestWrongIssuers(t *testing.T) {
	testRefusals(t, []refusal{
		{"HMAC without a secret", func(i *Issuer) { i.Algorithms = []string{"HS256"} },
			`algorithm "HS256": without HMACSecret`},
		{"audiences known at deployment",
			func(i *Issuer) { i.Audiences = []string{"#{Token[TOKEN.7]}"} },
			"take single values of it with awscdk.Fn_Select"},
		{"no audience",
			func(i *Issuer) { i.Audiences = nil },
			"has no Audiences, so it would accept tokens meant for other services"},
		{"empty audience", func(i *Issuer) { i.Audiences = []string{""} }, "has an empty audience: name your API's"},
		{"http issuer",
			func(i *Issuer) { i.URL = "http://idp.example.com" },
			`URL "http://idp.example.com": want an https URL with a host`},
		{"no issuer URL", func(i *Issuer) { i.URL = "" }, "URL is empty"},
		{"http JWKS",
			func(i *Issuer) { i.JWKSURL = "http://idp.example.com/keys" },
			`JWKSURL "http://idp.example.com/keys": want an https URL`},
		{"algorithm none",
			func(i *Issuer) { i.Algorithms = []string{"none"} },
			`algorithm "none": without HMACSecret an issuer signs with RS256`},
		{"a published algorithm with a secret",
			func(i *Issuer) { i.HMACSecret = true; i.Algorithms = []string{"RS256"} },
			`algorithm "RS256": with HMACSecret`},
		{"issuer with a user", func(i *Issuer) { i.URL = "https://me@idp.example.com" },
			"a query, a fragment or a user does not belong in it"},
		{"issuer that is not a URL", func(i *Issuer) { i.URL = "https://idp.example.com/%zz" },
			`URL "https://idp.example.com/%zz": `},
		{"issuer with a fragment", func(i *Issuer) { i.URL = "https://idp.example.com/#x" },
			"a query, a fragment or a user does not belong in it"},
		{"issuer with a query", func(i *Issuer) { i.URL = "https://idp.example.com/?x" },
			"a query, a fragment or a user does not belong in it"},
		{"JWKS with a user", func(i *Issuer) { i.JWKSURL = "https://me@idp.example.com/keys" },
			"a query, a fragment or a user does not belong in it"},
		{"a negative ceiling",
			func(i *Issuer) { i.StaleCeiling = -time.Second },
			"StaleCeiling -1s: want whole seconds"},
		{"a ceiling of more than a week",
			func(i *Issuer) { i.StaleCeiling = 7*24*time.Hour + time.Second },
			"StaleCeiling 168h0m1s: want whole seconds up to 168h0m0s"},
		{"a ceiling below a second",
			func(i *Issuer) { i.StaleCeiling = 24*time.Hour + 1 },
			"want whole seconds up to"},
		{"a ceiling below the age",
			func(i *Issuer) { i.MaxKeyAge, i.StaleCeiling = 2*time.Hour, time.Hour },
			"StaleCeiling 1h0m0s is shorter than MaxKeyAge 2h0m0s"},
		{"keys for half a second more", func(i *Issuer) { i.MaxKeyAge = time.Hour + time.Second/2 },
			"MaxKeyAge 1h0m0.5s: want whole seconds"},
		{"a negative leeway", func(i *Issuer) { i.Leeway = -time.Second }, "Leeway -1s: want whole seconds"},
		{"a leeway of half a second", func(i *Issuer) { i.Leeway = time.Second / 2 }, "Leeway 500ms: want whole"},
		{"a leeway of a second too much", func(i *Issuer) { i.Leeway = 5*time.Minute + time.Second },
			"Leeway 5m1s: want whole seconds"},
		{"a negative lifetime", func(i *Issuer) { i.MaxLifetime = -time.Second },
			"MaxLifetime -1s: want whole seconds above 0s"},
		{"a lifetime of half a second", func(i *Issuer) { i.MaxLifetime = time.Second / 2 },
			"MaxLifetime 500ms: want whole seconds above 0s"},
		{"a client without an ID", func(i *Issuer) { i.Clients = []string{"web", ""} },
			"has an empty client in Clients"},
		{"keys for less than a minute", func(i *Issuer) { i.MaxKeyAge = 59 * time.Second }, "MaxKeyAge 59s"},
		{"secret and JWKS",
			func(i *Issuer) { i.HMACSecret = true; i.JWKSURL = "https://a.example.com/k" },
			"has both HMACSecret and JWKSURL"},
		{"secret's field without a secret",
			func(i *Issuer) { i.HMACSecretField = "key" },
			"has HMACSecretField but no HMACSecret"},
		{"unknown token use",
			func(i *Issuer) { i.TokenUse = "refresh" },
			`TokenUse "refresh": want "access", "id" or none`},
		{"a type that no token can have",
			func(i *Issuer) { i.Type = "at jwt" },
			`Type "at jwt" is not a media type: want "at+jwt", "JWT" or none`},
		{"an empty type behind application/",
			func(i *Issuer) { i.Type = "application/" },
			`Type "application/" is not a media type`},
		{"an issuer without a host",
			func(i *Issuer) { i.URL = "https://:443/" },
			`URL "https://:443/": want an https URL with a host`},
		{"an issuer with an empty query",
			func(i *Issuer) { i.URL = "https://idp.example.com/?" },
			`URL "https://idp.example.com/?": a query, a fragment or a user does not belong in it`},
		{"http before a host that is known at deployment",
			func(i *Issuer) { i.URL = "http://${Token[TOKEN.7]}/" },
			`URL "http://${Token[TOKEN.7]}/": want an https URL with a host`},
		{"the discovery document's URL",
			func(i *Issuer) { i.URL = "https://idp.example.com/a/.well-known/openid-configuration" },
			`URL "https://idp.example.com/a/.well-known/openid-configuration": that is where the discovery document is, and ` +
				`tokens have the issuer's identifier in iss, which the document names: "https://idp.example.com/a", with or ` +
				`without a slash at its end`},
		{"an audience for all", func(i *Issuer) { i.Audiences = []string{"*"} },
			`has the audience "*", which no token has: audiences are compared whole, so name your API's`},
		{"an audience with a space", func(i *Issuer) { i.Audiences = []string{"api://orders "} },
			`issuer "https://idp.example.com/": Audiences has "api://orders ", with a space at an end, so that no token would ` +
				`fit: write "api://orders"`},
		{"a claim with a space", func(i *Issuer) { i.PrincipalClaim = " sub" },
			`PrincipalClaim has " sub", with a space`},
		{"leeway too long",
			func(i *Issuer) { i.Leeway = time.Hour },
			"Leeway 1h0m0s: want whole seconds from 0s to 5m0s"},
		{"tokens bound to certificates, and bearers as well",
			func(i *Issuer) { i.CertificateBound, i.AcceptBoundTokens = true, true },
			`issuer "https://idp.example.com/" has both CertificateBound and AcceptBoundTokens: the first checks what the ` +
				`second accepts unchecked, so leave AcceptBoundTokens out`},
		{"tokens bound by DPoP, and bearers as well", func(i *Issuer) { i.DPoPBound, i.AcceptBoundTokens = true, true },
			`issuer "https://idp.example.com/" has both DPoPBound and AcceptBoundTokens: the first checks what the second ` +
				`accepts unchecked, so leave AcceptBoundTokens out`},
		{"tokens bound by DPoP, and a certificate as well", func(i *Issuer) { i.DPoPBound, i.CertificateBound = true, true },
			`issuer "https://idp.example.com/" has both DPoPBound and CertificateBound, and a token has one binding: leave ` +
				`one out`},
	})
}
