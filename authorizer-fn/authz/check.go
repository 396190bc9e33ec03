package authz

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// ErrConfig reports an invalid configuration. The function does not start.
var ErrConfig = errors.New("authz: configuration")

// check returns what is wrong with the configuration, except for what package jwt checks in the issuers.
func (c Config) check() error {
	var wrong []error
	fail := func(format string, a ...any) {
		wrong = append(wrong, fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, a...)))
	}
	for i, s := range c.TokenSources {
		if err := s.Check(); err != nil {
			fail("%w", err)
		} else if slices.Contains(c.TokenSources[:i], s) {
			fail("token source %q %q is listed twice", s.Kind, s.Name)
		}
	}
	for i, claim := range c.ContextClaims {
		switch {
		case claim == "":
			fail("a context claim has no name")
		case IsReserved(claim):
			fail("the context claim %q has the name of what is in the context already", claim)
		case slices.Contains(c.ContextClaims[:i], claim): // API Gateway need not handle an answer with a duplicate name
			fail("the context claim %q is listed twice", claim)
		}
	}
	c.checkDPoP(fail)
	opaque := ""
	for k, i := range c.Issuers {
		// Package jwt does not see issuers of opaque tokens. The settings of one entry would replace those of the other,
		// and with them what tokens have to be bound to.
		if slices.ContainsFunc(c.Issuers[:k], func(o Issuer) bool { return o.URL == i.URL }) {
			fail("issuer %q is given twice: put its audiences and algorithms into one", i.URL)
		}
		if asksIssuers && i.Introspection != nil {
			i.checkIntrospection(fail)
		}
		if asksIssuers && i.isOpaque() {
			if opaque != "" {
				fail("issuers %q and %q both have opaque tokens, which do not say whose they are: leave one out, or set "+
					"VerifyJWTs on one", opaque, i.URL)
			}
			opaque = i.URL
		}
		if !checksBindings && (i.DPoPBound || i.CertificateBound) {
			fail("%w", withoutTag("tokens are bound", BindingTag))
		}
		if i.CertificateBound && i.AcceptBoundTokens {
			fail("issuer %q has both certificateBound and acceptBoundTokens: the first checks what the second accepts unchecked",
				i.URL)
		}
		switch {
		case i.SecretARN == "" && i.SecretField != "":
			fail("issuer %q has a secretField and no secretArn", i.URL)
		case i.SecretARN != "" && !secretsmanager.IsARN(i.SecretARN):
			fail("issuer %q: secretArn %q is not the ARN of a secret: want "+
				"arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", i.URL, i.SecretARN)
		}
	}
	return errors.Join(wrong...)
}

// Check returns an error if no request can have such a place, because its kind is unknown or its name is invalid.
func (s TokenSource) Check() error { return s.written().Check() }

func (s TokenSource) written() settings.TokenSource {
	return settings.TokenSource{Kind: string(s.Kind), Name: s.Name}
}

// IsReserved reports whether a context name is reserved for the authorizer or for API Gateway.
func IsReserved(name string) bool { return settings.IsReserved(name) }
