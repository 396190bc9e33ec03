package secureapi

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// goodIssuer returns a valid issuer, after a change.
func goodIssuer(change func(*Issuer)) Issuer {
	i := Issuer{URL: "https://idp.example.com/", Audiences: []string{"api"}}
	change(&i)
	return i
}

func TestIssuerLimitErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Issuer)
		want   string
	}{
		{"empty client", func(i *Issuer) { i.Clients = []string{""} }, "has an empty client in Clients"},
		{"clients known at deployment", func(i *Issuer) { i.Clients = []string{"#{Token[TOKEN.7]}"} },
			"has Clients that are a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select"},
		{
			"lifetime below zero",
			func(i *Issuer) { i.MaxLifetime = -time.Hour },
			"MaxLifetime -1h0m0s: want whole seconds above 0s",
		},
		{
			"lifetime of half a second",
			func(i *Issuer) { i.MaxLifetime = time.Second / 2 },
			"MaxLifetime 500ms: want whole seconds above 0s",
		},
		{"key age too short", func(i *Issuer) { i.MaxKeyAge = time.Second }, "MaxKeyAge 1s: want whole seconds from 1m0s on"},
		{
			"key age below zero",
			func(i *Issuer) { i.MaxKeyAge = -time.Hour },
			"MaxKeyAge -1h0m0s: want whole seconds from 1m0s on",
		},
		{"key age with a fraction", func(i *Issuer) { i.MaxKeyAge = time.Minute + 1 }, "MaxKeyAge 1m0.000000001s"},
		{
			"stale ceiling below zero",
			func(i *Issuer) { i.StaleCeiling = -time.Hour },
			"StaleCeiling -1h0m0s: want whole seconds up to 168h0m0s",
		},
		{
			"stale ceiling too long",
			func(i *Issuer) { i.StaleCeiling = 30 * 24 * time.Hour },
			"StaleCeiling 720h0m0s: want whole seconds up to 168h0m0s",
		},
		{"stale ceiling below the default key age", func(i *Issuer) { i.StaleCeiling = time.Minute },
			"StaleCeiling 1m0s is shorter than MaxKeyAge 1h0m0s: raise StaleCeiling, or lower MaxKeyAge"},
		{
			"key age above the default stale ceiling",
			func(i *Issuer) { i.MaxKeyAge = 24 * time.Hour },
			"StaleCeiling 12h0m0s is shorter than MaxKeyAge 24h0m0s",
		},
	} {
		errs := goodIssuer(c.change).plan().Check()
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), `issuer "https://idp.example.com/"`) ||
			!strings.Contains(errs[0].Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, errs, c.want)
		}
	}
}

// The function's configuration has the limits of an issuer. The function accepts it.
func TestIssuerLimits(t *testing.T) {
	unit := authz.Issuer{URL: "https://idp.example.com/", Audiences: []string{"api"}}
	for _, c := range []struct {
		name   string
		change func(*Issuer)
		want   func(*authz.Issuer)
	}{
		{"no limits", func(*Issuer) {}, func(*authz.Issuer) {}},
		{"all", func(i *Issuer) {
			i.Clients, i.ClientClaim, i.Algorithms = []string{"web"}, "cid", []string{"Ed25519"}
			i.MaxLifetime, i.MaxKeyAge, i.StaleCeiling, i.AcceptBoundTokens = 25*time.Hour, time.Minute, 2*time.Minute, true
		}, func(i *authz.Issuer) {
			i.Clients, i.ClientClaim, i.Algorithms = []string{"web"}, "cid", []string{"Ed25519"}
			i.MaxLifetime, i.MaxKeyAge, i.StaleCeiling, i.AcceptBoundTokens = 25*time.Hour, time.Minute, 2*time.Minute, true
		}},
		{"a certificate", func(i *Issuer) { i.CertificateBound = true }, func(i *authz.Issuer) { i.CertificateBound = true }},
		{"DPoP", func(i *Issuer) { i.DPoPBound = true }, func(i *authz.Issuer) { i.DPoPBound = true }},
		{
			"a client's claim that a preset sets counts with clients only",
			func(i *Issuer) { i.ClientClaim = "cid" },
			func(*authz.Issuer) {},
		},
	} {
		issuer, want := goodIssuer(c.change), unit
		c.want(&want)
		if errs := issuer.plan().Check(); errs != nil {
			t.Errorf("%s: New refuses it: %v", c.name, errs)
		}
		got, err := authz.ParseIssuer(issuer.config().JSON())
		if err != nil {
			t.Errorf("%s: authz refuses it: %v", c.name, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: configuration (-want +got):\n%s", c.name, diff)
		}
	}
}

// Only with PolicyEndsWithToken, the function's configuration has policyEndsWithToken.
func TestPolicyEndsWithToken(t *testing.T) {
	if text := (authz.Config{}).Environment()[authz.ConfigVariable]; strings.Contains(text, "policyEndsWithToken") {
		t.Errorf("default: got the configuration %s, want it without policyEndsWithToken", text)
	}
	if text := (authz.Config{PolicyEndsWithToken: true}).Environment()[authz.ConfigVariable]; !strings.Contains(
		text,
		`"policyEndsWithToken":true`,
	) {
		t.Errorf("PolicyEndsWithToken: got the configuration %s, want policyEndsWithToken in it", text)
	}
}
