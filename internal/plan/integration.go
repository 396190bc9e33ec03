package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// The types of integration.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
const (
	integrationAWS       = "AWS"
	integrationAWSProxy  = "AWS_PROXY"
	integrationHTTP      = "HTTP"
	integrationHTTPProxy = "HTTP_PROXY"
	integrationMock      = "MOCK"
)

// Integration is what answers a route in a function's place, as CDK describes it once it is bound to the method.
type Integration struct {
	Type        string // such as "AWS"
	URI         string // with a * for each part that is known only when the stack is deployed; "" if it is not known
	Passthrough string // WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER; "" is the first
	Templates   bool   // it has request templates

	Requests map[string]string // the request templates, by content type

	Role              bool // it has a role
	PassesCredentials bool // it passes the caller's credentials through
	Streams           bool // it streams its answers
	Converts          bool // it has bodies that are binary converted to text

	Responses  []IntegrationResponse
	Parameters map[string]string // such as "integration.request.path.key": "method.request.path.key"
	CacheKeys  []string          // that answers are kept by
}

// IntegrationResponse maps an answer of the backend to one of the method.
type IntegrationResponse struct {
	Status     string
	Pattern    string            // "" for the default
	Parameters map[string]string // such as "method.response.header.Vary": "'Origin'"
	Templates  map[string]string // by content type
}

// MethodResponse is an answer that a method declares.
type MethodResponse struct {
	Status     string
	Parameters map[string]bool // such as "method.response.header.Vary"
}

// proxy reports whether the backend's answer reaches the caller as it is.
func (i Integration) proxy() bool {
	return i.Type == integrationAWSProxy || i.Type == integrationHTTPProxy
}

// service is the AWS service that a URI calls; "" for a URI of another form.
func (i Integration) service() string {
	if i.Type != integrationAWS && i.Type != integrationAWSProxy {
		return ""
	}
	u, _ := serviceuri.Parse(i.URI)
	return u.Service
}

// call is the call of a service that the body of a request makes, in words: that of an action, and any of Amazon SQS,
// whose path names the queue alone; "" for another path, where the body is a thing such as the object of a bucket.
func (i Integration) call() string {
	service := i.service()
	if service == "" || service == "lambda" {
		return ""
	}
	u, _ := serviceuri.Parse(i.URI)
	if action := u.Action(); action != "" {
		return "the call " + action + " of " + service
	}
	if service == "sqs" {
		return "a call of sqs"
	}
	return ""
}

// mapsCall reports whether parameters of the query or the path say what is called.
func (i Integration) mapsCall() bool {
	for to := range i.Parameters {
		if !strings.HasPrefix(to, "integration.request.header.") {
			return true
		}
	}
	return false
}

// methodResponses are the answers that a method has to declare: those that are given, and one for each status of the
// integration, with the headers that it maps. API Gateway answers 500 for a status that the method does not declare
// ("Output mapping refers to an invalid method response"), and does not deploy a header that it does not.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-response.html
func (i Integration) methodResponses(given []MethodResponse) []MethodResponse {
	var out []MethodResponse
	at := func(status string) *MethodResponse {
		n := slices.IndexFunc(out, func(m MethodResponse) bool { return m.Status == status })
		if n < 0 {
			n = len(out)
			out = append(out, MethodResponse{Status: status})
		}
		return &out[n]
	}
	declare := func(status, name string, required bool) {
		m := at(status)
		if m.Parameters == nil {
			m.Parameters = map[string]bool{}
		}
		m.Parameters[name] = m.Parameters[name] || required
	}
	for _, g := range given {
		at(g.Status)
		for _, name := range slices.Sorted(maps.Keys(g.Parameters)) {
			declare(g.Status, name, g.Parameters[name])
		}
	}
	if i.proxy() {
		return out
	}
	for _, r := range i.Responses {
		at(r.Status)
		for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
			declare(r.Status, name, true)
		}
	}
	return out
}

// MissingParameters are the request's parameters that the integration maps and the method does not declare, with
// whether a request must have them: API Gateway does not deploy a mapping of one that it does not know ("Invalid
// mapping expression specified"). Those of a path are always there.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
func (i Integration) MissingParameters(declared map[string]any) map[string]bool {
	out := map[string]bool{}
	for _, from := range i.Parameters {
		rest, is := strings.CutPrefix(from, "method.request.")
		in, name, _ := strings.Cut(rest, ".")
		in = strings.TrimPrefix(in, "multivalue")
		if !is || name == "" || !slices.Contains([]string{"path", "querystring", "header"}, in) {
			continue
		}
		key := "method.request." + in + "." + name
		if _, known := declared[key]; !known {
			out[key] = in == "path"
		}
	}
	return out
}
