package tryout

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/validation"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// validatesBody reports whether a method's request validator checks bodies. A missing body counts as an empty object.
func validatesBody(m *apimodel.Method) bool {
	return m.Validator != nil && m.Validator.Body && len(m.RequestSchemas) > 0
}

// body returns a JSON body on one line, which the model of the method accepts, if it has one.
func body(api *apimodel.API, m *apimodel.Method) string {
	sample, ok := validation.Sample(api, m)
	var compact bytes.Buffer
	if !ok || json.Compact(&compact, []byte(sample)) != nil {
		return "{}"
	}
	return compact.String()
}

// parameters adds values for the parameters that a method's request validator requires. It leaves out credentials: they
// are added later, and an example without credentials must not have wrong ones.
func (m *maker) parameters(t target, e *Example) {
	if v := t.method.Validator; v == nil || !v.Parameters {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(t.method.RequestParameters)) {
		if !t.method.RequestParameters[name] {
			continue
		}
		if header, ok := strings.CutPrefix(name, "method.request.header."); ok {
			credential := strings.EqualFold(header, "Authorization") && t.Kind != matrix.None ||
				strings.EqualFold(header, "X-API-Key") && t.APIKey
			if !credential {
				e.Headers = append(e.Headers, header+": 1")
			}
		} else if parameter, ok := strings.CutPrefix(name, "method.request.querystring."); ok {
			e.addQuery(parameter, "1")
		}
	}
}

// addQuery adds a parameter to the query. The value is already escaped.
func (e *Example) addQuery(name, value string) {
	separator := "?"
	if strings.Contains(e.URL, "?") {
		separator = "&"
	}
	e.URL += separator + url.QueryEscape(name) + "=" + value
}

// request returns the request that curl would send from this machine.
func (e *Example) request(now time.Time) (*exchange.Request, error) {
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil, err
	}
	r := &exchange.Request{
		Verb: e.Verb, RawPath: u.EscapedPath(), RawQuery: u.RawQuery, Host: u.Host, Protocol: "HTTP/1.1",
		SourceIP: "127.0.0.1", Body: []byte(e.Body),
	}
	add := func(name, value string) { r.Headers = append(r.Headers, exchange.Header{Name: name, Value: value}) }
	add("Host", u.Host)
	add("User-Agent", "curl")
	add("Accept", "*/*")
	if e.Key != nil {
		signature, err := Sign(e.Verb, e.URL, e.Body, *e.Key, e.Region, now)
		if err != nil {
			return nil, err
		}
		for _, h := range signature {
			add(h[0], h[1])
		}
	}
	if e.Cookies != "" {
		add("Cookie", e.Cookies)
	}
	if e.Proof != nil {
		proof, err := e.Proof()
		if err != nil {
			return nil, err
		}
		add("DPoP", proof)
	}
	for _, h := range e.headers() {
		name, value, _ := strings.Cut(h, ": ")
		add(name, value)
	}
	return r, nil
}

// headers returns the example's headers, and Content-Type if it has a body.
func (e *Example) headers() []string {
	if e.Body == "" || slices.ContainsFunc(e.Headers, isContentType) {
		return e.Headers
	}
	return append(slices.Clone(e.Headers), "Content-Type: application/json")
}

func isContentType(header string) bool {
	return strings.HasPrefix(strings.ToLower(header), "content-type:")
}

// usuallyHasBody reports whether requests with a verb usually have a body.
func usuallyHasBody(verb string) bool {
	return verb == http.MethodPost || verb == http.MethodPut || verb == http.MethodPatch
}
