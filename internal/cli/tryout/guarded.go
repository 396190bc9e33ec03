package tryout

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// iam is a signed request and one without a signature.
func (m *maker) iam(t target) {
	if len(m.Keys) > 0 {
		e := m.add(t, 200, "signed with a development key that may call everything")
		e.Key, e.Region = &m.Keys[0], m.api.Region
	}
	m.add(t, 403, "without a signature")
}

// token is a request with a token, one without, and one with a token that lacks what the route asks for.
func (m *maker) token(t target) {
	a := t.method.Authorizer
	issuer, ok := m.issuer(a)
	if !ok {
		m.note(t, "no token can be made for it: %s lets in %s", a.ID, t.Who)
		return
	}
	request := devissuer.TokenRequest{Issuer: issuer.URL, Use: issuer.Use}
	switch {
	case slices.Contains(issuer.Audiences, m.Audience):
		request.Audience = m.Audience
	case len(issuer.Audiences) > 0:
		request.Audience = issuer.Audiences[0]
	}
	if t.Kind == matrix.Cognito {
		request.Use = devissuer.ID
		if len(t.method.Scopes) > 0 {
			if a.Validation != "" {
				m.note(t, "no token passes: %s compares aud, and access tokens of Amazon Cognito have none", a.ID)
				return
			}
			request.Use = devissuer.Access
		}
	}
	bare, err := m.Tokens.Mint(request)
	if err != nil {
		m.note(t, "no token can be made for it: %v", err)
		return
	}
	for _, r := range t.Requires {
		switch r.Kind {
		case access.Scope:
			request.Scopes = append(request.Scopes, r.AnyOf[0])
		case access.Group:
			request.Groups = append(request.Groups, r.AnyOf[0])
		case access.Role:
			request.Roles = append(request.Roles, r.AnyOf[0])
		}
	}
	full := bare
	if len(t.Requires) > 0 {
		if full, err = m.Tokens.Mint(request); err != nil {
			m.note(t, "no token with %s can be made: %v", t.Who, err)
			return
		}
	}
	p := place{TokenSource(a)}
	with := "with a token that has " + t.Who
	if len(t.Requires) == 0 {
		with = "with a valid token"
	}
	p.put(m.add(t, 200, with), full)
	m.add(t, 401, "without a token")
	if len(t.Requires) > 0 {
		// Amazon Cognito authorizers answer both by 401; a Lambda authorizer's Deny is 403.
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
		status := 403
		if t.Kind == matrix.Cognito {
			status = 401
		}
		p.put(m.add(t, status, "with a token that has none of that"), bare)
	}
}

// issuer is one whose tokens an authorizer takes.
func (m *maker) issuer(a *apimodel.Authorizer) (devissuer.Issuer, bool) {
	if m.Tokens == nil {
		return devissuer.Issuer{}, false
	}
	var found []devissuer.Issuer
	for _, i := range m.Tokens.Issuers() {
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

// place is where a request has its token.
type place struct {
	authz.TokenSource
}

// TokenSource is where an authorizer looks for the token first. Where only a function of the app's own knows, it is the
// Authorization header.
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
		separator := "?"
		if strings.Contains(e.URL, "?") {
			separator = "&"
		}
		e.URL += separator + url.QueryEscape(p.Name) + "=" + token
	default:
		e.Headers = append(e.Headers, p.Name+": Bearer "+token)
	}
}
