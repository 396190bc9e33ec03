package devissuer

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// Use is the purpose of a token: for an API, or for the client that a user signs in to.
type Use string

// The uses of a token, as in Amazon Cognito's token_use claim.
const (
	Access Use = "access"
	ID     Use = "id"
)

// Issuer is an identity provider whose tokens can be made.
type Issuer struct {
	// Issuer has the settings with which the included authorizer verifies the tokens. They define the form of the tokens.
	authz.Issuer

	// Cognito gives its tokens the form of Amazon Cognito's, whatever its URL and TokenUse are. Default: they have that
	// form if the URL is a user pool's, or if TokenUse is set.
	Cognito bool

	// Use is the default use of its tokens. Default: TokenUse, else [Access]; [ID] for a user pool without TokenUse, since
	// its access tokens have no audience to compare.
	Use Use

	// Claims are claims of its tokens, by name, for which the authorizer has conditions. Default: none.
	Claims map[string]string

	// Scopes and Groups are existing ones, for users to choose from. They restrict nothing.
	Scopes, Groups []string

	// Providers are the external providers whose users sign in to it, if it is a user pool.
	Providers []IdentityProvider

	// LowerNames says that the names of users from its Providers are in lower case, as in a user pool that ignores case.
	LowerNames bool

	// Trigger decides the scopes of users by their groups, if it is a user pool with the included pre token generation
	// trigger. Default: users keep the scopes that they are given.
	Trigger *pretoken.Config

	// TakenBy lists the authorizers that accept its tokens, such as "Shop/ApiAuthorizer787544C1".
	TakenBy []string

	// Apps are its known clients. Other clients count as public clients on this machine.
	Apps []App
}

// String describes the issuer in a list to choose from.
func (i Issuer) String() string {
	var b strings.Builder
	b.WriteString(i.URL)
	if len(i.Audiences) > 0 {
		b.WriteString(", audience " + strings.Join(i.Audiences, " or "))
	}
	b.WriteString(", ")
	if i.opaque() {
		b.WriteString("opaque ")
	}
	b.WriteString(string(i.use()) + " tokens")
	if len(i.TakenBy) > 0 {
		b.WriteString(", for " + strings.Join(i.TakenBy, ", "))
	}
	return b.String()
}

func (i Issuer) clone() Issuer {
	for _, list := range []*[]string{&i.Audiences, &i.Algorithms, &i.Clients, &i.Scopes, &i.Groups, &i.TakenBy} {
		*list = slices.Clone(*list)
	}
	i.Claims = maps.Clone(i.Claims)
	i.Providers = slices.Clone(i.Providers)
	if i.Trigger != nil {
		i.Trigger = &pretoken.Config{Groups: maps.Clone(i.Trigger.Groups), Scopes: slices.Clone(i.Trigger.Scopes)}
	}
	i.Apps = slices.Clone(i.Apps)
	for n, a := range i.Apps {
		i.Apps[n] = a.clone()
	}
	if i.Introspection != nil {
		asked := *i.Introspection
		i.Introspection = &asked
	}
	return i
}

// check returns an error for settings with which no token can be made. It does not decide whether the authorizer
// accepts the settings.
func (i Issuer) check() error {
	if i.URL == "" {
		return fmt.Errorf("%w: an issuer has no URL: it is what its tokens have as iss", ErrConfig)
	}
	for _, a := range i.Apps {
		if err := a.check(); err != nil {
			return fmt.Errorf("%w: issuer %q: %w", ErrConfig, i.URL, err)
		}
	}
	for _, name := range i.Algorithms {
		a, ok := algorithms[name]
		if !ok {
			return fmt.Errorf(
				"%w: issuer %q: the algorithm %q: want some of %s",
				ErrConfig,
				i.URL,
				name,
				strings.Join(algorithmNames(), ", "),
			)
		}
		if (a.kind == secretKind) != (i.SecretARN != "") {
			return fmt.Errorf(
				"%w: issuer %q: the algorithm %s: HS256, HS384 and HS512 go with secretArn, and the others without",
				ErrConfig,
				i.URL,
				name,
			)
		}
	}
	if n := i.Introspection; n != nil && clientauth.Method(n.ClientAuth) == clientauth.PrivateKey {
		if a, ok := algorithms[n.Algorithm]; !ok || a.kind == secretKind {
			return fmt.Errorf("%w: issuer %q: introspection: the algorithm %q: want one of %s", ErrConfig, i.URL, n.Algorithm,
				strings.Join(clientauth.Algorithms(), ", "))
		}
	}
	for _, text := range slices.Concat([]string{
		i.URL,
		i.Type,
		i.ScopesClaim,
		i.GroupsClaim,
		i.RolesClaim,
		i.PrincipalClaim,
		i.ClientClaim,
	}, i.Audiences, i.Clients) {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%w: issuer %q: %q is not valid UTF-8, as all text in a token is", ErrConfig, i.URL, text)
		}
	}
	if i.Use != "" && i.Use != Access && i.Use != ID {
		return fmt.Errorf("%w: issuer %q: Use %q: want %q or %q", ErrConfig, i.URL, i.Use, Access, ID)
	}
	return nil
}

// algorithms returns the issuer's signing algorithms, the preferred one first.
func (i Issuer) algorithms() []string {
	switch {
	case len(i.Algorithms) > 0:
		return i.Algorithms
	case i.SecretARN != "":
		return []string{"HS256"}
	}
	return []string{"RS256"}
}

func (i Issuer) isCognito() bool { return i.Cognito || i.TokenUse != "" || isUserPool(i.URL) }

// isUserPool reports whether a URL is that of a user pool, such as
// https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example.
// Source:
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
func isUserPool(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && u.Scheme == "https" && strings.HasPrefix(u.Host, "cognito-idp.")
}

func (i Issuer) use() Use {
	switch {
	case i.Use != "":
		return i.Use
	case i.TokenUse != "":
		return Use(i.TokenUse)
	case isUserPool(i.URL):
		return ID
	}
	return Access
}

// takes reports whether an audience is one of the issuer's. If the issuer has none, every audience is.
func (i Issuer) takes(audience string) bool {
	return len(i.Audiences) == 0 || slices.Contains(i.Audiences, audience)
}

// sameForm reports whether a request would get tokens of the same form from both issuers, so that either is suitable.
func sameForm(a, b Issuer, r TokenRequest) bool {
	reduce := func(i Issuer) Issuer {
		i.Cognito, i.Use = i.isCognito(), r.useOf(i)
		opaque := i.opaque()
		i.Audiences = []string{r.audienceOf(i)}
		i.Algorithms = []string{r.algorithmOf(i)}
		i.Providers, i.LowerNames, i.Trigger = nil, false, nil
		i.Scopes, i.Groups, i.TakenBy, i.TokenUse, i.JWKSURL, i.Leeway = nil, nil, nil, "", "", 0
		i.MaxKeyAge, i.StaleCeiling, i.AcceptBoundTokens = 0, 0, false
		i.Apps = nil
		if i.Introspection = nil; opaque {
			i.Introspection = &authz.Introspection{}
		}
		return i
	}
	return reflect.DeepEqual(reduce(a), reduce(b))
}
