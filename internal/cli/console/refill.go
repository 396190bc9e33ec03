package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
)

// refill is a past request in the form, where its token can be changed: a new one is made with the content of the
// request's token.
type refill struct {
	Stage  string            `json:"stage"`
	Route  routeName         `json:"route"`
	Verb   string            `json:"verb"`
	Params map[string]string `json:"params,omitempty"`
	Query  string            `json:"query"`
	Header string            `json:"headers"`
	Body   string            `json:"body"`
	Token  *refillToken      `json:"token,omitempty"` // nil if the request's token is not readable
}

type refillToken struct {
	Issuer  string   `json:"issuer"`
	Subject string   `json:"subject"`
	Scopes  []string `json:"scopes"`
	Groups  []string `json:"groups"`
	Roles   []string `json:"roles"`
}

// ofClient are header lines that each client writes in its own way.
var ofClient = []string{"user-agent", "accept", "accept-language", "cache-control", "pragma", "priority"}

// refill fills in the form. It leaves out credentials, since the form makes new ones.
func (v *view) refill(e entry, served apigateway.Route, who caller, m func(string) string) *refill {
	out := &refill{
		Stage: served.Stage, Route: routeName{served.Method.Verb, served.Method.Path}, Verb: e.Request.Verb,
		Params: params(served.Method.Path, e.Request.Path, m), Body: showBody(e, m).Text,
	}
	var parts []string
	for _, part := range v.parts(e.Request.RawQuery, m) {
		if part != "&" && part != ";" && !strings.Contains(part, credentials.Hidden) {
			parts = append(parts, part)
		}
	}
	out.Query = strings.Join(parts, "&")
	for _, h := range v.headers(e.Request.Headers, m) {
		lower := strings.ToLower(h[0])
		isJSON := lower == "content-type" && strings.HasPrefix(strings.ToLower(h[1]), "application/json")
		if isJSON || tryout.OfBrowser(lower) || slices.Contains(ofClient, lower) ||
			strings.Contains(h[1], credentials.Hidden) ||
			strings.HasPrefix(lower, "x-amz-") { // part of a signature
			continue
		}
		out.Header += h[0] + ": " + h[1] + "\n"
	}
	if issuer, ok := who.claims.Get("iss").Text(); ok {
		subject, _ := who.claims.Get("sub").Text()
		out.Token = &refillToken{issuer, m(subject), who.rights.Scopes, who.rights.Groups, who.rights.Roles}
	}
	return out
}

// params returns the parameters of a path, decoded as in the form.
func params(pattern, path string, m func(string) string) map[string]string {
	out := map[string]string{}
	segments := strings.Split(path, "/")
	for i, part := range strings.Split(pattern, "/") {
		inner, isParam := strings.CutPrefix(part, "{")
		if !isParam || i >= len(segments) {
			continue
		}
		name, greedy := strings.CutSuffix(strings.TrimSuffix(inner, "}"), "+")
		value := segments[i]
		if greedy {
			value = strings.Join(segments[i:], "/")
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		out[name] = m(value)
	}
	return out
}
