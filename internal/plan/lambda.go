package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
)

// NoCache is the TTL that turns a cache off.
const NoCache = identity.NoCache

// Lambda describes the function that a Lambda authorizer invokes: the included one, with JWT, or the caller's own.
type Lambda struct {
	JWT *JWT
	Own bool
}

// Check returns what is wrong with the function.
func (l Lambda) Check() []error {
	switch {
	case l.JWT == nil && !l.Own:
		return []error{errors.New("neither JWT nor Function is set: JWT uses the included function, Function is your " +
			"own")}
	case l.JWT != nil && l.Own:
		return []error{errors.New("both JWT and Function are set: JWT uses the included function, Function is your " +
			"own")}
	case l.JWT != nil:
		return l.JWT.check()
	}
	return nil
}

// Enforces implements [Authorizer.Enforces] for the function.
func (l Lambda) Enforces(requires []access.Requirement) error {
	if l.JWT != nil {
		if err := checkLiteral(requires); err != nil || l.JWT.Hooked {
			return err
		}
		return issuer.WithoutRights(l.JWT.Issuers, requires)
	}
	if len(requires) == 0 || !l.Own { // with neither set, Check reports that, and JWT may be meant
		return nil
	}
	what := "a " + string(requires[0].Kind)
	if r := requires[0]; r.Kind == access.Either || r.Kind == access.ClaimHas || r.OfPath() {
		what = r.Subject()
	}
	return fmt.Errorf("your own Function decides alone, so nothing here enforces %s: use JWT instead of Function, "+
		"or leave the requirement out and let the function check it", what)
}

// Included describes the answers of the included function. It returns nil for another function.
func (l Lambda) Included(cached bool) *Included {
	if l.JWT == nil {
		return nil
	}
	out := &Included{Cached: cached, DenyEscapes: l.JWT.DenyEscapedPaths}
	for _, i := range l.JWT.Issuers {
		out.Issuers = append(out.Issuers, i.URL)
	}
	return out
}

// Caller implements [Authorizer.Caller] for the function.
func (l Lambda) Caller() Caller {
	if l.JWT == nil {
		return LambdaCaller
	}
	return IncludedCaller
}

// UsageKeyClaim returns the claim that the included function reads an API key from, or "".
func (l Lambda) UsageKeyClaim() string {
	if l.JWT == nil {
		return ""
	}
	return l.JWT.UsageKeyClaim
}

// boundBy returns the URL of the first issuer that binds its tokens in a given way, or "".
func (l Lambda) boundBy(way func(issuer.Issuer) bool) string {
	if l.JWT == nil {
		return ""
	}
	if i := slices.IndexFunc(l.JWT.Issuers, way); i >= 0 {
		return l.JWT.Issuers[i].URL
	}
	return ""
}

// NamesKeys reports whether the function's answer may name an API key.
func (l Lambda) NamesKeys() bool { return l.Own || l.UsageKeyClaim() != "" }

// Tenant returns where the function's answer has the tenant of a caller.
func (l Lambda) Tenant(t Tenant) (string, error) {
	switch {
	case l.JWT == nil:
		return OwnTenant(t)
	case slices.ContainsFunc(l.JWT.Issuers, issuer.Issuer.TakesIDTokens):
		if err := t.writtenByUsers(); err != nil {
			return "", err
		}
	}
	return IncludedTenant(t)
}

// checkLiteral refuses values that are known only at deployment. The values are written into the function's bundle,
// which is built earlier.
func checkLiteral(requires []access.Requirement) error {
	for _, r := range requires {
		switch {
		case slices.ContainsFunc(r.AnyOf, cdktoken.Unresolved):
			return fmt.Errorf("the %s is a CDK token, whose value is not known yet when the function is bundled: "+
				"write it out",
				r.Kind)
		case cdktoken.Unresolved(r.Claim):
			return errors.New("the claim's name is a CDK token, whose value is not known yet when the function is " +
				"bundled: write it out")
		}
		if err := checkLiteral(r.Either); err != nil {
			return err
		}
	}
	return nil
}

// maxEnvironment is how many bytes a Lambda function's environment may have in all.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxEnvironment = 4096

// CheckEnvironment refuses a configuration that does not fit into the included function's environment.
func (g *Guard) CheckEnvironment(config string) error {
	return checkEnvironment(g, config, "issuers, audiences or ContextClaims")
}

// CheckEnvironment refuses a configuration that does not fit into the login function's environment.
func (l *Login) CheckEnvironment(config string) error {
	return checkEnvironment(l, config, "Scopes, Parameters, audiences or origins of CORS")
}

func checkEnvironment(of fmt.Stringer, config, fewer string) error {
	if len(config) <= maxEnvironment-512 {
		return nil
	}
	return fmt.Errorf("%s: its configuration takes %d of the %d bytes of a Lambda function's environment: name fewer %s",
		of, len(config), maxEnvironment, fewer)
}

// introspectedTTL is an authorizer's default CacheTTL if it asks an issuer about tokens. It is short because API
// Gateway's cache does not know when a token expires, nor when it is revoked.
const introspectedTTL = time.Minute

// CacheTTL returns an authorizer's CacheTTL as given. If it is not given and an issuer is asked about its tokens, it
// returns the default for that.
func (l Lambda) CacheTTL(given time.Duration) time.Duration {
	if given == 0 && l.JWT.Introspects() {
		return introspectedTTL
	}
	return given
}
