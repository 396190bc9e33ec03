package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// Integration is a MOCK, HTTP, HTTP_PROXY or AWS integration, prepared for requests. It does not change, so it is safe
// for concurrent use.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integration-settings.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
type Integration struct {
	model       *apimodel.Integration
	passthrough string
	requests    byType[*vtl.Template]
	parameters  []requestParameter
	responses   []integrationResponse // with the default last
	binary      Binary
}

// Binary reports which bodies API Gateway handles as bytes.
type Binary interface {
	BinaryRequest(r *exchange.Request) bool
	BinaryAnswer(contentType string) bool
	AcceptsBinary(r *exchange.Request) bool
}

var _ Binary = (*events.Route)(nil)

// integrationResponse is an integration response.
type integrationResponse struct {
	pattern    *regexes.Pattern // compared with the status or the error message; nil for the default
	status     int
	declared   bool // the method declares a response with this status
	parameters []parameter
	templates  byType[*vtl.Template]
	handling   string
}

// NewIntegration reads the integration of a method. The error is [ErrUnsupported], or describes what API Gateway would
// reject when the API is deployed.
func NewIntegration(m *apimodel.Method, binary Binary) (*Integration, error) {
	i := &m.Integration
	out := &Integration{model: i, passthrough: i.Passthrough, binary: binary}
	var err error
	switch i.Type {
	case apimodel.IntegrationHTTPProxy:
		// API Gateway ignores templates and integration responses of HTTP_PROXY.
		out.parameters, err = parseRequestParameters(i.RequestParameters)
		return out, err
	case apimodel.IntegrationMock, apimodel.IntegrationHTTP, apimodel.IntegrationAWS:
	default:
		return nil, unsupported("the integration %s", i.Type)
	}
	if out.requests, err = parseTemplates(i.RequestTemplates, parseTemplate); err != nil {
		return nil, fmt.Errorf("request template: %w", err)
	}
	if i.Type != apimodel.IntegrationMock {
		if out.parameters, err = parseRequestParameters(i.RequestParameters); err != nil {
			return nil, err
		}
	}
	var last []integrationResponse
	for _, in := range i.Responses {
		r, err := newIntegrationResponse(m, in)
		if err != nil {
			return nil, fmt.Errorf("integration response %s: %w", in.StatusCode, err)
		}
		if r.pattern == nil {
			last = append(last, r)
		} else {
			out.responses = append(out.responses, r)
		}
	}
	if len(last) > 1 {
		return nil, unsupported("%d integration responses without a selection pattern", len(last))
	}
	out.responses = append(out.responses, last...)
	return out, nil
}

func newIntegrationResponse(m *apimodel.Method, in apimodel.IntegrationResponse) (r integrationResponse, err error) {
	r.handling = in.ContentHandling
	if r.handling != "" && m.Integration.Type == apimodel.IntegrationMock {
		return r, unsupported("the content handling %s", in.ContentHandling)
	}
	if r.status, err = strconv.Atoi(in.StatusCode); err != nil || r.status < 200 || r.status > 599 {
		return r, unsupported("the status code %q", in.StatusCode)
	}
	if in.SelectionPattern != "" {
		if r.pattern, err = regexes.Whole(in.SelectionPattern); err != nil {
			return r, unsupported("the selection pattern %q: %v", in.SelectionPattern, err)
		}
	}
	// API Gateway deploys a status without a method response, as recorded in
	// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_api.py. It does not
	// deploy a header that no method response declares: "Invalid mapping expression specified".
	var declared map[string]bool
	for _, response := range m.Responses {
		if response.StatusCode == in.StatusCode {
			declared, r.declared = response.Parameters, true
			break
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Parameters)) {
		if _, ok := declared[name]; !ok {
			return r, fmt.Errorf(
				"mapping: the method's response %s does not have %s, so API Gateway would not deploy it: "+
					"declare it in MethodResponses",
				in.StatusCode,
				name,
			)
		}
	}
	if r.parameters, err = parseResponseParameters(in.Parameters, m.Integration.Type); err != nil {
		return r, err
	}
	r.templates, err = parseTemplates(in.Templates, parseTemplate)
	return r, err
}

// template renders the request template for the request's Content-Type. ok is false if no template applies, so that the
// body passes unchanged. A missing Content-Type counts as application/json; $default applies to types without a
// template.
// Source: "Integration passthrough behaviors" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html, and, for
// $default, get_request_template in the file that [forbidden] names.
func (i *Integration) template(s *Source, body string) (out vtl.Output, ok bool, f *Failure) {
	t, ok := i.requests.forHeader(s.Request.Headers.Get("Content-Type"))
	if !ok {
		t, ok = i.requests.forHeader("$default")
	}
	if ok {
		out, f = render(t.template, s, body)
		s.overrides = out.Overrides // they apply to the answer too: see [override]
		return out, true, f
	}
	if i.passthrough == "NEVER" || i.passthrough == "WHEN_NO_TEMPLATES" && len(i.requests) > 0 {
		return out, false, &Failure{Type: UnsupportedMediaType, Message: "Unsupported Media Type",
			Reason: "the integration has no request template for the Content-Type of the request"}
	}
	return out, false, nil
}

// choose returns the integration response for an integration's answer. selection is the answer's status or, for a
// Lambda function that failed, the error message. If several patterns match, the response whose status is selection
// wins, else the first.
// Source: seen on AWS of MOCK, https://github.com/ministackorg/ministack/pull/1756
func (i *Integration) choose(selection string) (*integrationResponse, *Failure) {
	var chosen *integrationResponse
	for n := range i.responses {
		r := &i.responses[n]
		own := strconv.Itoa(r.status) == selection && r.pattern != nil
		if chosen != nil && !own {
			continue
		}
		if r.pattern != nil {
			ok, err := r.pattern.Match(selection)
			if err != nil {
				return nil, configuration("the selection pattern of the integration response %d cannot be compared with %q: %v",
					r.status, snippet(selection), err)
			}
			if !ok {
				continue
			}
		}
		chosen = r
		if own {
			break
		}
	}
	switch {
	case chosen == nil:
		return nil, configuration("no integration response matches %q, and there is no default", snippet(selection))
	case !chosen.declared:
		// The text is from the execution log:
		// https://dev.classmethod.jp/articles/tsnote-output-mapping-refers-to-an-invalid-method-response-200/
		return nil, configuration("the integration response %d refers to a status that is not one of the method's "+
			"responses (Output mapping refers to an invalid method response): declare it in MethodResponses", chosen.status)
	}
	return chosen, nil
}

// configuration returns API Gateway's answer for an integration that is configured wrongly.
func configuration(format string, a ...any) *Failure {
	f := Internal(500, fmt.Sprintf(format, a...))
	f.Type = APIConfigurationError
	return f
}
