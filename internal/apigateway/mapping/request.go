package mapping

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// Call is the request to an integration.
type Call struct {
	Method  string
	URI     string // with the values of path parameters and stage variables
	Query   []exchange.Header
	Headers exchange.Headers
	Body    []byte
}

// requestParameter is a part of the request to an integration, and where its values come from; more than one only in
// the query.
type requestParameter struct {
	where, name string // "header", "querystring" or "path"
	get         func(s *Source) (values []string, f *Failure)
}

// parseRequestParameters reads a map such as {"integration.request.header.X-Id": "method.request.path.id"}.
func parseRequestParameters(m map[string]string) (out []requestParameter, err error) {
	for _, to := range slices.Sorted(maps.Keys(m)) {
		where, name, _ := strings.Cut(strings.TrimPrefix(to, "integration.request."), ".")
		if !strings.HasPrefix(to, "integration.request.") || name == "" ||
			where != "header" && where != "querystring" && where != "path" || where == "header" && !httpname.IsToken(name) {
			return nil, unsupported(
				"the parameter %q: want integration.request.header.NAME, .querystring.NAME or .path.NAME",
				to,
			)
		}
		get, err := parseRequestValue(m[to])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		out = append(out, requestParameter{where, name, get})
	}
	return out, nil
}

// parseRequestValue reads where a value comes from: what [parseValue] reads, method.request.multivalueheader.NAME,
// method.request.multivaluequerystring.NAME, method.request.body, and method.request.body.PATH.
// Source: "Map method request data to integration request parameters" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
func parseRequestValue(from string) (func(*Source) ([]string, *Failure), error) {
	rest, _ := strings.CutPrefix(from, "method.request.")
	in, name, _ := strings.Cut(rest, ".")
	switch {
	case rest == from:
	case in == "multivalueheader" && name != "":
		return func(s *Source) ([]string, *Failure) {
			values := slices.Collect(s.Request.Headers.Values(name))
			if len(values) > 1 {
				values = []string{strings.Join(values, ",")}
			}
			return values, nil
		}, nil
	case in == "multivaluequerystring" && name != "":
		return func(s *Source) (values []string, _ *Failure) {
			for _, p := range exchange.AppendQuery(nil, s.Request.RawQuery) {
				if p.Name == name {
					values = append(values, p.Value)
				}
			}
			return values, nil
		}, nil
	case in == "path" && name != "":
		return func(s *Source) ([]string, *Failure) {
			value, ok := s.Params[name]
			if !ok {
				return nil, nil
			}
			return []string{decodedParameter(value)}, nil
		}, nil
	case in == "body":
		return parseBodyValue(name)
	}
	get, err := parseValue(from, true)
	if err != nil {
		return nil, err
	}
	return func(s *Source) ([]string, *Failure) {
		if value, ok := get(s, &Failure{}); ok {
			return []string{value}, nil
		}
		return nil, nil
	}, nil
}

// decodedParameter is a path parameter as an integration gets it: decoded, so that %2F has become a slash. "REST APIs
// decode URL-encoded request parameters before passing them to backend integrations [and] URL-encode the percent
// character (%) before passing it to backend integrations."
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
func decodedParameter(value string) string {
	return exchange.Text(escapes.ReplaceAllStringFunc(value, func(found string) string {
		decoded, _ := url.PathUnescape(found) // which it is
		return decoded
	}))
}

var escapes = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

func parseBodyValue(name string) (func(*Source) ([]string, *Failure), error) {
	path, err := vtl.ParsePath(pathOf(name))
	if err != nil {
		return nil, unsupported("%v", err)
	}
	return func(s *Source) ([]string, *Failure) {
		text := strings.TrimSpace(string(s.Request.Body))
		// Only what looks like JSON is read as that: _json_load in parameters_mapping.py beside the file that [forbidden]
		// names.
		if name != "" && (text == "" || !strings.ContainsAny(text[:1], `{["'`)) {
			return nil, nil
		}
		if name != "" {
			if _, err := path.Find(text); err != nil {
				return nil, &Failure{Type: Default4XX, Status: 400, Message: "Invalid JSON in request body", Reason: err.Error()}
			}
		}
		if value, ok := bodyValue(path, name, text); ok {
			return []string{value}, nil
		}
		return nil, nil
	}, nil
}

// target is where the parts of a request to an integration are collected.
type target struct {
	headers exchange.Headers
	query   []exchange.Header
	path    map[string]string
}

// mapped collects what the parameters give.
func (i *Integration) mapped(s *Source, to *target) *Failure {
	for _, p := range i.parameters {
		values, f := p.get(s)
		if f != nil {
			return f
		}
		for _, value := range values {
			switch p.where {
			case "header":
				if illegal(i.model.Type, p.name) {
					return configuration("the integration's RequestParameters set the header %s, which API Gateway does not "+
						"let them: leave it out", p.name)
				}
				set(&to.headers, p.name, value)
			case "querystring":
				to.query = append(to.query, exchange.Header{Name: p.name, Value: value})
			case "path":
				to.path[p.name] = value
			}
		}
	}
	return nil
}

// illegal reports whether a parameter or a template must not set a header of the request to an integration.
// Source: ILLEGAL_INTEGRATION_REQUESTS_COMMON and _AWS in the file that [forbidden] names.
func illegal(integration, header string) bool {
	switch strings.ToLower(header) {
	case "content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id":
		return true
	case "authorization", "connection", "expect", "proxy-authenticate", "te":
		return integration == apimodel.IntegrationAWS
	}
	return false
}

// overridden applies what a request template sets of $context.requestOverride, which wins over parameters.
func (i *Integration) overridden(out vtl.Output, to *target) *Failure {
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
			if illegal(i.model.Type, o.Name) {
				return configuration("the request template sets the header %s, which API Gateway does not let it: leave it out",
					o.Name)
			}
			set(&to.headers, o.Name, strings.Join(values, ","))
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

// Request makes the request to an HTTP, HTTP_PROXY or AWS integration. Signed says that the request's Authorization is
// a signature for API Gateway, which is not passed on.
func (i *Integration) Request(s *Source, signed bool) (*Call, *Failure) {
	to := &target{path: map[string]string{}}
	body := s.Request.Body
	if i.model.Type == apimodel.IntegrationHTTPProxy {
		to.headers = proxied(events.Headers(s.Request, signed))
		to.query = exchange.AppendQuery(nil, s.Request.RawQuery)
	}
	if f := i.mapped(s, to); f != nil {
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
	call := &Call{Method: i.model.HTTPMethod, URI: uri, Query: to.query, Headers: to.headers, Body: body}
	if call.Method == "" || call.Method == "ANY" {
		call.Method = s.Request.Verb
	}
	i.defaults(s, call)
	return call, nil
}

// requestBody is the body by the request template, and by the content handling: a binary body cannot be transformed,
// and one that is to be converted comes out as base64 or goes in as that.
// Source: the first table of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
func (i *Integration) requestBody(s *Source, to *target) ([]byte, *Failure) {
	body := s.Request.Body
	isBinary := i.binary != nil && i.binary.BinaryRequest(s.Request)
	handling := i.model.ContentHandling
	if isBinary && handling == "CONVERT_TO_TEXT" {
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
		if f := i.overridden(out, to); f != nil {
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

// NotTransformed is the answer to a request whose body counts as binary, where a request template would have to read
// it. A preflight is such a request where the API's binary media types have */*, though it has no body.
// Source: https://github.com/aws/serverless-application-model/issues/553,
// https://github.com/clebert/aws-simple/issues/167
func NotTransformed(kind string) *Failure {
	return configuration(
		"API Gateway would not transform the request (Unable to transform request): its media type is one of "+
			"the API's binary ones, and the %s's ContentHandling is not CONVERT_TO_TEXT",
		kind,
	)
}

// proxied leaves out what an HTTP_PROXY integration does not get of the request: the Host, which is the integration's
// own, the coding of a body that is decoded, and the trace, which is added to every request.
// Source: drop_headers and DROPPED_FROM_INTEGRATION_REQUESTS_HTTP in the file that [forbidden] names.
func proxied(h exchange.Headers) exchange.Headers {
	return slices.DeleteFunc(h, func(line exchange.Header) bool {
		switch strings.ToLower(line.Name) {
		case "host", "content-encoding", "via", "x-amzn-trace-id":
			return true
		}
		return false
	})
}

// defaults adds what API Gateway adds to the request: where nothing sets it Accept, User-Agent and Content-Type; the
// trace; and for HTTP the API's id.
// Source: _apply_header_transforms in the file that [forbidden] names, and test_http_integration_with_lambda recorded
// in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_http.snapshot.json
func (i *Integration) defaults(s *Source, call *Call) {
	add := func(name, value string) {
		if value != "" && !call.Headers.Has(name) {
			call.Headers = append(call.Headers, exchange.Header{Name: name, Value: value})
		}
	}
	add("Accept", jsonType)
	add("User-Agent", "AmazonAPIGateway_"+s.Context.APIID)
	if call.Method == "GET" || call.Method == "HEAD" || call.Method == "OPTIONS" {
		call.Body = nil
	} else {
		add("Content-Type", s.Request.Headers.Get("Content-Type"))
	}
	add("X-Amzn-Trace-Id", s.Request.TraceID)
	if i.model.Type != apimodel.IntegrationAWS {
		set(&call.Headers, "X-Amzn-Apigateway-Api-Id", s.Context.APIID)
	}
}

// URL is the whole URL of a call to an HTTP integration: with the query of the URI and of the call.
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
