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

// entraDefault stands for all permissions that a client was granted.
const entraDefault = ".default"

// tokenScopes returns the scopes of a request as tokens have them. Clients request a scope of Microsoft Entra ID with
// the API's identifier in front, such as "api://orders/orders.read", or all scopes with "api://orders/.default"; tokens
// have "orders.read". Scopes of other issuers are returned unchanged.
// Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
func (p *Provider) tokenScopes(s site, scopes []string) []string {
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

// entraMachine returns the roles for a program's token at Microsoft Entra ID. A program requests everything that it was
// granted for one API, and gets roles. Here it is granted every known role.
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
