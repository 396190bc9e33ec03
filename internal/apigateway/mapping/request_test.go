package mapping

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// httpMethod is a method with an HTTP integration, with a change.
func httpMethod(change func(i *apimodel.Integration)) *apimodel.Method {
	m := &apimodel.Method{
		Integration: apimodel.Integration{
			Type: apimodel.IntegrationHTTP, HTTPMethod: "POST", URI: "http://127.0.0.1/{id}?a=1",
			RequestParameters: map[string]string{"integration.request.path.id": "method.request.path.id"},
			Responses:         []apimodel.IntegrationResponse{{StatusCode: "200"}},
		},
		Responses: []apimodel.MethodResponse{
			{StatusCode: "200", Parameters: map[string]bool{"method.response.header.X": true}},
		},
	}
	change(&m.Integration)
	return m
}

// TestNewIntegrationRefuses checks that expressions that are not understood are rejected when the API is loaded.
func TestNewIntegrationRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(i *apimodel.Integration)
		says   string
	}{
		{"another part of the request", func(i *apimodel.Integration) {
			i.RequestParameters = map[string]string{"integration.request.body": "'x'"}
		}, `the parameter "integration.request.body": want integration.request.header.NAME`},
		{"a name that is not a header's", func(i *apimodel.Integration) {
			i.RequestParameters = map[string]string{"integration.request.header.a b": "'x'"}
		}, `"integration.request.header.a b"`},
		{"a value of nowhere", func(i *apimodel.Integration) {
			i.RequestParameters = map[string]string{"integration.request.header.A": "method.request.cookie.a"}
		}, "integration.request.header.A: mapping: not supported by the local gateway: the value method.request.cookie.a"},
		{"a path in the body", func(i *apimodel.Integration) {
			i.RequestParameters = map[string]string{"integration.request.header.A": "method.request.body.a[?(@.b)]"}
		}, `the JSONPath "$.a[?(@.b)]"`},
		{"a value without quotes", func(i *apimodel.Integration) {
			i.RequestParameters = map[string]string{"integration.request.header.A": "x"}
		}, "want a 'text' in single quotes"},
		{"a header that the integration cannot have", func(i *apimodel.Integration) {
			i.Responses[0].Parameters = map[string]string{"method.response.header.X": "integration.response.cookie.a"}
		}, "the value integration.response.cookie.a"},
		{"a template", func(i *apimodel.Integration) {
			i.RequestTemplates = map[string]string{"application/json": "\n\n  $input.jsn('$')"}
		},
			"request template: mapping: not supported by the local gateway: line 3, column 3: $input.jsn('$'): $input has body"},
		{"a variable of $context", func(i *apimodel.Integration) {
			i.RequestTemplates = map[string]string{"application/json": "$context.identity.none"}
		}, "the variable $context.identity.none is not known"},
		{"all overrides of a kind", func(i *apimodel.Integration) {
			i.RequestTemplates = map[string]string{"application/json": "$context.requestOverride.path.keySet()"}
		}, "$context.requestOverride.path cannot be read: want requestOverride.header.NAME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewIntegration(httpMethod(c.change), nil); !errors.Is(err, ErrUnsupported) ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %s, got %v", c.says, err)
			}
		})
	}
}

// overridesHeader returns a request template that sets one header, which member selects in the map of overrides.
func overridesHeader(member string) map[string]string {
	return map[string]string{"application/json": "#set($context.requestOverride.header" + member + " = '1')"}
}

// TestRequest checks the parts of the request to an integration.
func TestRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(i *apimodel.Integration)
		source func(s *Source)
		want   string // the URL, or a part of the reason of a failure
	}{
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
		{"a path parameter is decoded", func(*apimodel.Integration) {}, nil, "http://127.0.0.1/a/b?a=1"},
		{"and its percent signs are escaped", func(*apimodel.Integration) {},
			func(s *Source) { s.Params["id"] = "100%25%C3%A9%" },
			"http://127.0.0.1/100%25%C3%A9%25?a=1"},
		{"what cannot stand in a path", func(*apimodel.Integration) {}, func(s *Source) { s.Params["id"] = "a b?c#d" },
			"http://127.0.0.1/a%20b%3Fc%23d?a=1"},
		{"a query that is mapped", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.q"] = "method.request.multivaluequerystring.q"
		}, nil, "http://127.0.0.1/a/b?a=1&q=1&q=a+b"},
		{"a header of several lines in the query", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.h"] = "method.request.multivalueheader.x-many"
		}, func(s *Source) {
			s.Request.Headers = exchange.Headers{{Name: "X-Many", Value: "1"}, {Name: "x-many", Value: "2"}}
		}, "http://127.0.0.1/a/b?a=1&h=1%2C2"},
		{"a missing value", func(i *apimodel.Integration) {
			for q, source := range map[string]string{"h": "multivalueheader.none", "p": "path.none", "b": "body.none"} {
				i.RequestParameters["integration.request.querystring."+q] = "method.request." + source
			}
		}, nil, "http://127.0.0.1/a/b?a=1"},
		{"parts of a body", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.b"] = "method.request.body.[1].c"
			i.RequestParameters["integration.request.querystring.w"] = "method.request.body"
		}, func(s *Source) { s.Request.Body = []byte(`[0,{"c":"d"}]`) },
			"http://127.0.0.1/a/b?a=1&b=d&w=%5B0%2C%7B%22c%22%3A%22d%22%7D%5D"},
		{"a part of a text", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.b"] = "method.request.body.c"
		}, func(s *Source) { s.Request.Body = []byte("c=d") }, "http://127.0.0.1/a/b?a=1"},
		{"no body is an empty object, as recorded", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.b"] = "method.request.body"
		}, nil, "http://127.0.0.1/a/b?a=1&b=%7B%7D"},
		{"a text", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.b"] = "method.request.body"
		}, func(s *Source) { s.Request.Body = []byte("<This>") }, "http://127.0.0.1/a/b?a=1&b=%3CThis%3E"},
		{"a whole body that looks like JSON and is not, as recorded", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.querystring.b"] = "method.request.body"
		}, func(s *Source) { s.Request.Body = []byte("\n{wrongjson") }, "the body is not JSON"},
		{"an override that is read in the same template", func(i *apimodel.Integration) {
			i.RequestTemplates = map[string]string{"application/json": "#set($context.requestOverride.path.id = '7')" +
				"#set($context.requestOverride.querystring.q = " +
				"\"$context.requestOverride.path.id.length()-$!context.requestOverride.header.None\")"}
		}, nil, "http://127.0.0.1/7?a=1&q=1-"},
		{"overrides", func(i *apimodel.Integration) {
			i.RequestTemplates = map[string]string{"application/json": "#set($context.requestOverride.path.id = 7)" +
				"#set($context.requestOverride.querystring.q = ['x', 'y'])"}
		}, nil, "http://127.0.0.1/7?a=1&q=x&q=y"},
		{"an override of a header that is not to be set", func(i *apimodel.Integration) {
			i.RequestTemplates = overridesHeader(".Content-Length")
		}, nil, "the request template sets the header Content-Length"},
		{"an override of a header with a name of the caller", func(i *apimodel.Integration) {
			i.RequestTemplates = overridesHeader("[$input.body]")
		}, func(s *Source) { s.Request.Body = []byte("A: b\r\nC") }, `a header with the name "A: b\r\nC", which is not one`},
		{"a body that is not JSON", func(i *apimodel.Integration) {
			i.RequestParameters["integration.request.header.A"] = "method.request.body.a"
		}, func(s *Source) { s.Request.Body = []byte("{") }, "the body is not JSON"},
		{"a body that is to be binary", func(i *apimodel.Integration) { i.ContentHandling = "CONVERT_TO_BINARY" },
			func(s *Source) { s.Request.Body = []byte("%") }, "is not base64"},
		{"a template that fails", func(i *apimodel.Integration) {
			i.RequestTemplates = map[string]string{"application/json": "$util.base64Decode('%')"}
		}, nil, "a mapping template failed: $util.base64Decode"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := NewIntegration(httpMethod(c.change), nil)
			if err != nil {
				t.Fatal(err)
			}
			s := source()
			if c.source != nil {
				c.source(s)
			}
			call, f := i.Request(s, false)
			if f != nil {
				if !strings.Contains(f.Reason, c.want) {
					t.Errorf("want %s, got %s", c.want, f.Reason)
				}
				return
			}
			if u, err := call.URL(); err != nil || u.String() != c.want {
				t.Errorf("want %s, got %s, %v", c.want, u, err)
			}
		})
	}
}

// TestRespondHeaders checks that a header value with a line end is not sent, and that headers with the gateway's own
// names are renamed.
func TestRespondHeaders(t *testing.T) {
	m := httpMethod(func(i *apimodel.Integration) {
		i.Responses[0].Parameters = map[string]string{"method.response.header.X": "integration.response.multivalueheader.x"}
		i.Responses[0].Templates = map[string]string{
			"application/json": "#set($context.responseOverride.header.Server = 'x')" +
				"#set($context.responseOverride.header.Transfer-Encoding = 'chunked')#set($context.responseOverride.status = 99)",
		}
	})
	i, err := NewIntegration(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"b", "b\r\nc"} {
		got := &Received{Status: 200, Headers: exchange.Headers{{Name: "X", Value: "a"}, {Name: "x", Value: value}}}
		a, f := i.Respond(source(), got)
		if f != nil {
			t.Fatal(f.Reason)
		}
		if has := a.Headers.Get("X") == "a,b"; has != (value == "b") || a.Status != 200 ||
			a.Headers.Get("x-amzn-Remapped-Server") != "x" || a.Headers.Has("Transfer-Encoding") {
			t.Errorf("got %d %v", a.Status, a.Headers)
		}
	}
}

// TestSelection compares patterns with the message of a function's error, as Java does, and with the status of others.
func TestSelection(t *testing.T) {
	const none = "no integration response matches"
	for _, c := range []struct {
		name, pattern string
		received      Received
		reason        string // "" if the pattern matches
	}{
		{"a message", "no .+", Received{Function: true, Error: "no order"}, ""},
		// https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html: "make sure that the error response
		// does not contain any newline (\n) character"
		{"a newline", "no .+", Received{Function: true, Error: "no order\nhere"}, none},
		{"a newline in the pattern", `no (\n|.)+`, Received{Function: true, Error: "no order\nhere"}, ""},
		{"a part of the message", "order", Received{Function: true, Error: "no order"}, none},
		{"a body like an error", ".*order.*", Received{Function: true, Body: []byte(`{"errorMessage":"no order"}`)}, none},
		{"an end of a line", "no .+", Received{Function: true, Error: "no order\u2028here"}, none},
		{"a set of Java", `no\h.+$`, Received{Function: true, Error: "no\u00a0order"}, ""},
		{"no message", ".*", Received{Function: true, Status: 200}, ""},
		{"no message is not the status", ".+", Received{Function: true, Status: 200}, none},
		{"a status", `2\d\d`, Received{Status: 200}, ""},
		{"an unknown message", `.*\bno.*`, Received{Function: true, Error: "é no"}, "cannot be compared"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := NewIntegration(httpMethod(func(i *apimodel.Integration) { i.Responses[0].SelectionPattern = c.pattern }),
				nil)
			if err != nil {
				t.Fatal(err)
			}
			_, f := i.Respond(source(), &c.received)
			switch {
			case f == nil && c.reason != "", f != nil && (c.reason == "" || !strings.Contains(f.Reason, c.reason)):
				t.Errorf("got %+v, want %q", f, c.reason)
			}
		})
	}
}
