package login

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// PoolClient is an app client of a user pool, as its template has it. A nil list is empty. A list that holds an
// unresolved token is not known.
type PoolClient struct {
	Path         string // of its construct
	HasSecret    bool
	Flows        []string
	CallbackURLs []string
	Scopes       []string
}

// check reports the settings that a login needs and a user pool's client lacks.
func (c *PoolClient) check(l *Login, bad func(format string, a ...any)) {
	if c == nil {
		return
	}
	if !c.HasSecret {
		bad("the app client %s has no secret, with which the login authenticates: set GenerateSecret to true, which makes "+
			"another client", c.Path)
	}
	known := func(list []string) bool { return !slices.ContainsFunc(list, cdktoken.Unresolved) }
	if known(c.Flows) && !slices.Contains(c.Flows, "code") {
		bad("the app client %s has the OAuth flows %q: set OAuth.Flows.AuthorizationCodeGrant to true", c.Path, c.Flows)
	}
	want := l.CallbackURL()
	if known(c.CallbackURLs) && !cdktoken.Unresolved(want) && !slices.Contains(c.CallbackURLs, want) {
		bad("the app client %s has the callback URLs %q: add %q to OAuth.CallbackUrls, or set the "+
			"Login's BasePath if a part of the path is missing in it", c.Path, c.CallbackURLs, want)
	}
}

// CheckPoolScopes refuses scopes that a user pool's client may not request. Amazon Cognito answers them with
// invalid_scope.
func (l *Login) CheckPoolScopes(scopes []string, bad func(format string, a ...any)) {
	c := l.Client
	if c == nil || slices.ContainsFunc(c.Scopes, cdktoken.UnresolvedList) {
		return
	}
	for _, want := range scopes {
		may := func(have string) bool {
			// The scope of a resource server consists of a token of its identifier, a slash, and the scope's name.
			token := cdktoken.Unresolved(have) || cdktoken.Unresolved(want)
			return have == want || token && afterSlash(have) == afterSlash(want)
		}
		if !slices.ContainsFunc(c.Scopes, may) {
			bad("the app client %s may not ask for the scope %q, so that Amazon Cognito would refuse each login: add it to "+
				"OAuth.Scopes, or set Login.Scopes to those that it has", c.Path, want)
		}
	}
}

func afterSlash(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
