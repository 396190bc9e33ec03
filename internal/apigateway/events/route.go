package events

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Route is a method on a stage. It holds the parts that all of its events have in common, already encoded. It does not
// change, so several goroutines may use it.
type Route struct {
	params []string // the names of the path's parameters, in order
	binary binaryTypes
	signed bool // the method uses AWS_IAM

	apiID         string
	resource      string // a JSON string, like the fields below
	variables     string // null if the stage has none
	authVariables string // the same for a REQUEST authorizer; {} if the stage has none
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

// parameters returns the names in a path such as "/orders/{id}/{proxy+}".
func parameters(path string) (names []string) {
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			names = append(names, strings.TrimSuffix(part[1:len(part)-1], "+"))
		}
	}
	return names
}

// appendParams writes the undecoded values of the path's parameters.
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

// path returns the request's path for the event. Slashes at its beginning become one, though the path in the request
// context keeps them: recorded on AWS for /stage//hardcoded (the snapshots that the package's documentation names). For
// a custom domain the path begins with the base path, and has no stage.
// Sources: https://github.com/localstack/localstack/pull/12296,
// https://github.com/CodeGenieApp/serverless-express/issues/216
func path(r *exchange.Request) string {
	return r.Base + "/" + strings.TrimLeft(r.Path, "/")
}

// estimateSize estimates the size of an event, so that its buffer rarely has to grow.
func estimateSize(r *exchange.Request) int {
	n := 1536 + 3*len(r.Path) + 3*len(r.RawQuery) + len(r.Body) + len(r.Body)/2
	for _, line := range r.Headers {
		n += 2*(len(line.Name)+len(line.Value)) + 16
	}
	return n
}
