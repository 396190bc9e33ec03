package cognito

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// Defaults of validity.
const (
	defaultAccess  = 15 * time.Minute
	defaultRefresh = 12 * time.Hour // as the longest age of a session
	defaultMachine = time.Hour
)

// The bounds of validity.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
const (
	minAccess, maxAccess   = 5 * time.Minute, 24 * time.Hour
	minRefresh, maxRefresh = time.Hour, 10 * 365 * 24 * time.Hour
)

// What Cognito takes as a domain's prefix and as a group's name.
// Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html and
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html
var (
	prefixes   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	groupNames = regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`)
)

// check looks at all of the props, and makes the resource servers of the table.
func (p *Props) check() (*scopes, []error) {
	scopes, errs := newScopes(p.Routes, p.ResourceServers)
	errs = append(errs, p.checkPlan()...)
	errs = append(errs, p.checkDomain())
	errs = append(errs, p.checkProviders()...)
	errs = append(errs, p.checkGroups()...)
	if errors.Join(errs...) == nil { // what is wrong with scopes is said once
		errs = append(errs, p.checkClients(scopes)...)
		errs = append(errs, p.checkTrigger(scopes)...)
	}
	return scopes, errs
}

// lite reports whether the pool lacks what the other plans have.
func (p *Props) lite() bool { return p.FeaturePlan == awscognito.FeaturePlan_LITE }

// managed reports whether the pages are those of managed login.
func (p *Props) managed() bool {
	return p.ManagedLoginVersion != awscognito.ManagedLoginVersion_CLASSIC_HOSTED_UI
}

func (p *Props) checkPlan() (errs []error) {
	plans := []awscognito.FeaturePlan{
		"", awscognito.FeaturePlan_LITE, awscognito.FeaturePlan_ESSENTIALS, awscognito.FeaturePlan_PLUS,
	}
	if !slices.Contains(plans, p.FeaturePlan) {
		errs = append(errs, fmt.Errorf("FeaturePlan %q: want LITE, ESSENTIALS or PLUS", p.FeaturePlan))
	}
	if p.lite() && p.managed() {
		errs = append(errs, errors.New("FeaturePlan LITE has no managed login pages: set ManagedLoginVersion to "+
			"CLASSIC_HOSTED_UI, or FeaturePlan to ESSENTIALS"))
	}
	given := p.UserPoolProps
	if given == nil {
		return errs
	}
	if given.FeaturePlan != "" {
		errs = append(errs, errors.New("UserPoolProps.FeaturePlan is set: use FeaturePlan of the Props"))
	}
	protects := given.StandardThreatProtectionMode != "" &&
		given.StandardThreatProtectionMode != awscognito.StandardThreatProtectionMode_NO_ENFORCEMENT ||
		given.CustomThreatProtectionMode != ""
	if protects && p.FeaturePlan != awscognito.FeaturePlan_PLUS {
		errs = append(errs, fmt.Errorf("UserPoolProps has threat protection, which FeaturePlan %s does not have: set it "+
			"to PLUS", cmp.Or(p.FeaturePlan, awscognito.FeaturePlan_ESSENTIALS)))
	}
	return errs
}

func (p *Props) checkDomain() error {
	switch d := p.CustomDomain; {
	case d == nil && p.DomainPrefix == "":
		return errors.New("there is no domain, where users sign in and clients get tokens: set DomainPrefix, like " +
			`"notes-example", or CustomDomain`)
	case d != nil && p.DomainPrefix != "":
		return fmt.Errorf("DomainPrefix %q and CustomDomain are both set: leave one out", p.DomainPrefix)
	case d != nil:
		return d.check()
	case plan.Unresolved(p.DomainPrefix):
		return nil
	case !prefixes.MatchString(p.DomainPrefix):
		return fmt.Errorf("DomainPrefix %q: want 1 to 63 lowercase letters, digits and hyphens, without a hyphen at either "+
			"end, like %q", p.DomainPrefix, "notes-example")
	}
	for _, word := range []string{"aws", "amazon", "cognito"} {
		if strings.Contains(p.DomainPrefix, word) {
			return fmt.Errorf("DomainPrefix %q has %q in it, which Cognito reserves: take another prefix", p.DomainPrefix, word)
		}
	}
	return nil
}

func (d *CustomDomain) check() error {
	if !plan.Unresolved(d.Name) && (d.Name == "" || strings.ContainsAny(d.Name, "/:_") || !strings.Contains(d.Name, ".")) {
		return fmt.Errorf("CustomDomain.Name %q: want a domain without scheme, like %q", d.Name, "login.example.com")
	}
	if d.Certificate == nil {
		return fmt.Errorf("CustomDomain.Certificate is nil: give it the certificate of %q, in us-east-1", d.Name)
	}
	// arn:aws:acm:us-east-1:111122223333:certificate/...
	if parts := strings.Split(*d.Certificate.CertificateArn(), ":"); len(parts) > 3 && !plan.Unresolved(parts[3]) &&
		strings.HasPrefix(parts[0], "arn") && parts[3] != "us-east-1" {
		return fmt.Errorf("CustomDomain.Certificate is in %s: want one in us-east-1, where Amazon CloudFront looks for it",
			parts[3])
	}
	return nil
}

func (p *Props) checkProviders() (errs []error) {
	if p.Google != nil {
		if err := p.Google.check(); err != nil {
			errs = append(errs, fmt.Errorf("Google: %w", err))
		}
	}
	var names []string
	for i, provider := range p.Providers {
		if provider == nil {
			errs = append(errs, fmt.Errorf("Providers[%d] is nil: give it an OIDC or a SAML", i))
			continue
		}
		name := provider.name()
		err := checkProviderName(name)
		if slices.Contains(names, name) {
			err = errors.New("there is a second provider of this Name: give it another")
		}
		names = append(names, name)
		if err = errors.Join(err, provider.check()); err != nil {
			errs = append(errs, fmt.Errorf("Providers[%d] %q: %w", i, name, err))
		}
	}
	if p.NoLocalUsers && p.Google == nil && len(p.Providers) == 0 {
		errs = append(errs, errors.New("NoLocalUsers is set, and there is neither Google nor one of Providers, so that no "+
			"user could sign in: add one"))
	}
	return errs
}

func (p *Props) checkGroups() (errs []error) {
	for i, g := range p.Groups {
		switch {
		case !plan.Unresolved(g.Name) && (!groupNames.MatchString(g.Name) || len([]rune(g.Name)) > 128):
			errs = append(errs, fmt.Errorf("Groups[%d]: Name %q: want 1 to 128 characters without spaces", i, g.Name))
		case slices.ContainsFunc(p.Groups[:i], func(b Group) bool { return b.Name == g.Name }):
			errs = append(errs, fmt.Errorf("Groups[%d]: there is a second group %q: leave one out", i, g.Name))
		}
	}
	return errs
}

// checkTrigger looks at the scopes of groups.
func (p *Props) checkTrigger(s *scopes) (errs []error) {
	for i, g := range p.Groups {
		if err := s.known(g.Scopes); err != nil {
			errs = append(errs, fmt.Errorf("Groups[%d] %q: in Scopes: %w", i, g.Name, err))
			continue
		}
		for _, scope := range g.Scopes {
			if slices.Contains(standard, scope) {
				errs = append(errs, fmt.Errorf("Groups[%d] %q: in Scopes: %q is not of a resource server, and groups do not "+
					"decide on it: leave it out", i, g.Name, scope))
			}
		}
		if len(g.Scopes) > 0 && plan.Unresolved(g.Name) {
			errs = append(errs, fmt.Errorf("the Name of Groups[%d] is a CDK token, and it has Scopes: write it out", i))
		}
	}
	config, needed := p.trigger(s)
	if !needed || len(errs) > 0 {
		return errs
	}
	if p.lite() {
		errs = append(errs, errors.New("FeaturePlan LITE has no trigger that decides on scopes, and Groups have Scopes: set "+
			"it to ESSENTIALS, or leave Scopes out and require groups in the table"))
	}
	if given := p.UserPoolProps; given != nil && given.LambdaTriggers != nil &&
		given.LambdaTriggers.PreTokenGeneration != nil {
		errs = append(errs, errors.New("UserPoolProps has a pre token generation trigger, and Groups have Scopes, for which "+
			"the library has one: leave one of them out"))
	}
	if err := config.Check(); err != nil {
		errs = append(errs, fmt.Errorf("the scopes of Groups: %w", err))
	}
	return errs
}

// trigger is the trigger's configuration, and whether there is one.
func (p *Props) trigger(s *scopes) (config pretoken.Config, needed bool) {
	config = pretoken.Config{Groups: map[string][]string{}, Scopes: s.all()}
	for _, g := range p.Groups {
		if len(g.Scopes) > 0 {
			config.Groups[g.Name] = g.Scopes
		}
	}
	return config, len(config.Groups) > 0
}

func (p *Props) checkClients(s *scopes) (errs []error) {
	bad := func(name string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if p.Origin == "" {
		if p.Path != "" || p.BasePath != "" || p.AfterLogout != "" || len(p.Browser.Scopes) > 0 ||
			p.Browser.AccessTokenValidity != 0 || p.Browser.RefreshTokenValidity != 0 {
			errs = append(errs, errors.New("there is no Origin, and Path, BasePath, AfterLogout and Browser are of the "+
				`login's client: set Origin, like "https://notes.example.com"`))
		}
	} else {
		errs = append(errs, p.login().CheckPlace()...)
		bad("Browser", p.Browser.client().check(s))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Pages)) {
		page := p.Pages[name]
		field := fmt.Sprintf("Pages[%q]", name)
		bad(field, checkName(name))
		bad(field, page.client().check(s))
		if len(page.CallbackURLs) == 0 {
			bad(field, errors.New("CallbackURLs is empty: give the URL that users come back to, like "+
				`"https://app.example.com/signed-in"`))
		}
		for _, u := range append(slices.Clone(page.CallbackURLs), page.LogoutURLs...) {
			bad(field, checkURL(u))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Machines)) {
		m := p.Machines[name]
		field := fmt.Sprintf("Machines[%q]", name)
		bad(field, checkName(name))
		bad(field, m.client().check(s))
		if len(m.Scopes) == 0 {
			bad(field, errors.New("it has no Scopes, and Cognito makes no client for client credentials without: name "+
				"some of the table's"))
		}
		for _, scope := range m.Scopes {
			if slices.Contains(standard, scope) {
				bad(field, fmt.Errorf("the scope %q says something of a user, and a machine is not one: leave it out", scope))
			}
		}
	}
	return errs
}

// login describes the place of the login.
func (p *Props) login() *plan.Login {
	return &plan.Login{Origin: p.Origin, Path: p.Path, BasePath: p.BasePath, AfterLogout: p.AfterLogout}
}

// checkName wants a name that can be in a construct's path.
func checkName(name string) error {
	if name == "" || plan.Unresolved(name) || strings.ContainsAny(name, "/ ") {
		return fmt.Errorf("the name %q: want one without slashes and spaces: it is a part of the construct's path", name)
	}
	return nil
}

// checkURL wants what Cognito takes as a callback or sign-out URL.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html
func checkURL(s string) error {
	if plan.Unresolved(s) {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || !u.IsAbs() || u.Host == "" && u.Path == "" && u.Opaque == "":
		return fmt.Errorf("the URL %q: want an absolute one, like %q", s, "https://app.example.com/signed-in")
	case u.Fragment != "" || strings.Contains(s, "#"):
		return fmt.Errorf("the URL %q has a fragment, which Cognito refuses: leave it out", s)
	case u.Scheme == "http" && u.Hostname() != "localhost":
		return fmt.Errorf("the URL %q is not https, and Cognito takes http for localhost alone", s)
	case u.Scheme == "https" && u.Host == "":
		return fmt.Errorf("the URL %q has no host", s)
	}
	return nil
}

// client is what all kinds of client have.
type client struct {
	scopes          []string // nil for all of the table's
	access, refresh time.Duration
}

func (b Browser) client() client {
	return client{b.Scopes, cmp.Or(b.AccessTokenValidity, defaultAccess), cmp.Or(b.RefreshTokenValidity, defaultRefresh)}
}

func (p Page) client() client {
	return client{p.Scopes, cmp.Or(p.AccessTokenValidity, defaultAccess), cmp.Or(p.RefreshTokenValidity, defaultRefresh)}
}

func (m Machine) client() client {
	return client{m.Scopes, cmp.Or(m.AccessTokenValidity, defaultMachine), maxRefresh}
}

func (c client) check(s *scopes) error {
	if err := s.known(c.scopes); err != nil {
		return fmt.Errorf("in Scopes: %w", err)
	}
	switch n := len(c.all(s)); {
	case n > maxClientScopes:
		return fmt.Errorf("the client may ask for %d scopes, and Cognito takes %d: name those that it needs in Scopes", n,
			maxClientScopes)
	case c.access < minAccess || c.access > maxAccess || c.access%time.Minute != 0:
		return fmt.Errorf("AccessTokenValidity %s: want whole minutes from %s to %s", c.access, minAccess, maxAccess)
	case c.refresh < minRefresh || c.refresh > maxRefresh || c.refresh%time.Minute != 0:
		return fmt.Errorf("RefreshTokenValidity %s: want whole minutes from %s to %s", c.refresh, minRefresh, maxRefresh)
	case c.access > c.refresh:
		return fmt.Errorf("AccessTokenValidity %s is longer than RefreshTokenValidity %s, which Cognito refuses: lower it",
			c.access, c.refresh)
	}
	return nil
}

// all are the scopes that a client of users may ask for.
func (c client) all(s *scopes) []string {
	list := c.scopes
	if len(list) == 0 {
		list = s.table
	}
	out := []string{"openid"}
	for _, scope := range list {
		if scope != "openid" {
			out = append(out, scope)
		}
	}
	return out
}
