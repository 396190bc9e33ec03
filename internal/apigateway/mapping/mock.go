package mapping

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Mock is a MOCK integration, made ready. It does not change, so any number of goroutines may use it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
type Mock struct {
	passthrough string
	requests    byType[velocity]
	responses   []mockResponse // those with a pattern first
}

// mockResponse is an integration response.
type mockResponse struct {
	pattern    *regexp.Regexp // of the status that the request template gives; nil for the default
	status     int
	parameters []parameter
	templates  byType[velocity]
}

// NewMock reads the integration of a method. The error is [ErrUnsupported], or says what API Gateway would refuse when
// the API is deployed.
func NewMock(m *apimodel.Method) (*Mock, error) {
	i := &m.Integration
	if i.Type != apimodel.IntegrationMock {
		return nil, unsupported("the integration %s as a MOCK", i.Type)
	}
	requests, err := parseTemplates(i.RequestTemplates, parseVelocity)
	if err != nil {
		return nil, fmt.Errorf("request template: %w", err)
	}
	out := &Mock{passthrough: i.Passthrough, requests: requests}
	var last []mockResponse
	for _, in := range i.Responses {
		r, err := newMockResponse(m, in)
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

func newMockResponse(m *apimodel.Method, in apimodel.IntegrationResponse) (r mockResponse, err error) {
	if in.ContentHandling != "" {
		return r, unsupported("the content handling %s", in.ContentHandling)
	}
	if r.status, err = strconv.Atoi(in.StatusCode); err != nil || r.status < 200 || r.status > 599 {
		return r, unsupported("the status code %q", in.StatusCode)
	}
	if in.SelectionPattern != "" {
		if r.pattern, err = regexp.Compile(`\A(?:` + in.SelectionPattern + `)\z`); err != nil {
			return r, unsupported("the selection pattern %q: %v", in.SelectionPattern, err)
		}
	}
	// A status without a method response is deployed, recorded in
	// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_api.py. A header
	// that no method response has is not: "Invalid mapping expression specified".
	var declared map[string]bool
	for _, response := range m.Responses {
		if response.StatusCode == in.StatusCode {
			declared = response.Parameters
			break
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Parameters)) {
		if _, ok := declared[name]; !ok {
			return r, fmt.Errorf(
				"mapping: the method's response %s does not have %s, so that API Gateway would not deploy it: "+
					"declare it in MethodResponses",
				in.StatusCode,
				name,
			)
		}
	}
	if r.parameters, err = parseParameters(in.Parameters, "method.response.header.", false, nil); err != nil {
		return r, err
	}
	r.templates, err = parseTemplates(in.Templates, parseVelocity)
	return r, err
}

// Answer is the mock's answer, or why it has none.
func (m *Mock) Answer(s *Source) (exchange.Answer, *Failure) {
	request := string(s.Request.Body)
	if t, ok := m.requests.of(s.Request.Headers.Get("Content-Type")); ok {
		request, _ = t.template.render(s)
	} else if m.passthrough == "NEVER" || m.passthrough == "WHEN_NO_TEMPLATES" && len(m.requests) > 0 {
		return exchange.Answer{}, &Failure{Type: UnsupportedMediaType, Message: "Unsupported Media Type",
			Reason: "the integration has no request template for the Content-Type of the request"}
	}
	status, ok := mockStatus(request)
	if !ok {
		return exchange.Answer{}, Internal(
			500,
			fmt.Sprintf("the MOCK integration gives no statusCode: it got %s", shown(request)),
		)
	}
	for i := range m.responses {
		r := &m.responses[i]
		if r.pattern == nil || r.pattern.MatchString(strconv.Itoa(status)) {
			return r.answer(s), nil
		}
	}
	f := Internal(500, fmt.Sprintf("no integration response matches the status %d, and there is no default", status))
	f.Type = APIConfigurationError
	return exchange.Answer{}, f
}

func (r *mockResponse) answer(s *Source) exchange.Answer {
	a := exchange.Answer{Status: r.status}
	// "API Gateway includes a Content-Type header for all integration responses. By default, the content type is
	// application/json.": https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
	set(&a.Headers, "Content-Type", jsonType)
	for _, p := range r.parameters {
		if value, ok := p.get(s, nil); ok {
			set(&a.Headers, p.name, value)
		}
	}
	if t, ok := r.templates.accepted(s.Request); ok {
		body, overrides := t.template.render(s)
		a.Body = []byte(body)
		for _, h := range overrides {
			set(&a.Headers, h.Name, h.Value)
		}
	}
	return a
}

// mockStatus finds the statusCode in what the request template made. It need not be JSON: API Gateway takes
// { statusCode: 200 }, which the AWS CDK writes, and any integer.
// Source: https://github.com/localstack/localstack/pull/11967 and pull 11148, which record what the service takes.
func mockStatus(text string) (status int, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return 0, false
	}
	members, ok := split(text[1:len(text)-1], ',')
	if !ok {
		return 0, false
	}
	found := false
	for _, member := range members {
		parts, ok := split(member, ':')
		if !ok || len(parts) < 2 {
			continue
		}
		key := strings.TrimSpace(parts[0])
		if n := len(key); n >= 2 && (key[0] == '"' || key[0] == '\'') && key[n-1] == key[0] {
			key = key[1 : n-1]
		}
		if key != "statusCode" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(parts[1]))
		if err != nil || len(parts) > 2 {
			return 0, false
		}
		status, found = n, true
	}
	return status, found
}

// split cuts text at a separator that stands outside of quotes and brackets; these have to be closed.
func split(text string, separator byte) (parts []string, ok bool) {
	var quote byte
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == separator && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:]), quote == 0 && depth == 0
}

// shown is text as an error shows it.
func shown(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return "nothing"
	}
	return strconv.Quote(snippet(text))
}
