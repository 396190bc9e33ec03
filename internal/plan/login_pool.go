package plan

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

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
