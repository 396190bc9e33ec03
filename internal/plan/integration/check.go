package integration

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// check refuses an integration that answers each request with an error, or with which callers could choose the call of
// an AWS service.
func (r Route) check(i Integration) error {
	errs := r.checkStream(i)
	service := i.service()
	if service == "" && i.Type == typeAWS && i.Role { // integrations of functions rarely have a role
		service = "a service that is known when the stack is deployed"
	}
	if service != "" && service != "lambda" {
		if !i.Role && !i.PassesCredentials {
			errs = append(errs, fmt.Errorf("its integration calls %s and has no role, without which the service refuses each "+
				"call: set CredentialsRole to a role that apigateway.amazonaws.com may assume and that may make this call, or "+
				"CredentialsPassthrough on a route of an IAMAuthorizer", service))
		}
		// A template applies to one content type. The body of a request with another type becomes the call. A call of SQS is
		// a form, so a caller could send a call such as "Action=...&DelaySeconds=900".
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
		if i.Templates && (i.Passthrough == "" || i.Passthrough == "WHEN_NO_MATCH") {
			errs = append(errs, fmt.Errorf("its integration makes the call of %s by a template for one Content-Type, and a "+
				"body of any other reaches %s as the caller wrote it, with the rights of the role: set PassthroughBehavior to "+
				"NEVER, with which such requests get 415", service, service))
		}
	}
	if call := i.bodyCall(); call != "" && i.Role && !i.Templates && !i.mapsCall() {
		errs = append(errs, fmt.Errorf("its integration makes %s and has no RequestTemplates, nor RequestParameters for the "+
			"query or the path, so that the body is the call as the caller wrote it, of whatever the role may use: write the "+
			"call in RequestTemplates, with PassthroughBehavior NEVER; \"$input.body\" is a template too", call))
	}
	if call := i.bodyCall(); i.Role && strings.Contains(call, "{") {
		errs = append(errs,
			fmt.Errorf("its integration makes %s, and a parameter of the path stands in it: it is not documented "+
				"that API Gateway escapes an & there, by which a caller would write the call: map it by RequestParameters to "+
				"integration.request.querystring.NAME", call))
	}
	if name := i.unmapped(); name != "" {
		errs = append(errs,
			fmt.Errorf("its integration's URI has {%s}, and no RequestParameters give its value, so that API "+
				"Gateway answers each request with 500: add \"integration.request.path.%s\": %s", name, name, r.valueFor(name)))
	}
	if i.PassesCredentials && !r.Signed {
		errs = append(errs, errors.New("its integration passes the caller's credentials through, which only requests signed "+
			"for an IAMAuthorizer have: set CredentialsRole instead, or guard the route with one"))
	}
	if !i.isProxy() {
		errs = append(errs, i.checkResponses()...)
	}
	if i.Streams && r.Cached {
		errs = append(errs, errors.New("it has CacheResponse, and its integration streams its answers, which API Gateway "+
			"does not cache: remove one of the two"))
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("route %q: %w", r.Pattern, errors.Join(errs...))
}

// checkStream refuses Streamed on a route whose integration does not stream. A function streams only if the integration
// has the URI for streaming.
func (r Route) checkStream(i Integration) []error {
	switch {
	case !r.Streams || i.Streams && i.isProxy() || i.Type == typeHTTPProxy:
		return nil
	case i.Type == typeAWSProxy:
		return []error{errors.New("it is Streamed, and its integration invokes a function for whole answers: use " +
			"Handle, or set ResponseTransferMode to STREAM in the LambdaIntegrationOptions")}
	}
	return []error{fmt.Errorf("it is Streamed, and its integration is of the type %s, whose answers API Gateway maps "+
		"once they are whole: use one of the type HTTP_PROXY, or Handle", i.Type)}
}

// inBraces matches the parameters of an integration's URI, and stage variables, which begin with a dollar sign.
var inBraces = regexp.MustCompile(`\$?\{([A-Za-z0-9._:-]+)\+?\}`)

// unmapped returns the first parameter of the integration's URI that has no mapping, or "". API Gateway does not call
// an integration with such a parameter.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
func (i Integration) unmapped() string {
	for _, found := range inBraces.FindAllStringSubmatch(i.URI, -1) {
		if _, mapped := i.Parameters["integration.request.path."+found[1]]; !mapped && found[0][0] == '{' {
			return found[1]
		}
	}
	return ""
}

// valueFor suggests a value for a parameter of an integration: the path's parameter of the same name, if it exists.
func (r Route) valueFor(name string) string {
	if hasParameter(r.Pattern, name) {
		return fmt.Sprintf("%q", "method.request.path."+name)
	}
	return `a value such as "method.request.querystring.` + name + `", or name a parameter of the path instead`
}

func hasParameter(p route.Pattern, name string) bool {
	return slices.ContainsFunc(p.Segments, func(s route.Segment) bool { return s.Kind != route.Literal && s.Text == name })
}

// checkResponses refuses responses that API Gateway does not accept, or that answer each request with an error.
func (i Integration) checkResponses() (errs []error) {
	if len(i.Responses) == 0 {
		return []error{fmt.Errorf("its integration is of the type %s and has no IntegrationResponses, without which API "+
			"Gateway answers each request with 500: name at least one, whose SelectionPattern is empty for the default",
			i.Type)}
	}
	first := map[string]bool{}
	defaults := 0
	for _, r := range i.Responses {
		n, err := strconv.Atoi(r.Status)
		switch {
		case strings.Contains(r.Status, "*"): // known only at deployment
		case err != nil || n < 200 || n > 599:
			errs = append(errs, fmt.Errorf("its integration has a response with the StatusCode %q: want one of 200 to 599",
				r.Status))
		case first[r.Status]:
			// API Gateway identifies a response by its status:
			// https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html
			errs = append(errs, fmt.Errorf("its integration has two responses with the StatusCode %s, and API Gateway keeps "+
				"one of a status: join their SelectionPatterns with |, or give one another status", r.Status))
		}
		first[r.Status] = true
		if r.Pattern == "" {
			defaults++
		}
	}
	if defaults > 1 {
		errs = append(errs, fmt.Errorf("its integration has %d responses without a SelectionPattern, and the default is "+
			"one: give the others a pattern", defaults))
	}
	return errs
}

// checkBinary refuses request templates if API Gateway treats JSON bodies as binary data. API Gateway does not apply
// templates to binary data, and answers each request with 500. For a MOCK integration, Derive converts the bodies to
// text.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
func (r Route) checkBinary(i Integration) error {
	if !r.BinaryJSON || !i.Templates || i.Converts || i.Type == typeMock {
		return nil
	}
	return fmt.Errorf("route %q: its integration has RequestTemplates, and RestApiProps.BinaryMediaTypes cover "+
		"application/json, so that API Gateway takes the body for binary data and answers each request with 500: name the "+
		"types that are binary, such as image/png, or set ContentHandling to CONVERT_TO_TEXT, by which the templates get "+
		"the body in base64", r.Pattern)
}
