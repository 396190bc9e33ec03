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

// corsHeaders returns the headers that an API Gateway answer to a page of another origin has, each as a fixed text. If
// there are several origins, it names the first, which is wrong for requests from the others.
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

// originOverride returns the beginning of a response template that names the request's origin if it is one of the
// others. CDK's preflights do the same. A line that has only directives adds nothing to the body.
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

// answerCORS is what an integration's response needs so that pages of other origins can read it.
type answerCORS struct {
	headers map[string]string // those that the response does not map itself, such as "method.response.header.Vary": "'Origin'"
	head    string            // to put before each template; "" for nothing
	unread  bool              // whether only pages of the first origin can read the response, because it has no template that could name another
}

// neededFor returns what a response needs. It adds nothing to a response that maps Access-Control-Allow-Origin itself.
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

// mapsHeader reports whether parameters set a header of the answer. Header names are compared without case.
func mapsHeader(parameters map[string]string, name string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(parameters)), func(have string) bool {
		return strings.EqualFold(have, MethodHeader+name)
	})
}

// CORSWarning returns a warning that says which answers of a route's integration pages cannot read, and the way out. It
// returns "" if pages can read them all. The warning can be acknowledged by its ID.
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
