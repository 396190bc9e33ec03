package mapping

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// Call is a request to an integration.
type Call struct {
	Method  string
	URI     string // includes the values of path parameters and stage variables
	Query   []exchange.Header
	Headers exchange.Headers
	Body    []byte
}

// Request returns the request to an HTTP, HTTP_PROXY or AWS integration. If signed is set, the request's Authorization
// is a signature for API Gateway, and is not passed on.
func (i *Integration) Request(s *Source, signed bool) (*Call, *Failure) {
	to := &target{path: map[string]string{}}
	body := s.Request.Body
	if i.model.Type == apimodel.IntegrationHTTPProxy {
		to.headers = proxyHeaders(events.Headers(s.Request, signed))
		to.query = exchange.AppendQuery(nil, s.Request.RawQuery)
	}
	if f := i.applyParameters(s, to); f != nil {
		return nil, f
	}
	if i.model.Type != apimodel.IntegrationHTTPProxy {
		var f *Failure
		if body, f = i.requestBody(s, to); f != nil {
			return nil, f
		}
	}
	uri, f := i.uri(s, to.path)
	if f != nil {
		return nil, f
	}
	to.headers = slices.DeleteFunc(to.headers, func(line exchange.Header) bool { return i.drops(line.Name) })
	call := &Call{Method: i.model.HTTPMethod, URI: uri, Query: to.query, Headers: to.headers, Body: body}
	if call.Method == "" || call.Method == "ANY" {
		call.Method = s.Request.Verb
	}
	i.addDefaults(s, call)
	return call, nil
}

// requestBody returns the body after the request template and the content handling. A binary body cannot be
// transformed. A body to be converted to text becomes base64, and one to be converted to binary is decoded from it. In
// a body that counts as text, invalid UTF-8 is replaced.
// Source: the first table of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html, and what
// TestRecordedBinaryRequests names
func (i *Integration) requestBody(s *Source, to *target) ([]byte, *Failure) {
	body := s.Request.Body
	isBinary := i.binary != nil && i.binary.BinaryRequest(s.Request)
	handling := i.model.ContentHandling
	switch {
	case !isBinary:
		body = toValidText(body)
	case handling == "CONVERT_TO_TEXT":
		body, isBinary = base64Text(body), false
	}
	out, ok, f := i.template(s, string(body))
	if f != nil {
		return nil, f
	}
	if ok && isBinary {
		return nil, NotTransformed("integration")
	}
	if ok {
		body = []byte(out.Text)
		if f := i.applyOverrides(out, to); f != nil {
			return nil, f
		}
	}
	if handling == "CONVERT_TO_BINARY" && !isBinary {
		decoded, err := fromBase64(body)
		if err != nil {
			return nil, configuration("the body is to be converted to binary, and is not base64: %v", err)
		}
		body = decoded
	}
	return body, nil
}

// applyOverrides applies the template's values for $context.requestOverride, which take precedence over parameters.
func (i *Integration) applyOverrides(out vtl.Output, to *target) *Failure {
	for _, o := range out.Overrides {
		values := []string{vtl.Text(o.Value)}
		if list, ok := o.Value.(*vtl.List); ok {
			values = nil
			for _, item := range list.Items {
				values = append(values, vtl.Text(item))
			}
		}
		switch o.Where {
		case "requestOverride.header":
			if !httpname.IsToken(o.Name) {
				return configuration("the request template sets a header with the name %q, which is not one", o.Name)
			}
			if mustNotSet(i.model.Type, o.Name) {
				return configuration("the request template sets the header %s, which API Gateway does not allow: leave it out",
					o.Name)
			}
			setHeader(&to.headers, o.Name, strings.Join(values, ","))
		case "requestOverride.querystring":
			to.query = slices.DeleteFunc(to.query, func(h exchange.Header) bool { return h.Name == o.Name })
			for _, value := range values {
				to.query = append(to.query, exchange.Header{Name: o.Name, Value: value})
			}
		case "requestOverride.path":
			to.path[o.Name] = strings.Join(values, ",")
		}
	}
	return nil
}

// NotTransformed returns the answer to a request with a binary body that a request template would have to read. If an
// API's binary media types contain */*, that includes preflights, though they have no body.
// Source: https://github.com/aws/serverless-application-model/issues/553,
// https://github.com/clebert/aws-simple/issues/167
func NotTransformed(kind string) *Failure {
	return configuration(
		"API Gateway would not transform the request (Unable to transform request): its media type is one of "+
			"the API's binary ones, and the %s's ContentHandling is not CONVERT_TO_TEXT",
		kind,
	)
}

// URL returns the whole URL of a call to an HTTP integration, with the query parameters of the URI and of the call.
func (c *Call) URL() (*url.URL, error) {
	u, err := url.Parse(c.URI)
	if err != nil {
		return nil, err
	}
	query := u.Query()
	for _, p := range c.Query {
		query.Add(p.Name, p.Value)
	}
	u.RawQuery, u.Fragment = query.Encode(), ""
	return u, nil
}
