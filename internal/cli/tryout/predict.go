package tryout

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/validation"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// validated tells whether a method's request validator looks at bodies, of which none counts as an empty object.
func validated(m *apimodel.Method) bool {
	return m.Validator != nil && m.Validator.Body && len(m.RequestSchemas) > 0
}

// body is a JSON body for a method: one that its model accepts, if it has a model, on one line.
func body(api *apimodel.API, m *apimodel.Method) string {
	sample, ok := validation.Sample(api, m)
	var compact bytes.Buffer
	if !ok || json.Compact(&compact, []byte(sample)) != nil {
		return "{}"
	}
	return compact.String()
}

// parameters adds values for those that a method's request validator wants, but for credentials: those of the request come
// later, and one that is said to have none must not have wrong ones.
func (m *maker) parameters(t target, e *Example) {
	if v := t.method.Validator; v == nil || !v.Parameters {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(t.method.RequestParameters)) {
		if !t.method.RequestParameters[name] {
			continue
		}
		if header, ok := strings.CutPrefix(name, "method.request.header."); ok {
			if strings.EqualFold(header, "Authorization") && t.Kind != matrix.None || strings.EqualFold(header, "X-API-Key") && t.APIKey {
				continue
			}
			e.Headers = append(e.Headers, header+": 1")
		} else if parameter, ok := strings.CutPrefix(name, "method.request.querystring."); ok {
			separator := "?"
			if strings.Contains(e.URL, "?") {
				separator = "&"
			}
			e.URL += separator + url.QueryEscape(parameter) + "=1"
		}
	}
}

// limit corrects what is said of a request that the resource policy does not let through. A denial comes before a Lambda
// authorizer is asked, and after a user pool's token is verified; silence is a denial where the guard's policy is not one
// that can allow.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func (m *maker) limit(t target, e *Example) {
	if m.Policy == nil {
		return
	}
	allows, denies := m.Policy(m.mount, e.Verb, concrete(t.Path))
	silent := !allows && (t.Kind == matrix.None || t.Kind == matrix.Cognito)
	if !denies && !silent || t.Kind == matrix.Cognito && e.Status == http.StatusUnauthorized {
		return
	}
	e.Status, e.Limited = http.StatusForbidden, true
	e.Why += ", but the resource policy does not let this machine in"
}

// answered is the status of an example after the API's gateway responses, which may have one of their own: 404 for an
// unsigned request, say.
func (m *maker) answered(t target, e *Example) int {
	var kind mapping.Type
	switch {
	case e.Limited:
		kind = mapping.AccessDenied
	case e.Status == http.StatusUnauthorized:
		kind = mapping.Unauthorized
	case e.Status == http.StatusForbidden && e.keyless:
		kind = mapping.InvalidAPIKey
	case e.Status == http.StatusForbidden && t.Kind == matrix.IAM:
		kind = mapping.MissingAuthenticationToken
	case e.Status == http.StatusForbidden:
		kind = mapping.AccessDenied
	default:
		return e.Status
	}
	return m.responses.Status(kind, e.Status)
}
