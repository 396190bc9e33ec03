package plan

import (
	"testing"
	"time"
)

func included(j *JWT) func(*Props) { return func(p *Props) { p.Authorizer = deciding(j) } }

func issuer(change func(*Issuer)) func(*Props) {
	j := jwt()
	change(&j.Issuers[0])
	return included(j)
}

func TestWrongIssuers(t *testing.T) {
	testRefusals(t, []refusal{
		{"no issuers", included(&JWT{}), "JWT.Issuers is empty"},
		{"reserved context claim", included(&JWT{Issuers: jwt().Issuers, ContextClaims: []string{"scopes"}}),
			`JWT.ContextClaims has "scopes", a name that the context has already`},
		{"HMAC without a secret", issuer(func(i *Issuer) { i.Algorithms = []string{"HS256"} }),
			`algorithm "HS256": without HMACSecret`},
		{"audiences known at deployment",
			issuer(func(i *Issuer) { i.Audiences = []string{"#{Token[TOKEN.7]}"} }),
			"take single values of it with awscdk.Fn_Select"},
		{"the same issuer twice",
			included(&JWT{Issuers: append(jwt().Issuers, jwt().Issuers...)}),
			`JWT.Issuers[1]: issuer "https://idp.example.com/" is listed twice`},
		{"no audience",
			issuer(func(i *Issuer) { i.Audiences = nil }),
			"has no Audiences, so it would accept tokens meant for other services"},
		{"empty audience", issuer(func(i *Issuer) { i.Audiences = []string{""} }), "has an empty audience"},
		{"http issuer",
			issuer(func(i *Issuer) { i.URL = "http://idp.example.com" }),
			`URL "http://idp.example.com": want an https URL with a host`},
		{"no issuer URL", issuer(func(i *Issuer) { i.URL = "" }), "URL is empty"},
		{"http JWKS",
			issuer(func(i *Issuer) { i.JWKSURL = "http://idp.example.com/keys" }),
			`JWKSURL "http://idp.example.com/keys": want an https URL`},
		{"algorithm none",
			issuer(func(i *Issuer) { i.Algorithms = []string{"none"} }),
			`algorithm "none": without HMACSecret an issuer signs with RS256`},
		{"a published algorithm with a secret",
			issuer(func(i *Issuer) { i.HMACSecret = true; i.Algorithms = []string{"RS256"} }),
			`algorithm "RS256": with HMACSecret`},
		{"issuer with a user", issuer(func(i *Issuer) { i.URL = "https://me@idp.example.com" }),
			"a query, a fragment or a user does not belong in it"},
		{"issuer that is not a URL", issuer(func(i *Issuer) { i.URL = "https://idp.example.com/%zz" }),
			`URL "https://idp.example.com/%zz": `},
		{"issuer with a fragment", issuer(func(i *Issuer) { i.URL = "https://idp.example.com/#x" }),
			"a query, a fragment or a user does not belong in it"},
		{"issuer with a query", issuer(func(i *Issuer) { i.URL = "https://idp.example.com/?x" }),
			"a query, a fragment or a user does not belong in it"},
		{"JWKS with a user", issuer(func(i *Issuer) { i.JWKSURL = "https://me@idp.example.com/keys" }),
			"a query, a fragment or a user does not belong in it"},
		{"a negative ceiling", issuer(func(i *Issuer) { i.StaleCeiling = -time.Second }), "StaleCeiling -1s: want whole seconds"},
		{"a ceiling of more than a week",
			issuer(func(i *Issuer) { i.StaleCeiling = 7*24*time.Hour + time.Second }),
			"StaleCeiling 168h0m1s: want whole seconds up to 168h0m0s"},
		{"a ceiling below a second", issuer(func(i *Issuer) { i.StaleCeiling = 24*time.Hour + 1 }), "want whole seconds up to"},
		{"a ceiling below the age",
			issuer(func(i *Issuer) { i.MaxKeyAge, i.StaleCeiling = 2*time.Hour, time.Hour }),
			"StaleCeiling 1h0m0s is shorter than MaxKeyAge 2h0m0s"},
		{"keys for less than a minute", issuer(func(i *Issuer) { i.MaxKeyAge = 59 * time.Second }), "MaxKeyAge 59s"},
		{"secret and JWKS",
			issuer(func(i *Issuer) { i.HMACSecret = true; i.JWKSURL = "https://a.example.com/k" }),
			"has both HMACSecret and JWKSURL"},
		{"secret's field without a secret",
			issuer(func(i *Issuer) { i.HMACSecretField = "key" }),
			"has HMACSecretField but no HMACSecret"},
		{"unknown token use",
			issuer(func(i *Issuer) { i.TokenUse = "refresh" }),
			`TokenUse "refresh": want "access", "id" or none`},
		{"a type that no token can have",
			issuer(func(i *Issuer) { i.Type = "at jwt" }),
			`Type "at jwt" is not a media type: want "at+jwt", "JWT" or none`},
		{"an empty type behind application/",
			issuer(func(i *Issuer) { i.Type = "application/" }),
			`Type "application/" is not a media type`},
		{"an issuer without a host",
			issuer(func(i *Issuer) { i.URL = "https://:443/" }),
			`URL "https://:443/": want an https URL with a host`},
		{"an issuer with an empty query",
			issuer(func(i *Issuer) { i.URL = "https://idp.example.com/?" }),
			`URL "https://idp.example.com/?": a query, a fragment or a user does not belong in it`},
		{"http before a host that is known at deployment",
			issuer(func(i *Issuer) { i.URL = "http://${Token[TOKEN.7]}/" }),
			`URL "http://${Token[TOKEN.7]}/": want an https URL with a host`},
		{"the discovery document's URL",
			issuer(func(i *Issuer) { i.URL = "https://idp.example.com/a/.well-known/openid-configuration" }),
			`URL "https://idp.example.com/a/.well-known/openid-configuration": that is where the discovery document is, and ` +
				`tokens have the issuer's identifier in iss, which the document names: "https://idp.example.com/a", with or ` +
				`without a slash at its end`},
		{"an audience for all", issuer(func(i *Issuer) { i.Audiences = []string{"*"} }),
			`has the audience "*", which no token has: audiences are compared whole, so name your API's`},
		{"an audience with a space", issuer(func(i *Issuer) { i.Audiences = []string{"api://orders "} }),
			`issuer "https://idp.example.com/": Audiences has "api://orders ", with a space at an end, so that no token would ` +
				`fit: write "api://orders"`},
		{"a claim with a space", issuer(func(i *Issuer) { i.PrincipalClaim = " sub" }),
			`PrincipalClaim has " sub", with a space`},
		{"leeway too long",
			issuer(func(i *Issuer) { i.Leeway = time.Hour }),
			"Leeway 1h0m0s: want whole seconds from 0s to 5m0s"},
		{"empty context claim",
			included(&JWT{Issuers: jwt().Issuers, ContextClaims: []string{""}}),
			"JWT.ContextClaims has an empty name"},
		{"context claim twice",
			included(&JWT{Issuers: jwt().Issuers, ContextClaims: []string{"email", "email"}}),
			`JWT.ContextClaims has "email" twice: leave one out`},
	})
}
