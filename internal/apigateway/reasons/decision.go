package reasons

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// decision is the log line of the included authorizer about a request. Its answers must not say why they deny a
// request, but its log does. docs/authorizer.md describes the log.
type decision struct {
	Message, Outcome, Reason, Error, Missing, RequestID string

	Got, Want string // the refused value or the caller's rights, and what is expected instead
}

// IsIncluded reports whether a function is an included authorizer.
func IsIncluded(f *apimodel.Function) bool {
	_, ok := f.Environment[authz.ConfigVariable]
	return ok
}

// OfDecision returns why an included authorizer denied a request, from the lines that it wrote in an invocation. It
// returns "" if the authorizer allowed the request or logged no decision.
func OfDecision(lines []string, invocation string) string { return decisionIn(lines, invocation).why() }

// decisionIn returns the decision of an invocation from the lines that its function wrote.
func decisionIn(lines []string, invocation string) (d decision) {
	for _, line := range lines {
		if read, ok := readDecision(line); ok && read.RequestID == invocation {
			return read
		}
	}
	return decision{}
}

func readDecision(line string) (d decision, ok bool) {
	if !strings.Contains(line, `"message":"decision"`) {
		return d, false
	}
	err := json.Unmarshal([]byte(line), &d)
	return d, err == nil && d.Message == "decision"
}

// HasDecision reports whether a line of an included authorizer is a decision that the record of its request explains:
// any that is not about an error.
func HasDecision(line string) bool {
	d, ok := readDecision(line)
	return ok && d.Outcome != "failed" && d.Error == ""
}

// glosses explains the most frequent reasons for a 401.
var glosses = map[string]string{
	"no_token":      "the request has no token where the authorizer looks",
	"base64":        "it is not a JSON Web Token",
	"serialization": "it is not a JSON Web Token",
	"algorithm":     "its alg is not one of the issuer's",
	"issuer":        "its iss is not a configured issuer",
	"audience":      "its aud, or client_id, is not this API's",
	"token_use":     "an ID token where an access token is wanted, or the other way round",
	"expired":       "its exp has passed",
	"not_yet":       "its nbf is still to come",
	"principal":     "it does not name the caller",
	"unknown_key":   "the issuer has no key with its kid",
	"signature":     "it is not signed with the issuer's key",
	"hook":          "the hook rejected it",
	"client":        "it was issued to another client",
	"lifetime":      "it is valid for longer than the issuer's limit",
	"bound":         "cnf binds it to a key of its holder's, which a bearer does not prove",
	"unbound": "its issuer is CertificateBound, and cnf does not have x5t#S256 alone (gatehouse dev --client-cert FILE " +
		"binds its own tokens)",
	"dpop_scheme":  "the Authorization header says Bearer and its issuer is DPoPBound, or DPoP and it is not",
	"dpop_unbound": "its issuer is DPoPBound, and cnf does not have jkt alone",
	"dpop_proof":   "the request does not have exactly one DPoP header with a valid proof",
	"dpop_key":     "the DPoP proof is signed by another key than cnf names",
	"dpop_method":  "the DPoP proof is for another method",
	"dpop_url":     "the DPoP proof is for another URL",
	"dpop_token":   "the DPoP proof is for another token",
	"dpop_time":    "the DPoP proof is too old, or the client's clock is ahead",
	"dpop_replay":  "the DPoP proof was used before: make a new one for each request",
	"certificate": "the request does not present the client certificate that cnf names " +
		"(gatehouse dev --client-cert FILE presents one)",
}

// refusedAs begins the explanation of a 401, with a reason of the authorizer's log.
func refusedAs(reason string) string {
	const refused = "the authorizer refused the token: "
	if gloss := glosses[reason]; gloss != "" {
		return refused + gloss + " (" + reason + ")"
	}
	return refused + reason
}

// sessionGlosses explains why a request has no session.
var sessionGlosses = map[string]string{
	"session": "no session cookie: none of the request's cookies is one of the login's for this host, or two are: " +
		"log in first",
	"session_ended": "the session has ended: it was not renewed for its idle time, has reached its greatest age or, " +
		"of those in a table, was ended: log in again",
}

// fromAnotherSite explains why a request with a session is denied.
const fromAnotherSite = "the request changes something and comes from another site: with a session, POST, PUT, PATCH " +
	"and DELETE are for pages of the app's own origin"

// why explains the decision, with the received and the expected value. It returns "" if the request is allowed.
func (d decision) why() string {
	switch {
	case d.Outcome == "unauthorized" && sessionGlosses[d.Reason] != "":
		return sessionGlosses[d.Reason]
	case d.Outcome == "denied" && d.Reason == "cross_site":
		return fromAnotherSite
	case d.Outcome == "unauthorized":
		why := refusedAs(d.Reason)
		if d.Got != "" && d.Want != "" {
			why += fmt.Sprintf(": got %q, want %q", d.Got, d.Want)
		}
		return why
	case d.Outcome == "denied" && d.Reason == "rights" && isCondition(d.Missing) && d.Got != "":
		return "the route requires that " + d.Missing + ", and " + d.Got
	case d.Outcome == "denied" && d.Reason == "rights" && isCondition(d.Missing):
		return "the route requires that " + d.Missing
	case d.Outcome == "denied" && d.Reason == "rights" && d.Got != "":
		return "the caller lacks " + d.Missing + " and has " + d.Got
	case d.Outcome == "denied" && d.Reason == "rights":
		return "the caller lacks " + d.Missing
	case d.Outcome == "denied" && d.Reason == "hook":
		return "the authorizer's hook denied it"
	case d.Outcome == "denied":
		return "the authorizer says: " + d.Reason
	case d.Outcome == "failed":
		return "the authorizer failed: " + cmp.Or(strings.TrimSpace(d.Reason+" "+d.Error), "it does not say why")
	}
	return ""
}

// isCondition reports whether a missing requirement is a sentence, such as "claim plan is pro". Otherwise it is a right
// that a caller has or lacks, such as "scope orders:read".
func isCondition(missing string) bool {
	return strings.HasPrefix(missing, "claim ") || strings.HasPrefix(missing, "the path's ")
}
