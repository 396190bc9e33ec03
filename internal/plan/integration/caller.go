package integration

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The headers that tell an HTTP backend who called. The names have no hyphen: many backends (CGI, WSGI, PHP) read a
// hyphen and an underscore as the same character, so that a caller could send X_Caller beside a mapped X-Caller.
const (
	PrincipalHeader = "CallerPrincipalId"
	IssuerHeader    = "CallerIssuer"
)

// NotGiven is the value of such a header if the route names no caller, or the guard no issuer. No guard returns it: a
// subject's space is percent-encoded by the included function, and neither an ARN nor an ID of a user has one.
const NotGiven = "not given"

// callerHeaders returns the RequestParameters of the headers that name the caller. If a route of the API has them, each
// route with an HTTP backend has both, because API Gateway passes a header of the client on unless something is mapped
// to it. LocalStack has recorded that a mapping replaces the client's header, in
// test_http_proxy_integration_request_data_mappings of
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_http.py.
// No source says what is sent if the value is missing. So each value is one that is always there. Nor does one say what
// happens to a header in another case, or to several lines: docs/integrations.md tells backends to refuse two values.
func (r Route) callerHeaders(i Integration) (map[string]string, error) {
	fail := func(format string, a ...any) (map[string]string, error) {
		return nil, fmt.Errorf("route %q: "+format, append([]any{r.Pattern}, a...)...)
	}
	isHTTP := i.Type == typeHTTP || i.Type == typeHTTPProxy
	switch {
	case r.Caller != nil && !isHTTP:
		return fail("it has ForwardCaller, which adds the caller to what SendTo, StartExecution, StartSyncExecution, "+
			"PutEvents, InvokeAsync, ForwardTo and HTTP integrations send: map $%s in the templates or RequestParameters of "+
			"its own integration instead", r.Caller.Principal)
	case r.Caller != nil && r.Caller.Own:
		return fail("it has ForwardCaller, and your own Function guards it, whose principalId may be empty or no text for " +
			"a header, so that the client's own header could reach the backend in its place: guard the route with a " +
			"TokenAuthorizer with JWT, or answer it with a function")
	case !isHTTP || !r.TellsCallers:
		return nil, nil
	}
	for _, to := range slices.Sorted(maps.Keys(i.Parameters)) {
		for _, name := range []string{PrincipalHeader, IssuerHeader} {
			if strings.EqualFold(to, header(name)) {
				return fail("its integration maps %s, and ForwardCaller sets that header on each route of the API with an HTTP "+
					"backend: leave it out of the RequestParameters", to)
			}
		}
	}
	out := map[string]string{header(PrincipalHeader): "'" + NotGiven + "'", header(IssuerHeader): "'" + NotGiven + "'"}
	if r.Caller != nil {
		out[header(PrincipalHeader)] = r.Caller.Principal
		if r.Caller.Issuer != "" {
			out[header(IssuerHeader)] = r.Caller.Issuer
		}
	}
	return out, nil
}

// header returns the parameter of a header that an integration sends.
func header(name string) string { return "integration.request.header." + name }
