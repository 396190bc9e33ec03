package devissuer

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// discovery returns the document of OpenID Connect Discovery 1.0, section 3, with the members of RFC 8414, 9126 and
// 9207.
func (p *Provider) discovery(s site) map[string]any {
	if s.hosted {
		return p.hostedDiscovery(s)
	}
	at := func(path string) string { return p.endpoint(s.url, path) }
	ways := []string{basicAuth, postAuth, privateKeyAuth}
	standard := standardScopes
	if !p.isCognito(s) {
		standard = standard[:len(standard)-1]
	}
	out := map[string]any{
		"issuer":                                s.url,
		"jwks_uri":                              at(jwksPath),
		"authorization_endpoint":                at(authorizationPath),
		"pushed_authorization_request_endpoint": at(pushedPath),
		"token_endpoint":                        at(tokenPath),
		"userinfo_endpoint":                     at(userinfoPath),
		"introspection_endpoint":                at(introspectionPath),
		"revocation_endpoint":                   at(revocationPath),
		"end_session_endpoint":                  at(logoutPath),

		"response_types_supported":                         []string{"code"},
		"response_modes_supported":                         []string{"query"},
		"grant_types_supported":                            grantTypes,
		"code_challenge_methods_supported":                 []string{"S256"},
		"prompt_values_supported":                          prompts,
		"scopes_supported":                                 slices.Concat(standard, p.knownScopes(s)),
		"claims_supported":                                 claimsSupported,
		"subject_types_supported":                          []string{"public"},
		"id_token_signing_alg_values_supported":            s.algorithms,
		"token_endpoint_auth_methods_supported":            append(slices.Clone(ways), "none"),
		"token_endpoint_auth_signing_alg_values_supported": clientauth.Algorithms(),
		"introspection_endpoint_auth_methods_supported":    ways,
		"revocation_endpoint_auth_methods_supported":       append(slices.Clone(ways), "none"),

		"authorization_response_iss_parameter_supported": true,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false, // except for pushed requests
		"claims_parameter_supported":                     false,
	}
	if slices.ContainsFunc(p.issuersOf(s), func(i Issuer) bool { return i.DPoPBound }) {
		out["dpop_signing_alg_values_supported"] = jwt.SelfSignedAlgorithms() // RFC 9449, section 5.1
	}
	return out
}

var claimsSupported = []string{"sub", "name", "preferred_username", "email", "email_verified", "auth_time"}

// isCognito reports whether a site is a user pool.
func (p *Provider) isCognito(s site) bool {
	return slices.ContainsFunc(p.issuersOf(s), Issuer.isCognito)
}
