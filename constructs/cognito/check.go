package cognito

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
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
	case cdktoken.Unresolved(p.DomainPrefix):
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
	isHost := d.Name != "" && !strings.ContainsAny(d.Name, "/:_") && strings.Contains(d.Name, ".")
	if !cdktoken.Unresolved(d.Name) && !isHost {
		return fmt.Errorf("CustomDomain.Name %q: want a domain without scheme, like %q", d.Name, "login.example.com")
	}
	if d.Certificate == nil {
		return fmt.Errorf("CustomDomain.Certificate is nil: give it the certificate of %q, in us-east-1", d.Name)
	}
	// arn:aws:acm:us-east-1:111122223333:certificate/...
	if parts := strings.Split(*d.Certificate.CertificateArn(), ":"); len(parts) > 3 && !cdktoken.Unresolved(parts[3]) &&
		strings.HasPrefix(parts[0], "arn") && parts[3] != "us-east-1" {
		return fmt.Errorf("CustomDomain.Certificate is in %s: want one in us-east-1, where Amazon CloudFront looks for it",
			parts[3])
	}
	return nil
}

func (p *Props) checkProviders() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if p.Google != nil {
		if err := p.Google.check(); err != nil {
			bad("Google: %w", err)
		}
	}
	var names []string
	for i, provider := range p.Providers {
		if provider == nil {
			bad("Providers[%d] is nil: give it an OIDC or a SAML", i)
			continue
		}
		name := provider.name()
		err := checkProviderName(name)
		if slices.Contains(names, name) {
			err = errors.New("there is a second provider of this Name: give it another")
		}
		names = append(names, name)
		if err = errors.Join(err, provider.check()); err != nil {
			bad("Providers[%d] %q: %w", i, name, err)
		}
	}
	if given := p.UserPoolProps; given != nil && (p.Google != nil || len(p.Providers) > 0) {
		if a := given.StandardAttributes; a != nil && (fixed(a.Email) || fixed(a.Fullname)) {
			bad("UserPoolProps.StandardAttributes has an Email or a Fullname that is not Mutable, which Cognito writes at " +
				"each sign-in of a user from Google or one of Providers: their second sign-in would fail. Leave Mutable out")
		}
	}
	if p.NoLocalUsers && p.Google == nil && len(p.Providers) == 0 {
		bad("NoLocalUsers is set, and there is neither Google nor one of Providers, so that no " +
			"user could sign in: add one")
	}
	return errs
}

// fixed reports whether users have the attribute for good.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html
func fixed(a *awscognito.StandardAttribute) bool {
	return a != nil && a.Mutable != nil && !*a.Mutable
}

func (p *Props) checkGroups() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	for i, g := range p.Groups {
		switch {
		case !cdktoken.Unresolved(g.Name) && (!groupNames.MatchString(g.Name) || len([]rune(g.Name)) > 128):
			bad("Groups[%d]: Name %q: want 1 to 128 characters without spaces", i, g.Name)
		case slices.ContainsFunc(p.Groups[:i], func(b Group) bool { return b.Name == g.Name }):
			bad("Groups[%d]: there is a second group %q: leave one out", i, g.Name)
		}
	}
	return errs
}

// checkTrigger looks at the scopes of groups.
func (p *Props) checkTrigger(s *scopes) (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	for i, g := range p.Groups {
		if err := s.known(g.Scopes); err != nil {
			bad("Groups[%d] %q: in Scopes: %w", i, g.Name, err)
			continue
		}
		for _, scope := range g.Scopes {
			if slices.Contains(standard, scope) {
				bad("Groups[%d] %q: in Scopes: %q is not of a resource server, and groups do not "+
					"decide on it: leave it out", i, g.Name, scope)
			}
		}
		if len(g.Scopes) > 0 && cdktoken.Unresolved(g.Name) {
			bad("the Name of Groups[%d] is a CDK token, and it has Scopes: write it out", i)
		}
	}
	config, needed := p.trigger(s)
	if !needed || len(errs) > 0 {
		return errs
	}
	if p.lite() {
		bad("FeaturePlan LITE has no trigger that decides on scopes, and Groups have Scopes: set " +
			"it to ESSENTIALS, or leave Scopes out and require groups in the table")
	}
	if given := p.UserPoolProps; given != nil && given.LambdaTriggers != nil &&
		given.LambdaTriggers.PreTokenGeneration != nil {
		bad("UserPoolProps has a pre token generation trigger, and Groups have Scopes, for which " +
			"the library has one: leave one of them out")
	}
	if err := config.Check(); err != nil {
		bad("the scopes of Groups: %w", err)
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
