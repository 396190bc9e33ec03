package authz

import (
	"errors"
	"fmt"
	"slices"
)

// ErrConfig says that the configuration cannot be used, so that the function does not start.
var ErrConfig = errors.New("authz: configuration")

// check finds what package jwt does not look at: it checks the issuers.
func (c Config) check() error {
	if len(c.Issuers) == 0 {
		return fmt.Errorf("%w: no issuers", ErrConfig)
	}
	for _, s := range c.TokenSources {
		if !slices.Contains([]SourceKind{Header, Cookie, QueryString}, s.Kind) || s.Name == "" {
			return fmt.Errorf("%w: token source %q %q: want a header, a cookie or a querystring with a name", ErrConfig, s.Kind, s.Name)
		}
	}
	for _, claim := range c.ContextClaims {
		if IsReserved(claim) {
			return fmt.Errorf("%w: the context claim %q has the name of what is in the context already", ErrConfig, claim)
		}
	}
	return nil
}

// IsReserved tells whether a name in the context is taken, by the authorizer itself or by API Gateway.
func IsReserved(name string) bool { return slices.Contains(reserved, name) }
