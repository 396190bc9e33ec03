package openapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// The names of the schemes that are not guards. No guard has such a name.
const (
	apiKey            = "apiKey"
	clientCertificate = "clientCertificate"
	sigv4             = "sigv4"
	notKnown          = "notKnown"
)

// security returns what a request must have: one of the objects in the list. An empty list means nothing.
func (b *builder) security(row matrix.Route, m *apimodel.Method) []map[string][]string {
	all := map[string]SecurityScheme{}
	if row.APIKey {
		all[apiKey] = SecurityScheme{Type: "apiKey", Name: "X-API-Key", In: "header"}
	}
	if b.clientCertificate {
		all[clientCertificate] = SecurityScheme{Type: "mutualTLS"}
	}
	guards := guards(row, m)
	if len(guards) == 0 && len(all) == 0 {
		return []map[string][]string{}
	}
	if len(guards) == 0 {
		guards = []guard{{}}
	}
	var out []map[string][]string
	for _, g := range guards {
		required := map[string][]string{}
		for name := range all {
			required[name] = []string{}
		}
		if g.name != "" {
			required[b.addScheme(g)] = []string{}
		}
		out = append(out, required)
	}
	maps.Copy(b.out.Components.SecuritySchemes, all)
	return out
}

// addScheme adds the scheme of a guard to the document, and returns its name there. The names of two authorizers may
// differ in characters alone that no component has.
func (b *builder) addScheme(g guard) string {
	schemes := b.out.Components.SecuritySchemes
	name := g.name
	for n := 2; ; n++ {
		if other, is := schemes[name]; !is || other == g.scheme {
			schemes[name] = g.scheme
			return name
		}
		name = fmt.Sprintf("%s_%d", g.name, n)
	}
}

// guard is one way to meet a route's guard.
type guard struct {
	name   string // a valid name of a component
	scheme SecurityScheme
}

// guards returns the ways to meet a route's guard. A route without a guard has none.
func guards(row matrix.Route, m *apimodel.Method) []guard {
	switch {
	case row.Kind == matrix.IAM:
		return []guard{{sigv4, SecurityScheme{
			Type: "apiKey", Name: "Authorization", In: "header", AuthType: "awsSigv4",
			Description: "A signature with Signature Version 4, of a caller whom IAM allows execute-api:Invoke",
		}}}
	case row.Kind == matrix.Unknown: // a reader must not take it for public
		return []guard{{notKnown, SecurityScheme{
			Type: "apiKey", Name: "Authorization", In: "header", Description: "What a guard that is not known requires",
		}}}
	case m.Authorizer == nil:
		return nil
	}
	name := componentName(row.Authorizer)
	if s := matrix.SessionOf(m.Authorizer); s != nil {
		scheme := SecurityScheme{Type: "apiKey", Name: s.Cookie, In: "cookie", Description: "The session of a login"}
		return []guard{{name, scheme}}
	}
	bindings := bindingsOf(m.Authorizer)
	out := make([]guard, 0, len(bindings))
	for _, how := range bindings {
		g := guard{name, how.token(matrix.TokenSource(m.Authorizer))}
		if len(bindings) > 1 && how != bearer {
			g.name += "_" + string(how)
		}
		out = append(out, g)
	}
	return out
}

// binding says to what the tokens of an issuer are bound.
type binding string

const (
	bearer      binding = "bearer" // to nothing
	certificate binding = "certificate"
	proof       binding = "dpop"
)

// bindingsOf returns the bindings that an authorizer accepts, each once. Only the included authorizer requires any.
func bindingsOf(a *apimodel.Authorizer) (out []binding) {
	if a.Function == nil {
		return []binding{bearer}
	}
	config, err := authz.FromEnvironment(func(name string) string { return a.Function.Environment[name] })
	if err != nil || len(config.Issuers) == 0 { // without a binding, the route would look public
		return []binding{bearer}
	}
	for _, i := range config.Issuers {
		how := bearer
		switch {
		case i.DPoPBound:
			how = proof
		case i.CertificateBound:
			how = certificate
		}
		if !slices.Contains(out, how) {
			out = append(out, how)
		}
	}
	return out
}

// token returns the scheme of tokens with a binding.
func (how binding) token(at authz.TokenSource) SecurityScheme {
	bound := ""
	switch how {
	case proof:
		return SecurityScheme{
			Type: "http", Scheme: "DPoP",
			Description: "A token that is bound to a key of the client. Each request has a proof of that key in the header " +
				"DPoP (RFC 9449).",
		}
	case certificate:
		bound = " that is bound to the client's certificate (RFC 8705)"
	}
	switch {
	case at.Kind == authz.Header && strings.EqualFold(at.Name, "Authorization"):
		scheme := SecurityScheme{Type: "http", Scheme: "bearer"}
		if bound != "" {
			scheme.Description = "A token" + bound
		}
		return scheme
	case at.Kind == authz.Header:
		return SecurityScheme{Type: "apiKey", Name: at.Name, In: "header",
			Description: "A token" + bound + ", with Bearer before it"}
	case at.Kind == authz.Cookie:
		return SecurityScheme{Type: "apiKey", Name: at.Name, In: "cookie", Description: "A token" + bound}
	}
	return SecurityScheme{Type: "apiKey", Name: at.Name, In: "query", Description: "A token" + bound}
}

// componentName replaces characters that the name of a component may not have.
// Source: https://spec.openapis.org/oas/v3.1.1#components-object
func componentName(name string) string {
	out := strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '_':
			return c
		}
		return '_'
	}, name)
	if slices.Contains([]string{"", apiKey, clientCertificate, sigv4, notKnown}, out) {
		return "authorizer_" + out
	}
	return out
}

// message is the body of API Gateway's own answers.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
var message = map[string]Media{"application/json": {Schema: map[string]any{
	"type": "object", "properties": map[string]any{"message": map[string]any{"type": "string"}},
}}}

// status matches the names that responses may have.
// Source: https://spec.openapis.org/oas/v3.1.1#responses-object
var status = regexp.MustCompile(`^[1-5][0-9]{2}$`)

// responses returns the answers of API Gateway itself, those that the method declares, and a default for the answers of
// its integration.
func responses(row matrix.Route, m *apimodel.Method) map[string]Response {
	out := map[string]Response{}
	for _, r := range m.Responses {
		if status.MatchString(r.StatusCode) { // otherwise it is not known
			out[r.StatusCode] = Response{Description: "An answer of the integration"}
		}
	}
	if m.Integration.Type == apimodel.IntegrationProxy || len(out) < len(m.Responses) || len(out) == 0 {
		by := row.AnsweredBy
		if by == "" {
			by = "the function"
		}
		out["default"] = Response{Description: "What " + by + " answers"}
	}
	if v := m.Validator; v != nil &&
		(v.Body && len(m.RequestSchemas) > 0 || v.Parameters && len(m.RequestParameters) > 0) {
		out["400"] = Response{Description: "The request does not fit the route’s model or parameters", Content: message}
	}
	unauthorized, forbidden := "No valid token", "The token lacks what the route requires"
	switch row.Kind {
	case matrix.None, matrix.Unknown:
		unauthorized, forbidden = "", ""
	case matrix.IAM:
		unauthorized, forbidden = "", "No valid signature, or one of a caller whom IAM does not allow the route"
	case matrix.Cognito:
		unauthorized, forbidden = "No valid token, or one that lacks what the route requires", ""
	}
	if row.TakesSession {
		unauthorized, forbidden = "No session", "The session lacks what the route requires"
	}
	switch {
	case forbidden == "" && row.APIKey:
		forbidden = "No API key of the stage"
	case row.APIKey:
		forbidden += ", or the request has no API key of the stage"
	}
	for code, why := range map[string]string{"401": unauthorized, "403": forbidden} {
		if why != "" {
			out[code] = Response{Description: why, Content: message}
		}
	}
	return out
}
