package console

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// decision is a request with all decisions about it, in order.
type decision struct {
	summary
	Steps         []step      `json:"steps"`
	IntegrationMS float64     `json:"integrationMs,omitempty"`
	SourceIP      string      `json:"sourceIp"`
	Protocol      string      `json:"protocol"`
	Headers       [][2]string `json:"headers"`
	Answered      [][2]string `json:"answered"` // the headers of the answer
	Claims        []sent      `json:"claims,omitempty"`
	Shown         shown       `json:"shown"`

	Rights  []comparison `json:"rights,omitempty"`
	Wrote   []line       `json:"wrote,omitempty"` // by the request's functions
	Failure *failure     `json:"failure,omitempty"`
	Refill  *refill      `json:"refill,omitempty"` // nil without a route
}

// The outcomes of a step.
const (
	passed     = "passed"
	stopped    = "stopped"     // the request was answered at this step
	blocked    = "blocked"     // the browser keeps the answer from the page
	notReached = "not reached" // an earlier check answered the request
)

// step is one decision.
type step struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"`

	Fix  string `json:"fix,omitempty"`  // how to change the decision
	Prop string `json:"prop,omitempty"` // the property of package secureapi to change
}

// sent is a token of a request, without its signature. It is not verified here: the steps of the checks say whether it
// is valid.
type sent struct {
	Header json.RawMessage `json:"header"`
	Claims json.RawMessage `json:"claims"`
}

func (v *view) decision(e entry) decision {
	m := credentials.MaskAll(e.Request, e.Answer.Headers, v.sources...)
	out := decision{
		summary:       v.summary(e),
		Steps:         steps(e),
		IntegrationMS: milliseconds(e.IntegrationTime),
		SourceIP:      e.Request.SourceIP,
		Protocol:      e.Request.Protocol,
		Headers:       v.headers(e.Request.Headers, m),
		Answered:      v.headers(e.Answer.Headers, m),
		Shown:         v.show(e, m),
		Wrote:         lines(e.Wrote, m),
		Failure:       failureOf(e.Failure, m),
	}
	if served, to, ok := v.routeOf(e); ok {
		who := v.callerOf(e, served, to)
		out.Rights = v.compare(served, to, who)
		out.Refill = v.refill(e, served, who, m)
		for i, r := range out.Rights {
			out.Rights[i].Has = m(r.Has)
		}
	}
	if s, ok := browserStep(e.Browser); ok {
		out.Steps = append(out.Steps, s)
	}
	for i := range out.Steps {
		out.Steps[i].Detail = m(out.Steps[i].Detail)
	}
	for _, token := range credentials.Tokens(e.Request) {
		if t, ok := read(token, m); ok {
			out.Claims = append(out.Claims, t)
		}
	}
	return out
}

// steps returns the checks, with what precedes and follows them.
func steps(e entry) []step {
	if e.Route == "" && e.Answer.Status < 400 {
		return []step{{Check: "route", Outcome: notReached, Detail: "a preflight of a page that --cors-origin names"}}
	}
	if e.Route == "" {
		return []step{{Check: "route", Outcome: stopped, Detail: e.Reason}}
	}
	out := []step{{Check: "route", Outcome: passed, Detail: fmt.Sprintf("%s of the stage %s", e.Route, e.Request.Stage)}}
	for _, s := range e.Verdict.Trace {
		outcome := passed
		if !s.Passed {
			outcome = stopped
		}
		out = append(out, step{Check: s.Check, Outcome: outcome, Detail: s.Detail})
	}
	return append(out, integration(e))
}

// integration returns the last step, even if the request did not reach it.
func integration(e entry) step {
	s := step{
		Check: "integration", Outcome: passed, Detail: fmt.Sprintf("answered %d without a function", e.Answer.Status),
	}
	switch denied := slices.ContainsFunc(e.Verdict.Trace, func(s checks.Step) bool { return !s.Passed }); {
	case e.Verdict.Denial != nil && !denied: // not the denial of a check
		s.Outcome, s.Detail = stopped, e.Verdict.Denial.Reason
	case e.Verdict.Denial != nil:
		s.Outcome, s.Detail = notReached, "an earlier check answered the request"
	case e.Reason != "":
		s.Outcome, s.Detail = stopped, e.Reason
	case e.IntegrationTime > 0:
		s.Detail = fmt.Sprintf("the function answered %d in %g ms", e.Answer.Status, milliseconds(e.IntegrationTime))
	}
	return s
}

// headers returns the headers without credentials, of which only the scheme is shown.
func (v *view) headers(lines exchange.Headers, m func(string) string) [][2]string {
	out := make([][2]string, 0, len(lines))
	for _, h := range lines {
		value := m(h.Value)
		switch {
		case credentials.Named(h.Name, v.sources...):
			value = credentials.Hidden
			if scheme, _, ok := strings.Cut(h.Value, " "); ok && slices.Contains(schemes, scheme) {
				value = scheme + " " + value
			}
		case strings.EqualFold(h.Name, "Referer") || strings.EqualFold(h.Name, "Location"):
			// A fragment contains the tokens of an implicit grant (RFC 6749, section 4.2.2).
			if end := strings.IndexAny(value, "?#"); end >= 0 {
				value = value[:end+1] + credentials.Hidden
			}
		}
		out = append(out, [2]string{h.Name, value})
	}
	return out
}

// schemes are the schemes of an Authorization header that may be shown.
var schemes = []string{"Bearer", "Basic", "Digest", "DPoP", "AWS4-HMAC-SHA256"}

// read decodes a token. Its claims may contain further tokens.
func read(token string, m func(string) string) (sent, bool) {
	parts := strings.Split(token, ".")
	var out sent
	for i, to := range []*json.RawMessage{&out.Header, &out.Claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		var b bytes.Buffer
		if err != nil || !bytes.HasPrefix(text, []byte("{")) || json.Compact(&b, []byte(m(string(text)))) != nil {
			return sent{}, false
		}
		*to = b.Bytes()
	}
	return out, true
}
