package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

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
		return WithoutRights(l.JWT.Issuers, requires)
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

// NamesKeys reports whether the function's answer may name an API key.
func (l Lambda) NamesKeys() bool { return l.Own || l.UsageKeyClaim() != "" }

// Tenant returns where the function's answer has the tenant of a caller.
func (l Lambda) Tenant(t Tenant) (string, error) {
	switch {
	case l.JWT == nil:
		return OwnTenant(t)
	case slices.ContainsFunc(l.JWT.Issuers, Issuer.takesIDTokens):
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

// JWT describes the settings of the included function.
type JWT struct {
	Issuers          []Issuer
	ContextClaims    []string
	DenyEscapedPaths bool
	UsageKeyClaim    string
	ProofTable       *ProofTable // nil without one
	Release          *Release    // nil without one
	Hooked           bool        // whether a main package of the app's own may give callers rights
}

func (j *JWT) check() (errs []error) {
	if len(j.Issuers) == 0 {
		errs = append(errs, errors.New("JWT.Issuers is empty: name at least one issuer"))
	}
	seen := map[string]bool{}
	for i, issuer := range j.Issuers {
		for _, err := range issuer.Check() {
			errs = append(errs, fmt.Errorf("JWT.Issuers[%d]: %w", i, err))
		}
		if seen[issuer.URL] {
			errs = append(errs, fmt.Errorf("JWT.Issuers[%d]: issuer %q is listed twice: give one issuer all its "+
				"audiences", i,
				issuer.URL))
		}
		seen[issuer.URL] = true
	}
	binds := slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return i.DPoPBound })
	errs = append(errs, j.ProofTable.check(binds)...)
	if err := j.checkOpaqueIssuers(); err != nil {
		errs = append(errs, err)
	}
	for _, err := range j.Release.Check() {
		errs = append(errs, fmt.Errorf("JWT.%w", err))
	}
	return append(errs, checkContextClaims("JWT.ContextClaims", j.ContextClaims)...)
}

// checkContextClaims checks the claims that a backend receives. The field that lists them is for errors.
func checkContextClaims(field string, claims []string) (errs []error) {
	for i, claim := range claims {
		switch {
		case claim == "":
			errs = append(errs, fmt.Errorf("%s has an empty name", field))
		case cdktoken.UnresolvedList(claim):
			errs = append(errs, fmt.Errorf("%s %s", field, cdktoken.ListProblem))
		case settings.IsReserved(claim):
			errs = append(errs, fmt.Errorf("%s has %q, a name that the context has already: leave it out",
				field, claim))
		case slices.Contains(claims[:i], claim):
			errs = append(errs, fmt.Errorf("%s has %q twice: leave one out", field, claim))
		}
	}
	return errs
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

// checkOpaqueIssuers refuses a second issuer of opaque tokens.
func (j *JWT) checkOpaqueIssuers() error {
	first := -1
	for n, i := range j.Issuers {
		switch {
		case !i.isOpaque():
		case first < 0:
			first = n
		default:
			return fmt.Errorf("JWT.Issuers[%d] and [%d] both have opaque tokens, which do not name their issuer, and "+
				"one issuer's tokens are not shown to another: guard the routes of one with an authorizer of their own "+
				"(GuardedBy), or set Introspection.VerifyJWTs where the tokens are JWTs", first, n)
		}
	}
	return nil
}

// Introspects reports whether any issuer is asked about its tokens.
func (j *JWT) Introspects() bool {
	return j != nil && slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return i.Introspection != nil })
}

// TakesOpaque reports whether any issuer has opaque tokens.
func (j *JWT) TakesOpaque() bool { return j != nil && slices.ContainsFunc(j.Issuers, Issuer.isOpaque) }

// OpaqueAlone reports whether the function verifies no JWTs, because it asks each issuer about each token.
func (j *JWT) OpaqueAlone() bool {
	return !slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return !i.isOpaque() })
}

// ChecksClients reports whether the claims that name a client are compared. This is so if Clients is set, and for
// access tokens of Amazon Cognito, which has the audience in the claim client_id.
func (j *JWT) ChecksClients() bool {
	return slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return len(i.Clients) > 0 || i.TokenUse == "access" })
}

// CacheTTL returns an authorizer's CacheTTL as given. If it is not given and an issuer is asked about its tokens, it
// returns the default for that.
func (l Lambda) CacheTTL(given time.Duration) time.Duration {
	if given == 0 && l.JWT.Introspects() {
		return introspectedTTL
	}
	return given
}
