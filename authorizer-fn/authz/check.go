package authz

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// ErrConfig says that the configuration cannot be used, so that the function does not start.
var ErrConfig = errors.New("authz: configuration")

// check finds what package jwt does not look at: it checks the issuers.
func (c Config) check() error {
	var wrong []error
	fail := func(format string, a ...any) {
		wrong = append(wrong, fmt.Errorf("%w: %w", ErrConfig, fmt.Errorf(format, a...)))
	}
	for i, s := range c.TokenSources {
		if err := s.Check(); err != nil {
			fail("%w", err)
		} else if slices.Contains(c.TokenSources[:i], s) {
			fail("token source %q %q is there twice", s.Kind, s.Name)
		}
	}
	for i, claim := range c.ContextClaims {
		switch {
		case claim == "":
			fail("a context claim has no name")
		case IsReserved(claim):
			fail("the context claim %q has the name of what is in the context already", claim)
		case slices.Contains(c.ContextClaims[:i], claim): // a name twice in an answer is not for API Gateway to sort out
			fail("the context claim %q is there twice", claim)
		}
	}
	opaque := ""
	for _, i := range c.Issuers {
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

// Check says why no request has such a place: its kind is unknown, or its name is not valid.
func (s TokenSource) Check() error {
	switch {
	case s.Kind != Header && s.Kind != Cookie && s.Kind != QueryString || s.Name == "":
		return fmt.Errorf("token source %q %q: want a header, a cookie or a querystring with a name", s.Kind, s.Name)
	case s.Kind != QueryString && !httpname.IsToken(s.Name):
		return fmt.Errorf("token source %q %q: the name of a header or a cookie has letters, digits and %q (RFC "+
			"9110, section 5.6.2)",
			s.Kind, s.Name, httpname.TokenSymbols)
	}
	return nil
}

// IsReserved reports whether a name in the context is taken, by the authorizer itself or by API Gateway.
func IsReserved(name string) bool { return slices.Contains(reserved, name) }
