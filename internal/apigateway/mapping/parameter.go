package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// parameter is a header of an answer with the source of its value.
type parameter struct {
	name string
	get  func(s *Source, f *Failure) (value string, ok bool)
}

// parseParameters reads a map such as {"gatewayresponse.header.Vary": "'Origin'"}, sorted by name. All names must begin
// with prefix. request permits values from the request. An unknown variable is passed to unknown, and its header is
// left out; if unknown is nil, it is an error.
func parseParameters(m map[string]string, prefix string, request bool, unknown func(name string)) ([]parameter, error) {
	var out []parameter
	for to, from := range m {
		name, ok := strings.CutPrefix(to, prefix)
		if !ok || !httpname.IsToken(name) {
			return nil, unsupported("the parameter %q: want %sNAME", to, prefix)
		}
		get, err := parseValue(from, request)
		if err != nil && unknown != nil && isVariable(from) {
			unknown("$" + from)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		out = append(out, parameter{name, get})
	}
	slices.SortFunc(out, func(x, y parameter) int { return cmp.Compare(x.name, y.name) })
	for i := 1; i < len(out); i++ {
		if strings.EqualFold(out[i-1].name, out[i].name) {
			return nil, unsupported("the header %s, which is there twice", out[i].name)
		}
	}
	return out, nil
}

// isVariable reports whether a value names a variable of $context or $stageVariables.
func isVariable(from string) bool {
	return strings.HasPrefix(from, "context.") || strings.HasPrefix(from, "stageVariables.")
}

// parseResponseParameters reads the parameters of an integration response. For a MOCK, they cannot read the
// integration's answer.
func parseResponseParameters(m map[string]string, integration string) ([]parameter, error) {
	if integration == apimodel.IntegrationMock {
		return parseParameters(m, "method.response.header.", false, nil)
	}
	var out []parameter
	rest := map[string]string{}
	for to, from := range m {
		get, ok, err := parseReceived(from)
		name, isHeader := strings.CutPrefix(to, "method.response.header.")
		switch {
		case !ok:
			rest[to] = from
		case err != nil:
			return nil, fmt.Errorf("%s: %w", to, err)
		case !isHeader || !httpname.IsToken(name):
			return nil, unsupported("the parameter %q: want method.response.header.NAME", to)
		default:
			out = append(out, parameter{name, get})
		}
	}
	others, err := parseParameters(rest, "method.response.header.", false, nil)
	out = append(out, others...)
	slices.SortFunc(out, func(x, y parameter) int { return cmp.Compare(x.name, y.name) })
	return out, err
}

// parseReceived reads a value that comes from the integration's answer: integration.response.header.NAME,
// integration.response.multivalueheader.NAME, integration.response.body, or integration.response.body.PATH. ok is false
// for any other value.
func parseReceived(from string) (get func(*Source, *Failure) (string, bool), ok bool, err error) {
	rest, ok := strings.CutPrefix(from, "integration.response.")
	if !ok {
		return nil, false, nil
	}
	in, name, _ := strings.Cut(rest, ".")
	switch {
	case in == "header" && name != "":
		return func(s *Source, _ *Failure) (string, bool) {
			return s.received.Headers.Get(name), s.received.Headers.Has(name)
		}, true, nil
	case in == "multivalueheader" && name != "":
		return func(s *Source, _ *Failure) (string, bool) {
			return strings.Join(slices.Collect(s.received.Headers.Values(name)), ","), s.received.Headers.Has(name)
		}, true, nil
	case in == "body":
		path, err := vtl.ParsePath(pathOf(name))
		return func(s *Source, _ *Failure) (string, bool) {
			return bodyValue(path, name, string(s.received.Body))
		}, true, err
	}
	return nil, true, unsupported("the value %s", from)
}

// pathOf returns the JSONPath for the part after "body.".
func pathOf(name string) string {
	if name == "" || strings.HasPrefix(name, "[") {
		return "$" + name
	}
	return "$." + name
}

// bodyValue returns a part of a body, or all of it without a name.
func bodyValue(path vtl.Path, name, body string) (string, bool) {
	if name == "" {
		return body, body != ""
	}
	text, err := path.Find(body)
	return text, err == nil && text != ""
}

// parseValue reads where a value comes from: 'text', context.NAME, stageVariables.NAME, method.request.header.NAME,
// method.request.querystring.NAME or method.request.path.NAME. Names of headers compare without case, since HTTP/2,
// which AWS uses with browsers, has them in lower case. A value that the request does not have sets no header.
// Source: "Mapping data to method response headers" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html, and the example of
// https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html
func parseValue(from string, request bool) (func(*Source, *Failure) (string, bool), error) {
	if len(from) >= 2 && from[0] == '\'' && from[len(from)-1] == '\'' {
		text := from[1 : len(from)-1]
		return func(*Source, *Failure) (string, bool) { return text, true }, nil
	}
	if rest, ok := strings.CutPrefix(from, "method.request."); ok && request {
		in, name, _ := strings.Cut(rest, ".")
		switch {
		case name == "":
		case in == "header":
			return func(s *Source, _ *Failure) (string, bool) {
				return s.Request.Headers.Get(name), s.Request.Headers.Has(name)
			}, nil
		case in == "querystring":
			return func(s *Source, _ *Failure) (string, bool) { return exchange.QueryValue(s.Request.RawQuery, name) }, nil
		case in == "path":
			return func(s *Source, _ *Failure) (string, bool) { v, ok := s.Params[name]; return v, ok }, nil
		}
		return nil, unsupported("the value %s", from)
	}
	context := contextVariable
	if request {
		context = errorVariable
	}
	if !isVariable(from) {
		return nil, unsupported("the value %s: want a 'text' in single quotes, or a variable", from)
	}
	get, err := rootVariable(from, context)
	if err != nil {
		return nil, err
	}
	return func(s *Source, f *Failure) (string, bool) { v := get(s, f); return v, v != "" }, nil
}

// setHeader sets a header, and replaces all lines with the same name. It ignores a value with control characters, which
// can only come from a request or an authorizer: such a value could end the line.
func setHeader(to *exchange.Headers, name, value string) {
	if !httpname.IsValue(value) {
		return
	}
	same := func(h exchange.Header) bool { return strings.EqualFold(h.Name, name) }
	line := exchange.Header{Name: name, Value: value}
	i := slices.IndexFunc(*to, same)
	if i < 0 {
		*to = append(*to, line)
		return
	}
	(*to)[i] = line
	*to = slices.Concat((*to)[:i+1], slices.DeleteFunc(slices.Clone((*to)[i+1:]), same))
}
