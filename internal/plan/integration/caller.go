package integration

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// These headers name the caller to an HTTP backend. The names have no hyphen, because many backends (CGI, WSGI, PHP)
// read a hyphen and an underscore as the same character. A caller could send X_Caller beside a mapped X-Caller.
const (
	PrincipalHeader = "CallerPrincipalId"
	IssuerHeader    = "CallerIssuer"
)

// NotGiven is the value of such a header if the route does not forward the caller, or if the guard has no issuer. It
// cannot be a caller's value, because it has a space: the included function percent-encodes spaces of a subject, and
// ARNs and user IDs have no spaces.
const NotGiven = "not given"

// callerHeaders returns the RequestParameters of the headers that name the caller. If one route of the API has them,
// each route with an HTTP backend gets both, because API Gateway forwards a header of the client that is not mapped.
// LocalStack has recorded that a mapping replaces the client's header, in
// test_http_proxy_integration_request_data_mappings of
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_http.py.
// No source says what API Gateway sends for a missing value, so each value is one that always exists. Nor does one say
// what happens to a header in another case, or to several lines: docs/integrations.md tells backends to refuse two
// values.
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
