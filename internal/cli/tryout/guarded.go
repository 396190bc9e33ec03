package tryout

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// iam adds a signed request and one without a signature.
func (m *maker) iam(t target) {
	if len(m.keys) > 0 {
		e := m.add(t, "signed with a development key that may call everything")
		e.Key, e.Region, e.allowed = &m.keys[0], m.api.Region, true
	}
	m.add(t, "without a signature")
}

// guarded adds a request with a token or a session, one without, and one with a token or a session that lacks what the
// route requires.
func (m *maker) guarded(ctx context.Context, t target) {
	full, bare, ok := m.credentials(ctx, t)
	if !ok {
		return
	}
	e := m.add(t, sufficient(t))
	e.allowed = true
	full(e)
	m.without(t, full)
	m.asBearer(t, full)
	if len(t.Requires) > 0 {
		bare(m.add(t, "with a "+lacking(t)))
	}
}

// without adds requests without a credential or a part of it.
func (m *maker) without(t target, full credential) {
	e := m.add(t, "without a "+t.noun())
	if !t.TakesSession {
		return
	}
	e.Headers = append(e.Headers, SameOrigin)
	e = m.add(t, "without Sec-Fetch-Site, which browsers send")
	full(e)
	e.Headers = slices.DeleteFunc(e.Headers, func(h string) bool { return h == SameOrigin })
}

// owner adds a request of the owner of what the path names, and one of another caller.
func (m *maker) owner(ctx context.Context, t target) {
	full, bare, ok := m.credentials(ctx, t)
	if !ok {
		return
	}
	e := m.add(t, "with a "+t.noun()+" "+having(t))
	e.allowed = true
	full(e)
	bare(m.add(t, "with a "+lacking(t)))
}

// keyed adds a request to a route that needs an API key besides its guard, and the same without the key.
func (m *maker) keyed(ctx context.Context, t target) {
	full, _, ok := m.credentials(ctx, t)
	if !ok {
		return
	}
	e := m.add(t, sufficient(t)+", and with its key")
	e.allowed = true
	full(e)
	m.withoutKey(t, e)
}

// noun returns "token" or "session", whichever the route accepts.
func (t target) noun() string {
	if t.TakesSession {
		return "session"
	}
	return "token"
}

// credential adds a token or a session to a request.
type credential func(*Example)

// credentials makes a token or a session that meets what a route requires, and a valid one without rights.
func (m *maker) credentials(ctx context.Context, t target) (full, bare credential, ok bool) {
	make := func(r devissuer.TokenRequest) (credential, error) {
		if t.TakesSession {
			return m.session(ctx, t, r)
		}
		token, err := m.Gateway.Issuer().Mint(r)
		if issuer, ok := m.issuer(t.method.Authorizer); ok && issuer.DPoPBound {
			return func(e *Example) { m.prove(e, r.Issuer, token) }, err
		}
		p := place{matrix.TokenSource(t.method.Authorizer)}
		return func(e *Example) { p.put(e, token) }, err
	}
	a := t.method.Authorizer
	issuer, ok := m.issuer(a)
	if !ok {
		besides := ""
		if key := APIKey(m.model, m.api, m.stage); t.APIKey && key != "" {
			besides = "; the API key that it needs besides is " + keyHeader + key
		}
		m.note(t, "no %s can be made for it: %s admits %s%s", t.noun(), a.ID, t.Who, besides)
		return nil, nil, false
	}
	request, err := m.tokenRequest(t, issuer)
	if err != nil {
		m.note(t, "%v", err)
		return nil, nil, false
	}
	if bare, err = make(request); err != nil {
		m.note(t, "no %s can be made for it: %v", t.noun(), err)
		return nil, nil, false
	}
	if len(t.Requires) == 0 {
		return bare, bare, true
	}
	Grant(&request, t.Requires)
	if full, err = make(request); err != nil {
		m.note(t, "no %s with %s can be made: %v", t.noun(), t.Who, err)
		return nil, nil, false
	}
	return full, bare, true
}

// sufficient describes the credential of an allowed request.
func sufficient(t target) string {
	if len(t.Requires) == 0 {
		return "with a valid " + t.noun()
	}
	return "with a " + t.noun() + " " + having(t)
}

// having describes a token or a session that meets what a route requires.
func having(t target) string {
	rights, others := split(t.Requires)
	switch {
	case others == "" && t.TakesSession:
		return "that has " + rights
	case others == "":
		return "that has " + t.Who
	case rights == "":
		return "for which " + others
	}
	return "that has " + rights + ", and for which " + others
}

// lacking describes one that does not.
func lacking(t target) string {
	rights, others := split(t.Requires)
	switch {
	case others != "":
		return "valid " + t.noun() + ", but not one " + having(t)
	case t.TakesSession:
		return "session that lacks " + rights
	}
	return "token that lacks " + t.Who
}

// split describes the requirements in two parts: scopes, groups and roles, and the rest.
func split(requires []access.Requirement) (rights, others string) {
	for _, r := range requires {
		to := &others
		switch r.Kind {
		case access.Scope, access.Group, access.Role:
			to = &rights
		}
		if *to != "" {
			*to += " and "
		}
		*to += r.String()
	}
	return rights, others
}

// Grant gives a token what meets the requirements. Path parameters are expected to be "1".
func Grant(request *devissuer.TokenRequest, requires []access.Requirement) {
	rights, _ := access.Least(requires) // never an error: synth rejects routes that no token may call
	request.Scopes, request.Groups, request.Roles = rights.Scopes, rights.Groups, rights.Roles
	if request.Claims == nil {
		request.Claims = map[string]any{}
	}
	for _, c := range rights.Claims {
		if request.Claims[c.Path] = c.Text; c.List != nil { // a claim named like the whole path has precedence
			request.Claims[c.Path] = c.List
		}
	}
	for _, r := range requires {
		for path := range r.Paths { // any of them will do
			if request.Claims[path.Claim] = parameterValue; path.Kind == access.PathIn {
				request.Claims[path.Claim] = []string{parameterValue}
			}
			break
		}
	}
}

// tokenRequest returns a request for a token without rights, of an issuer that the authorizer of a route accepts.
func (m *maker) tokenRequest(t target, issuer devissuer.Issuer) (devissuer.TokenRequest, error) {
	request := devissuer.TokenRequest{Issuer: issuer.URL, Use: issuer.Use}
	switch {
	case slices.Contains(issuer.Audiences, m.Audience):
		request.Audience = m.Audience
	case len(issuer.Audiences) > 0:
		request.Audience = issuer.Audiences[0]
	}
	if t.Kind != matrix.Cognito {
		return request, nil
	}
	if claim, is := strings.CutPrefix(t.method.Integration.Tenant(), "context.authorizer.claims."); is {
		request.Claims = map[string]any{claim: tenant.Sample} // a user pool's authorizer does not require it, but Lambda does
	}
	request.Use = devissuer.ID
	if len(t.method.Scopes) > 0 {
		if a := t.method.Authorizer; a.Validation != "" {
			return request, fmt.Errorf("no token passes: %s compares aud, and access tokens of Amazon Cognito have none",
				a.ID)
		}
		request.Use = devissuer.Access
	}
	return request, nil
}

// issuer returns an issuer whose tokens an authorizer accepts.
func (m *maker) issuer(a *apimodel.Authorizer) (devissuer.Issuer, bool) {
	tokens := m.Gateway.Issuer()
	if tokens == nil {
		return devissuer.Issuer{}, false
	}
	var found []devissuer.Issuer
	for _, i := range tokens.Issuers() {
		if slices.Contains(i.TakenBy, a.ID.String()) {
			found = append(found, i)
		}
	}
	for _, i := range found {
		if i.URL == m.Issuer && (m.Audience == "" || slices.Contains(i.Audiences, m.Audience)) {
			return i, true
		}
	}
	if len(found) == 0 {
		return devissuer.Issuer{}, false
	}
	return found[0], true
}

// place is where a request carries its token.
type place struct {
	authz.TokenSource
}

func (p place) put(e *Example, token string) {
	switch p.Kind {
	case authz.Cookie:
		e.Headers = append(e.Headers, "Cookie: "+p.Name+"="+token)
	case authz.QueryString:
		e.addQuery(p.Name, token)
	default:
		e.Headers = append(e.Headers, p.Name+": Bearer "+token)
	}
}
