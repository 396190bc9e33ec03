package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// Domain returns the API's domain, or nil.
func (p *Plan) Domain() *domain.Domain { return p.props.Domain }

// Use describes how the API uses its domain, for the checks of the other APIs in an app.
func (p *Plan) Use() domain.Use {
	d := p.props.Domain
	return domain.Use{Name: d.DomainName(), BasePaths: d.Paths(), Rules: d.Rules, Patterns: p.table.Patterns()}
}

// checkDomain checks the domain and the API together.
func (p *Plan) checkDomain() (errs []error) {
	d, r := p.props.Domain, p.props.RestAPI
	errs = p.checkCertificates(d)
	if d == nil {
		return errs
	}
	errs = append(errs, d.Check()...)
	bad := func(what string) { errs = append(errs, errors.New(what)) }
	if p.Stage == "" {
		bad("Domain is set, and RestApiProps.Deploy is false, so that there is no stage to map it to: leave one out")
	}
	switch {
	case r.isPrivate() && !d.IsPrivate():
		bad("Domain is set, and only a private domain can lead to an API that is PRIVATE: set Domain.Private, or " +
			"leave Domain out")
	case !r.isPrivate() && d.IsPrivate():
		bad("Domain is private, and the API is not: set RestApiProps.EndpointTypes to EndpointType_PRIVATE, and name the " +
			"VPC endpoints in ResourcePolicy.AllowVPCEndpoints as well")
	}
	if r != nil && r.DomainName {
		bad("RestApiProps.DomainName is set beside Props.Domain: leave it out")
	}
	if r != nil && r.KeepsExecuteAPI {
		// The API's own endpoint does not ask for a certificate.
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
		switch {
		case d.NoExecuteAPI:
			bad("RestApiProps.DisableExecuteApiEndpoint is false beside Domain.NoExecuteAPI: leave one out")
		case d.MutualTLS != nil || d.Of != nil && d.Of.MutualTLS:
			bad("RestApiProps.DisableExecuteApiEndpoint is false, and the domain has MutualTLS: callers without a certificate " +
				"would reach the API by its execute-api endpoint; leave it out, which closes that endpoint")
		}
	}
	if len(errs) == 0 {
		errs = append(errs, p.checkLoginsAtDomain()...)
		errs = append(errs, p.checkReservedPaths()...)
	}
	return errs
}

// checkReservedPaths refuses routes at paths of a domain that API Gateway reserves for its own health check.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
func (p *Plan) checkReservedPaths() (errs []error) {
	for _, base := range p.props.Domain.Roots() {
		for _, r := range p.table.Patterns() {
			path := strings.TrimSuffix(strings.TrimSuffix("/"+base, "/")+r.Path(), "/")
			if cdktoken.Unresolved(base) || path != "/ping" && path != "/sping" {
				continue
			}
			errs = append(errs, fmt.Errorf("route %q is at %q of the Domain, where API Gateway answers for its own health "+
				"check, so that the route is never called: give it another path, or the API a base path in "+
				"Domain.BasePaths", r, path))
		}
	}
	return errs
}

// ClosesExecuteAPI reports whether the API's own endpoint is closed: because the domain requires client certificates,
// because it may do so as it is imported, or because the props say so.
func (p *Plan) ClosesExecuteAPI() bool {
	d, r := p.props.Domain, p.props.RestAPI
	switch {
	case d == nil:
		return false
	case d.NoExecuteAPI, d.MutualTLS != nil:
		return true
	case d.Of == nil:
		return false
	}
	return d.Of.MutualTLS || d.Of.Imported && (r == nil || !r.KeepsExecuteAPI)
}

// APIPolicy returns the security policy of the API itself and its access mode, or "". It is the policy of the props, or
// the enhanced policy of the API's domain. API Gateway negotiates TLS by the API's own policy even for callers that use
// the domain. An edge-optimized API cannot take over a policy for a Region.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html
func (p *Plan) APIPolicy() (policy, mode string) {
	if policy = p.props.SecurityPolicy; policy != "" {
		mode = p.props.EndpointAccessMode
		if mode == "" && domain.Enhanced(policy) {
			mode = "STRICT"
		}
		return policy, mode
	}
	return p.policyOfDomain()
}

// policyOfDomain returns the policy that the API takes over from its domain, or "".
func (p *Plan) policyOfDomain() (policy, mode string) {
	d, r := p.props.Domain, p.props.RestAPI
	if d == nil || !domain.Enhanced(d.SecurityPolicy()) || d.IsEdge() != (r != nil && r.Edge) {
		return "", ""
	}
	return d.SecurityPolicy(), d.AccessMode()
}

// checkAPIPolicy refuses policies that API Gateway would refuse at deployment, and two policies at once.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
func (p *Plan) checkAPIPolicy() (errs []error) {
	policy, mode, r := p.props.SecurityPolicy, p.props.EndpointAccessMode, p.props.RestAPI
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	edge := r != nil && r.Edge
	switch of, _ := p.policyOfDomain(); {
	case policy == "" && mode != "":
		bad("EndpointAccessMode is set without SecurityPolicy: set both, or leave it out")
	case policy == "" || cdktoken.Unresolved(policy):
	case of != "":
		bad("SecurityPolicy is set, and the API takes the one of its Domain, %s: leave it out", of)
	case policy != domain.TLS10 && policy != domain.TLS12 && !domain.Enhanced(policy):
		bad("SecurityPolicy %q: want one whose name begins with SecurityPolicy_, TLS_1_2 or TLS_1_0", policy)
	case !domain.Enhanced(policy) && mode != "":
		bad("EndpointAccessMode is set beside the security policy %s, and only policies whose names begin with "+
			"SecurityPolicy_ have one: leave it out, or take such a policy", policy)
	case domain.Enhanced(policy) && domain.EdgePolicy(policy) != edge:
		bad("SecurityPolicy %s does not fit the API's type of endpoint: use one that ends in _EDGE for an "+
			"edge-optimized API, and one that does not for a REGIONAL or PRIVATE one", policy)
	}
	if mode != "" && mode != "STRICT" && mode != "BASIC" {
		bad("EndpointAccessMode %q: want STRICT or BASIC", mode)
	}
	return errs
}

// enhancedTLS names the field that sets an enhanced security policy for a Region, or returns "".
func (p *Plan) enhancedTLS() string {
	d := p.props.Domain
	switch {
	case domain.EnhancedForRegion(p.props.SecurityPolicy):
		return "the API"
	case p.props.RestAPI != nil && p.props.RestAPI.EnhancedTLS:
		return "RestApiProps.DomainName"
	case d != nil && domain.EnhancedForRegion(d.SecurityPolicy()):
		return "Domain"
	}
	return ""
}

// checkLoginsAtDomain refuses a login whose users come through the domain but whose BasePath is not one of the
// domain's.
func (p *Plan) checkLoginsAtDomain() (errs []error) {
	d := p.props.Domain
	for _, l := range p.Logins {
		if l.Origin != "https://"+d.DomainName() || cdktoken.Unresolved(l.BasePath) {
			continue
		}
		path := strings.TrimPrefix(l.BasePath, "/")
		if slices.Contains(d.Roots(), path) || slices.ContainsFunc(d.Roots(), cdktoken.Unresolved) {
			continue
		}
		errs = append(errs, fmt.Errorf("%s has BasePath %q, and Domain, which is its Origin, has the API at %s: set it to "+
			"%q, or the provider would send browsers to a path where the login is not", l, l.BasePath, pathsInWords(d.Roots()),
			strings.TrimSuffix("/"+d.Roots()[0], "/")))
	}
	return errs
}

func pathsInWords(paths []string) string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = fmt.Sprintf("%q", "/"+p)
	}
	return strings.Join(out, ", ")
}

// LoginElsewhere returns a warning about the first login whose origin is not the API's domain, or "". A distribution in
// front of the domain is a good reason for such an origin, so the warning can be acknowledged by its ID.
func (p *Plan) LoginElsewhere(id string) string {
	d := p.props.Domain
	if d == nil {
		return ""
	}
	for _, l := range p.Logins {
		host := l.Host()
		name := d.DomainName()
		if cdktoken.Unresolved(host) || cdktoken.Unresolved(name) || host == name {
			continue
		}
		if rest, wild := strings.CutPrefix(name, "*"); wild &&
			strings.HasSuffix(host, rest) && !strings.Contains(strings.TrimSuffix(host, rest), ".") {
			continue
		}
		return fmt.Sprintf("%s has the Origin %q, and the API's domain is %q: browsers send the session's cookie to "+
			"the host of Origin alone, so that calls of %[3]q have no session. Set Origin to %q; or acknowledge %q, "+
			"where what answers for Origin passes requests on to the domain", l, l.Origin, name, "https://"+name, id)
	}
	return ""
}
