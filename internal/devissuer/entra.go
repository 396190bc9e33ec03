package devissuer

import (
	"net/url"
	"slices"
	"strings"
)

// isEntra reports whether an issuer is a tenant of Microsoft Entra ID.
func isEntra(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && (u.Host == "login.microsoftonline.com" || u.Host == "sts.windows.net")
}

// entraDefault is what stands for all permissions that a client was granted.
const entraDefault = ".default"

// asked are the scopes of a request as tokens have them. Clients ask Microsoft Entra ID for a scope with the API's
// identifier in front, such as "api://orders/orders.read", or for all by "api://orders/.default"; tokens have
// "orders.read". Another issuer's scopes are as they are.
// Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
func (p *Provider) asked(s site, scopes []string) []string {
	if !isEntra(s.url) {
		return scopes
	}
	var out []string
	for _, scope := range scopes {
		name := scope[strings.LastIndex(scope, "/")+1:]
		if name == entraDefault {
			out = union(out, p.knownScopes(s))
			continue
		}
		out = union(out, []string{name})
	}
	return out
}

// entraMachine is the token of a program at Microsoft Entra ID: it asks for all that it was granted for one API, and
// gets roles. Here it is granted every role that is known.
// Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (p *Provider) entraMachine(s site, scopes []string) (roles []string, wrong *fault) {
	if len(scopes) != 1 || !strings.HasSuffix(scopes[0], "/"+entraDefault) {
		return nil, badRequest("invalid_scope", "the scope %q: at Microsoft Entra ID a client for itself asks for "+
			"\"RESOURCE/.default\", such as api://orders/.default, and gets roles and no scopes", strings.Join(scopes, " "))
	}
	for _, a := range p.personas(s) {
		roles = union(roles, a.Roles)
	}
	slices.Sort(roles)
	return roles, nil
}
