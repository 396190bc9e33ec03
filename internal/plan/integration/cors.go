package integration

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
)

// MethodHeader is the prefix of a parameter that sets a header of a method's answer, before the header's name.
const MethodHeader = "method.response.header."

// corsHeaders returns the CORS headers of a response, each as a literal. With several origins, the literal is the first
// origin, and [originOverride] replaces it for requests from the others.
func corsHeaders(c *corsconfig.Config) map[string]string {
	out := map[string]string{"Access-Control-Allow-Origin": "'" + c.AllowOrigins[0] + "'"}
	if c.AllowOrigins[0] != "*" {
		out["Vary"] = "'Origin'"
	}
	if c.AllowCredentials {
		out["Access-Control-Allow-Credentials"] = "'true'"
	}
	if len(c.ExposeHeaders) > 0 {
		out["Access-Control-Expose-Headers"] = "'" + strings.Join(c.ExposeHeaders, ",") + "'"
	}
	return out
}

// originOverride returns the beginning of a response template. It sets Access-Control-Allow-Origin to the request's
// origin if that is another allowed origin, as CDK's preflights do. Lines with only directives add nothing to the body.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
func originOverride(c *corsconfig.Config) string {
	var is []string
	for _, o := range c.AllowOrigins[1:] {
		is = append(is, `$allowedOrigin == "`+o+`"`)
	}
	return `#set($allowedOrigin = $input.params().header.get("Origin"))
#if($allowedOrigin == "")
#set($allowedOrigin = $input.params().header.get("origin"))
#end
#if(` + strings.Join(is, " || ") + `)
#set($context.responseOverride.header.Access-Control-Allow-Origin = $allowedOrigin)
#end
`
}

// answerCORS has the additions to an integration's response so that pages of other origins can read it.
type answerCORS struct {
	headers map[string]string // the missing headers, such as "method.response.header.Vary": "'Origin'"
	head    string            // goes before each template; "" for no addition

	// unread reports whether only pages of the first origin can read the response, because it has no template that could
	// name another origin.
	unread bool
}

// neededFor returns the additions to a response. A response that maps Access-Control-Allow-Origin itself needs none.
func neededFor(c *corsconfig.Config, r Response) (a answerCORS) {
	if c == nil || mapsHeader(r.Parameters, "Access-Control-Allow-Origin") {
		return a
	}
	a.headers = map[string]string{}
	for name, value := range corsHeaders(c) {
		if !mapsHeader(r.Parameters, name) {
			a.headers[MethodHeader+name] = value
		}
	}
	if len(c.AllowOrigins) > 1 {
		a.head, a.unread = originOverride(c), len(r.Templates) == 0
	}
	return a
}

// mapsHeader reports whether parameters set a header of the answer. It ignores the case of header names.
func mapsHeader(parameters map[string]string, name string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(parameters)), func(have string) bool {
		return strings.EqualFold(have, MethodHeader+name)
	})
}

// CORSWarning returns a warning that names the answers of a route's integration that pages of other origins cannot
// read, or "". id is the warning's name for Annotations.AcknowledgeWarning.
func (r Route) CORSWarning(i Integration, id string) string {
	if r.CORS == nil {
		return ""
	}
	if i.isProxy() {
		backend := "the backend"
		if i.Type == typeAWSProxy {
			backend = "the function, which lambdahttp/cors does by GATEHOUSE_CORS in its environment,"
		}
		return fmt.Sprintf("route %q: the API has CORS, and its integration is a proxy, whose answers API Gateway does not "+
			"change: let %s set Access-Control-Allow-Origin, without which pages of other origins do not read them; then "+
			"acknowledge %q", r.Pattern, backend, id)
	}
	var unread []string
	for _, response := range i.Responses {
		if neededFor(r.CORS, response).unread {
			unread = append(unread, response.Status)
		}
	}
	if len(unread) == 0 {
		return ""
	}
	return fmt.Sprintf("route %q: CORS has %d origins, and its integration's answers with the status %s have no "+
		"ResponseTemplates that could name the one of the request: pages of %s alone read them. Give them a template, "+
		"name one origin, or acknowledge %q", r.Pattern, len(r.CORS.AllowOrigins), strings.Join(unread, ", "),
		r.CORS.AllowOrigins[0], id)
}
