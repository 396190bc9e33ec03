package reasons

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// sessions describes an authorizer that accepts sessions.
type sessions struct {
	login   string // the path of its login in the API; "" if it is not in the assembly
	inTable bool   // the authorizer renews tokens itself
}

// sessionsOf returns nil for an authorizer that does not accept sessions.
func sessionsOf(api *apimodel.API, a *apimodel.Authorizer) *sessions {
	s := matrix.SessionOf(a)
	if s == nil {
		return nil
	}
	if l := matrix.LoginOf(api, s); l != nil {
		return &sessions{l.Path, s.Table != nil}
	}
	return &sessions{}
}

// why returns a more precise reason for a denial, from the request. why is the authorizer's own reason, which is "" for
// a cached answer. by is the check that denied the request. The policy of an authorizer with sessions denies unsafe
// requests from other sites.
func (s *sessions) why(why, by string, c *checks.Call) string {
	site := c.Headers.Get("Sec-Fetch-Site")
	times := func(name string) int { return len(slices.Collect(c.Headers.Values(name))) }
	switch {
	case by == "identity source" && !c.Headers.Has("Cookie"):
		why = "no session cookie: log in first"
		if s.login != "" {
			why += ", at " + s.login + "/login"
		}
		return why
	case why == sessionGlosses["session"] && times("Sec-Fetch-Site") > 1:
		return fmt.Sprintf("no session: the header Sec-Fetch-Site is in the request %d times, and browsers send it once",
			times("Sec-Fetch-Site"))
	case why == sessionGlosses["session"] && times("Cookie") > 1:
		return fmt.Sprintf("no session: the header Cookie is in the request %d times, and a guard with a cache accepts it "+
			"only once", times("Cookie"))
	case why == "" && by == "policy" && !session.SafeVerb(c.Verb) && site != "same-origin", why == fromAnotherSite:
		return fromAnotherSite + ": Sec-Fetch-Site is " + site
	case strings.HasPrefix(why, refusedAs("expired")) && s.login != "" && s.inTable:
		return "the token of the session has expired, and there is no refresh token to renew it with: log in again, at " +
			s.login + "/login"
	case strings.HasPrefix(why, refusedAs("expired")) && s.login != "":
		return "the token of the session has expired: POST " + s.login + "/refresh gets a new one"
	}
	return why
}
