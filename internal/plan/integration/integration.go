// Package integration checks integrations, which answer routes instead of functions. It derives what their methods
// need: the declared answers, the request parameters, and the CORS headers.
//
// Package secureapi passes it each integration in the form to which CDK resolves it, and a [Route] from package plan.
// It accepts any type of integration, and does not know who may call the route.
package integration

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// The types of integrations.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
const (
	typeAWS       = "AWS"
	typeAWSProxy  = "AWS_PROXY"
	typeHTTP      = "HTTP"
	typeHTTPProxy = "HTTP_PROXY"
	typeMock      = "MOCK"
)

// Integration is an integration that CDK has bound to a method.
type Integration struct {
	Type        string // such as "AWS"
	URI         string // has a * for each part that is known only at deployment; "" without a URI
	Passthrough string // WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER; "" means WHEN_NO_MATCH
	Templates   bool   // whether it has request templates

	Requests map[string]string // the request templates, by content type

	Role              bool // whether it has a role
	PassesCredentials bool // whether it uses the caller's credentials instead of a role
	Streams           bool // whether it streams its answers
	Converts          bool // whether it converts binary bodies to text

	Responses  []Response
	Parameters map[string]string // such as "integration.request.path.key": "method.request.path.key"
	CacheKeys  []string          // parameters that are part of the cache key
}

// Response maps an answer of the backend to an answer of the method.
type Response struct {
	Status     string
	Pattern    string            // "" for the default response
	Parameters map[string]string // such as "method.response.header.Vary": "'Origin'"
	Templates  map[string]string // by content type
}

// MethodResponse is an answer that the method declares.
type MethodResponse struct {
	Status     string
	Parameters map[string]bool // such as "method.response.header.Vary"
}

// isProxy reports whether the backend's answer reaches the caller unchanged.
func (i Integration) isProxy() bool {
	return i.Type == typeAWSProxy || i.Type == typeHTTPProxy
}

// service returns the AWS service that a URI calls, or "" for a URI of another form.
func (i Integration) service() string {
	if i.Type != typeAWS && i.Type != typeAWSProxy {
		return ""
	}
	u, _ := serviceuri.Parse(i.URI)
	return u.Service
}

// bodyCall describes the service call that the body of a request makes. The URI names an action, or a queue of Amazon
// SQS. It returns "" for other URIs, such as that of an object in a bucket, whose body is data.
func (i Integration) bodyCall() string {
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

// mapsCall reports whether parameters of the query or the path decide which call is made.
func (i Integration) mapsCall() bool {
	for to := range i.Parameters {
		if !strings.HasPrefix(to, "integration.request.header.") {
			return true
		}
	}
	return false
}

// methodResponses returns the answers that a method must declare: the given ones, and one for each status of the
// integration, with the mapped headers. API Gateway answers 500 for an undeclared status ("Output mapping refers to an
// invalid method response"), and does not deploy a mapping of an undeclared header.
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
	if i.isProxy() {
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

// MissingParameters returns the request parameters that the integration maps but the method does not declare, and
// whether each is required. Parameters of the path are required. API Gateway does not deploy a mapping of an undeclared
// parameter ("Invalid mapping expression specified").
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
