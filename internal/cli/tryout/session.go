package tryout

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// SameOrigin is the header that a browser sends with a request of an app's own page.
const SameOrigin = "Sec-Fetch-Site: same-origin"

// appBase returns the URL before the paths of an API in a browser.
func (m *maker) appBase() string {
	for _, app := range m.Gateway.Apps() {
		if app.API == m.api {
			return app.URL(apigateway.AppOrigin(m.URL))
		}
	}
	return m.URL + "/" + m.mount
}

// session makes a session with the requested token.
func (m *maker) session(ctx context.Context, t target, r devissuer.TokenRequest) (credential, error) {
	cookies, err := m.Gateway.Session(ctx, t.method.Authorizer, r)
	if err != nil {
		return nil, err
	}
	var pairs []string
	for _, c := range cookies {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	text := strings.Join(pairs, "; ")
	return func(e *Example) { e.Cookies, e.Headers = text, append(e.Headers, SameOrigin) }, nil
}

// crossSite adds a request that a page of another site makes a browser send. It is a write, and is denied only because
// of its origin.
func (m *maker) crossSite(ctx context.Context, api matrix.API) {
	t, ok := m.choose(api, matrix.Request, func(r matrix.Route) bool {
		return r.TakesSession && slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, r.Verb)
	})
	if !ok {
		return
	}
	full, _, ok := m.credentials(ctx, t)
	if !ok {
		return
	}
	e := m.add(t, "with such a session, sent by a page of another site")
	full(e)
	e.Headers[slices.Index(e.Headers, SameOrigin)] = "Sec-Fetch-Site: cross-site"
}
