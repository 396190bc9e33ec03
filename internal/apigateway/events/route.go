package events

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Route is a method on a stage: what its events have in common, written out once. It does not change, so any number of
// goroutines may use it.
type Route struct {
	params []string // names of the path's parameters, in their order
	binary binaryTypes
	signed bool // AWS_IAM

	apiID         string
	resource      string // a JSON string, as the following
	variables     string // null if the stage has none
	authVariables string // the same for a REQUEST authorizer, {} if the stage has none
	account       string
	resourceID    string
	stage         string
	deployment    string
	api           string
}

// NewRoute prepares the events of a method.
func NewRoute(api *apimodel.API, stage *apimodel.Stage, method *apimodel.Method) *Route {
	text := func(s string) string { return string(appendString(nil, s)) }
	return &Route{
		params: parameters(method.Path), binary: newBinaryTypes(api.BinaryMediaTypes),
		signed: method.Authorization == apimodel.AuthorizationIAM, apiID: api.APIID,
		resource:      text(method.Path),
		variables:     string(appendMap(nil, stage.Variables, nothing)),
		authVariables: string(appendMap(nil, stage.Variables, empty)),
		account:       text(api.Account),
		resourceID:    text(method.Resource.ResourceID),
		stage:         text(stage.Name),
		deployment:    text(stage.DeploymentID),
		api:           text(api.APIID),
	}
}

// parameters are the names in a path such as "/orders/{id}/{proxy+}".
func parameters(path string) (names []string) {
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			names = append(names, strings.TrimSuffix(part[1:len(part)-1], "+"))
		}
	}
	return names
}

// appendParams writes the values of the path's parameters, which are not decoded.
func (rt *Route) appendParams(b []byte, params map[string]string, none string) []byte {
	separator := byte('{')
	for _, name := range rt.params {
		if value, ok := params[name]; ok {
			b = append(b, separator)
			b = appendString(b, name)
			b = append(b, ':')
			b = appendString(b, value)
			separator = ','
		}
	}
	if separator == '{' {
		return append(b, none...)
	}
	return append(b, '}')
}

// path is the request's path as the event has it. Slashes that it begins with are one, though the path in the request
// context keeps them: recorded on AWS for /stage//hardcoded (the snapshots that the package's documentation names). By
// a custom domain it begins with the base path, and has no stage.
// Sources: https://github.com/localstack/localstack/pull/12296,
// https://github.com/CodeGenieApp/serverless-express/issues/216
func path(r *exchange.Request) string {
	return r.Base + "/" + strings.TrimLeft(r.Path, "/")
}

// size guesses how many bytes an event takes, so that it rarely has to be moved.
func size(r *exchange.Request) int {
	n := 1536 + 3*len(r.Path) + 3*len(r.RawQuery) + len(r.Body) + len(r.Body)/2
	for _, line := range r.Headers {
		n += 2*(len(line.Name)+len(line.Value)) + 16
	}
	return n
}
