package openapi

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// schemeOf returns the guard of a route, under a valid component name. It reports false for a route without a guard.
func schemeOf(row matrix.Route, m *apimodel.Method) (name string, scheme SecurityScheme, ok bool) {
	switch {
	case row.Kind == matrix.IAM:
		return "sigv4", SecurityScheme{
			Type: "apiKey", Name: "Authorization", In: "header", AuthType: "awsSigv4",
			Description: "A signature with Signature Version 4, of a caller whom IAM allows execute-api:Invoke",
		}, true
	case m.Authorizer == nil:
		return "", SecurityScheme{}, false
	}
	name = componentName(row.Authorizer)
	if s := matrix.SessionOf(m.Authorizer); s != nil {
		return name, SecurityScheme{Type: "apiKey", Name: s.Cookie, In: "cookie", Description: "The session of a login"}, true
	}
	switch at := matrix.TokenSource(m.Authorizer); {
	case at.Kind == authz.Header && strings.EqualFold(at.Name, "Authorization"):
		scheme = SecurityScheme{Type: "http", Scheme: "bearer"}
	case at.Kind == authz.Header:
		scheme = SecurityScheme{Type: "apiKey", Name: at.Name, In: "header", Description: "A token, with Bearer before it"}
	case at.Kind == authz.Cookie:
		scheme = SecurityScheme{Type: "apiKey", Name: at.Name, In: "cookie", Description: "A token"}
	default:
		scheme = SecurityScheme{Type: "apiKey", Name: at.Name, In: "query", Description: "A token"}
	}
	return name, scheme, true
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
	if out == "" || out == "apiKey" || out == "sigv4" {
		return "authorizer_" + out
	}
	return out
}

// message is the body of API Gateway's own answers.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
var message = map[string]Media{"application/json": {Schema: map[string]any{
	"type": "object", "properties": map[string]any{"message": map[string]any{"type": "string"}},
}}}

// responses returns the answers of API Gateway itself, those that the method declares, and a default for the answers of
// its integration.
func responses(row matrix.Route, m *apimodel.Method) map[string]Response {
	out := map[string]Response{}
	for _, r := range m.Responses {
		out[r.StatusCode] = Response{Description: "An answer of the integration"}
	}
	if m.Integration.Type == apimodel.IntegrationProxy || len(m.Responses) == 0 {
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
	for status, why := range map[string]string{"401": unauthorized, "403": forbidden} {
		if why != "" {
			out[status] = Response{Description: why, Content: message}
		}
	}
	return out
}
