package devissuer

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// IdentityProvider is an external provider whose users sign in to a user pool, such as Google.
type IdentityProvider struct {
	Name        string   // the name in the template
	Type        string   // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	Identifiers []string // further names with which a request can select it
}

// ofPool is the name of the user pool itself in an app client's list of providers.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
const ofPool = "COGNITO"

// waysIn returns how a client's users can sign in: at the user pool itself, or at other providers. It returns none if
// there is no choice.
func (p *Provider) waysIn(s site, c client) []string {
	if !s.hosted || len(c.Providers) == 0 {
		return nil
	}
	return c.Providers
}

// identityProvider returns the provider of a site with this name or identifier.
func (p *Provider) identityProvider(s site, name string) (IdentityProvider, bool) {
	for _, i := range p.issuersOf(s) {
		for _, one := range i.Providers {
			if one.Name == name || slices.Contains(one.Identifiers, name) {
				return one, true
			}
		}
	}
	return IdentityProvider{}, false
}

// wayIn returns how the user of an authorization request must sign in; "" if the page lets the user choose. For a
// client that is not in the template, no provider is known, and any name is accepted.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
func (p *Provider) wayIn(params url.Values, s site, c client) (string, *refusal) {
	name := params.Get("identity_provider")
	if id := params.Get("idp_identifier"); name == "" && id != "" {
		found, known := p.identityProvider(s, id)
		if name = found.Name; !known {
			return "", tellRefusal("invalid_request", "no provider of the user pool has the identifier %q", id)
		}
	}
	ways := p.waysIn(s, c)
	switch {
	case !s.hosted || name == "":
		if len(ways) == 1 {
			return ways[0], nil
		}
		return "", nil
	case !c.Declared || slices.Contains(ways, name) || name == ofPool && len(ways) == 0:
		return name, nil
	case len(ways) == 0:
		ways = []string{ofPool}
	}
	return "", tellRefusal("invalid_request", "the client's users do not sign in with %q: the client has %q", name, ways)
}

// federated adds to a token that its user came from another provider: the user's name in the pool, the pool's group for
// that provider and, in an ID token, the identity there. Claims of the persona take precedence.
// Sources:
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-specifying-attribute-mapping.html,
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html and, for
// names in lower case, https://github.com/aws-amplify/amplify-js/issues/13844
func (p *Provider) federated(r TokenRequest, s site, g grant) TokenRequest {
	if g.Provider == "" || g.Provider == ofPool {
		return r
	}
	kind := "OIDC"
	if found, known := p.identityProvider(s, g.Provider); known {
		kind = found.Type
	}
	username := g.Provider + "_" + g.Subject
	if slices.ContainsFunc(p.issuersOf(s), func(i Issuer) bool { return i.LowerNames }) {
		username = strings.ToLower(username)
	}
	claims := map[string]any{"username": username}
	if r.Use == ID {
		claims = map[string]any{"cognito:username": username, "identities": []any{map[string]any{
			"userId": g.Subject, "providerName": g.Provider, "providerType": kind, "issuer": nil, "primary": "true",
			"dateCreated": strconv.FormatInt(time.Unix(g.Signed, 0).UnixMilli(), 10),
		}}}
	}
	maps.Copy(claims, r.Claims)
	r.Claims = claims
	r.Groups = union(r.Groups, []string{poolID(s.url) + "_" + g.Provider})
	return r
}

// ways sets the form's choices of how to sign in.
func (f *form) ways(names []string) {
	for _, name := range names {
		one := choice{Value: name, Name: name, Hint: "a user who comes from " + name}
		if name == ofPool {
			one.Name, one.Hint = "The user pool", "one of its own users"
		}
		one.Checked = len(f.Ways) == 0
		f.Ways = append(f.Ways, one)
	}
}

// way returns the chosen way to sign in. It reports false if the form does not offer that way.
func (f *form) way(name string) bool {
	found := false
	for n := range f.Ways {
		f.Ways[n].Checked = f.Ways[n].Value == name
		found = found || f.Ways[n].Checked
	}
	return found
}
