package mapping

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// requestParameter is a part of the request to an integration with the source of its values. Only query parameters can
// have several.
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
// method.request.multivaluequerystring.NAME, method.request.body, or method.request.body.PATH.
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

// decodedParameter returns a path parameter as an integration gets it: decoded, so that %2F has become a slash. "REST
// APIs decode URL-encoded request parameters before passing them to backend integrations [and] URL-encode the percent
// character (%) before passing it to backend integrations."
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
func decodedParameter(value string) string {
	return exchange.Text(escapes.ReplaceAllStringFunc(value, func(found string) string {
		decoded, _ := url.PathUnescape(found) // it is valid
		return decoded
	}))
}

var escapes = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

func parseBodyValue(name string) (func(*Source) ([]string, *Failure), error) {
	path, err := vtl.ParsePath(pathOf(name))
	if err != nil {
		return nil, unsupported("%v", err)
	}
	// A missing body is {}. Only a body that looks like JSON is parsed, even for the whole body: test_body_mapping_empty
	// and test_invalid_json_body_mapping, tried on AWS, in
	// https://github.com/localstack/localstack/blob/main/tests/unit/services/apigateway/test_parameters_mapping.py
	return func(s *Source) ([]string, *Failure) {
		text := cmp.Or(strings.TrimSpace(string(s.Request.Body)), "{}")
		if strings.ContainsAny(text[:1], `{["'`) {
			if _, err := path.Find(text); err != nil {
				return nil, &Failure{Type: Default4XX, Status: 400, Message: "Invalid JSON in request body", Reason: err.Error()}
			}
		} else if name != "" {
			return nil, nil
		}
		if value, ok := bodyValue(path, name, text); ok {
			return []string{value}, nil
		}
		return nil, nil
	}, nil
}

// target collects the parts of a request to an integration.
type target struct {
	headers exchange.Headers
	query   []exchange.Header
	path    map[string]string
}

// applyParameters adds the values of the parameters.
func (i *Integration) applyParameters(s *Source, to *target) *Failure {
	for _, p := range i.parameters {
		values, f := p.get(s)
		if f != nil {
			return f
		}
		for _, value := range values {
			switch p.where {
			case "header":
				if mustNotSet(i.model.Type, p.name) {
					return configuration("the integration's RequestParameters set the header %s, which API Gateway does not "+
						"allow: leave it out", p.name)
				}
				setHeader(&to.headers, p.name, value)
			case "querystring":
				to.query = append(to.query, exchange.Header{Name: p.name, Value: value})
			case "path":
				to.path[p.name] = value
			}
		}
	}
	return nil
}
