package issuer

import (
	"net/url"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Introspection has the parts of a secureapi.Introspection that are checked.
type Introspection struct {
	Endpoint, ClientID         string
	ClientAuth                 ClientAuth
	SignedResponse, VerifyJWTs bool
	AnswerTTL                  time.Duration
}

// check checks the introspection settings by themselves.
func (n *Introspection) check(bad func(format string, a ...any)) {
	if why := endpointProblem(n.Endpoint); why != "" {
		bad("Endpoint %q %s", n.Endpoint, why)
	}
	if !cdktoken.Unresolved(n.ClientID) && !Printable(n.ClientID) {
		bad("ClientID %q: want the id of the client that asks, in printable ASCII", n.ClientID)
	}
	n.ClientAuth.Check("ClientAuth has no secret: an endpoint answers clients that authenticate; set it to "+
		"ClientSecret(secret) or PrivateKeyJWT(key, algorithm)", bad)
	if t := n.AnswerTTL; t != identity.NoCache && (t < 0 || t > settings.MaxAnswerTTL || t%time.Second != 0) {
		bad("AnswerTTL %s: want whole seconds up to %s, 0s for the default of 1m0s, or NoCache", t,
			settings.MaxAnswerTTL)
	}
}

// endpointProblem returns why a token may not be sent to a URL, as the end of a sentence, or "" if it may.
func endpointProblem(text string) string {
	if cdktoken.Unresolved(text) {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is empty: give the introspection_endpoint of the issuer's metadata"
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		return "is not an https URL with a host"
	case u.User != nil:
		return "has a user: credentials belong into ClientAuth"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "has a query or a fragment: leave it out, since the token is sent in the body"
	}
	return ""
}
