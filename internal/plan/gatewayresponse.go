package plan

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
)

// responseTypes are the types of gateway responses.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
var responseTypes = []string{"ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR",
	"AUTHORIZER_FAILURE", "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN",
	"INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN",
	"QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE",
	"WAF_FILTERED"}

// headerValue matches the values that a header of a gateway response may have: a text in single quotes, or a value of
// the request.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
var headerValue = regexp.MustCompile(`^'[^']*'$|^(method\.request|context|stageVariables)\.[A-Za-z0-9._$-]+$`)

// checkGatewayResponses refuses gateway responses that API Gateway does not support, and those that another prop also
// declares.
func (p *Plan) checkGatewayResponses() (errs []error) {
	for _, kind := range slices.Sorted(maps.Keys(p.props.GatewayResponses)) {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("GatewayResponses[%q]: %w", kind, fmt.Errorf(format, args...)))
		}
		g := p.props.GatewayResponses[kind]
		switch {
		case !slices.Contains(responseTypes, kind):
			bad("there is no such type of answer: want one of %s", strings.Join(responseTypes, ", "))
			continue
		case kind == "REQUEST_TOO_LARGE":
			// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
			bad("API Gateway ignores what is set for it: leave it out")
		case kind == "BAD_REQUEST_BODY" && p.props.ExplainBadRequests:
			bad("ExplainBadRequests declares it, and an API has one answer of a type: leave one of the two out")
		case kind == "UNAUTHORIZED" && p.LoginPage() != "":
			bad("a Login declares it, with its page for navigations without a session: set Login.NoUnauthorizedPage")
		}
		if g.StatusCode != 0 && (g.StatusCode < 200 || g.StatusCode > 599) {
			bad("the StatusCode %d: want 200 to 599, or 0 for the default of the type", g.StatusCode)
		}
		for _, err := range p.checkResponseHeaders(g) {
			bad("%w", err)
		}
		if g.StatusCode == 0 && len(g.Headers) == 0 && len(g.Templates) == 0 {
			bad("it says nothing: set StatusCode, Headers or Templates, or leave it out")
		}
	}
	return errs
}

func (p *Plan) checkResponseHeaders(g GatewayResponse) (errs []error) {
	var ofCORS map[string]string
	if p.props.CORS != nil {
		ofCORS = p.props.CORS.GatewayHeaders()
	}
	seen := map[string]string{} // by lowercase name
	for _, name := range slices.Sorted(maps.Keys(g.Headers)) {
		if err := identity.CheckHeader(name); err != nil {
			errs = append(errs, err)
		}
		if before := seen[strings.ToLower(name)]; before != "" {
			errs = append(errs, fmt.Errorf("the headers %s and %s are one header: leave one of them out", before, name))
		}
		seen[strings.ToLower(name)] = name
		for given := range ofCORS {
			if strings.EqualFold(given, name) {
				errs = append(errs, fmt.Errorf("the header %s is given, and Props.CORS sets it: leave it out", name))
			}
		}
		if value := g.Headers[name]; !cdktoken.Unresolved(value) && !headerValue.MatchString(value) {
			errs = append(
				errs,
				fmt.Errorf("the header %s has the value %q: want a text in single quotes, as API Gateway writes "+
					"it (\"'no-store'\"), or a value such as context.requestId or method.request.header.Origin", name, value),
			)
		}
	}
	for _, mediaType := range slices.Sorted(maps.Keys(g.Templates)) {
		if !strings.Contains(mediaType, "/") {
			errs = append(errs, errors.New("a template is for "+mediaType+": want a media type, such as application/json"))
		}
	}
	return errs
}
