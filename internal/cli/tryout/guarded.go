package tryout

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// iam adds a signed request and one without a signature.
func (m *maker) iam(t target) {
	if len(m.keys) > 0 {
		e := m.add(t, "signed with a development key that may call everything")
		e.Key, e.Region, e.allowed = &m.keys[0], m.api.Region, true
	}
	m.add(t, "without a signature")
}

// token adds a request with a token, one without, and one with a token that lacks what the route requires.
func (m *maker) token(t target) {
	a := t.method.Authorizer
	issuer, ok := m.issuer(a)
	if !ok {
		m.note(t, "no token can be made for it: %s admits %s", a.ID, t.Who)
		return
	}
	request, err := m.tokenRequest(t, issuer)
	if err != nil {
		m.note(t, "%v", err)
		return
	}
	bare, err := m.Gateway.Issuer().Mint(request)
	if err != nil {
		m.note(t, "no token can be made for it: %v", err)
		return
	}
	rights, _ := access.Least(t.Requires) // a route that no token may call is refused at synth
	request.Scopes, request.Groups, request.Roles = rights.Scopes, rights.Groups, rights.Roles
	for _, c := range rights.Claims {
		if request.Claims == nil {
			request.Claims = map[string]any{}
		}
		if request.Claims[c.Path] = c.Text; c.List != nil { // a claim of the whole path's name comes first
			request.Claims[c.Path] = c.List
		}
	}
	for _, r := range t.Requires {
		for path := range r.Paths { // the first one will do
			if request.Claims == nil {
				request.Claims = map[string]any{}
			}
			if request.Claims[path.Claim] = parameterValue; path.Kind == access.PathIn {
				request.Claims[path.Claim] = []string{parameterValue}
			}
			break
		}
	}
	full, with := bare, "with a valid token"
	if len(t.Requires) > 0 {
		if full, err = m.Gateway.Issuer().Mint(request); err != nil {
			m.note(t, "no token with %s can be made: %v", t.Who, err)
			return
		}
		with = "with a token that has " + t.Who
	}
	p := place{TokenSource(a)}
	e := m.add(t, with)
	e.allowed = true
	p.put(e, full)
	m.add(t, "without a token")
	if len(t.Requires) > 0 {
		p.put(m.add(t, "with a token that lacks "+t.Who), bare)
	}
}

// tokenRequest is for a token of an issuer that the authorizer of a route accepts, without rights.
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

// issuer returns one whose tokens an authorizer accepts.
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

// TokenSource returns where an authorizer looks for the token first. For an authorizer function of the app's own, it is
// the Authorization header.
func TokenSource(a *apimodel.Authorizer) authz.TokenSource {
	p := authz.TokenSource{Kind: authz.Header, Name: "Authorization"}
	if a.Type != apimodel.RequestAuthorizer {
		if len(a.IdentitySources) > 0 {
			p.Name = a.IdentitySources[0].Name
		}
		return p
	}
	if a.Function == nil {
		return p
	}
	config, err := authz.FromEnvironment(func(name string) string { return a.Function.Environment[name] })
	if err == nil && len(config.TokenSources) > 0 {
		p = config.TokenSources[0]
	}
	return p
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
