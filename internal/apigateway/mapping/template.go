package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
)

// parseTemplate parses a mapping template. The error is [ErrUnsupported] and names the place.
func parseTemplate(text string) (*vtl.Template, error) {
	t, err := vtl.Parse(text, vtl.Options{Context: templateVariable})
	if err != nil {
		return nil, unsupported("%v", err)
	}
	return t, nil
}

// templateVariable checks a variable of $context in a mapping template. Besides the supported variables, authorizer and
// identity are allowed as a whole, since templates loop over them.
func templateVariable(name string) error {
	switch name {
	case "authorizer", "authorizer.claims", "identity":
		return nil
	}
	if _, err := errorVariable(name); err != nil {
		return fmt.Errorf("the variable $context.%s is not known", name)
	}
	return nil
}

// render renders a template with a body: that of the request, or of the integration's answer.
func render(t *vtl.Template, s *Source, body string) (vtl.Output, *Failure) {
	out, err := t.Render(&vtl.Env{
		Body:           body,
		StageVariables: s.StageVariables,
		Overrides:      s.overrides,
		Params:         s.params,
		Context:        s.contextMap,
	})
	switch {
	case errors.Is(err, vtl.ErrBody):
		// This message was seen on AWS: https://github.com/serverless/serverless/issues/2270
		return out, &Failure{
			Type:    Default4XX,
			Status:  400,
			Message: "Could not parse request body into json: " + strings.TrimPrefix(err.Error(), "vtl: the body is not JSON: "),
			Reason:  "a mapping template reads the body as JSON: " + strings.TrimPrefix(err.Error(), "vtl: "),
		}
	case err != nil:
		f := Internal(500, "a mapping template failed: "+strings.TrimPrefix(err.Error(), "vtl: the template failed: "))
		f.Type = APIConfigurationError
		return out, f
	}
	return out, nil
}

// params returns the request's parameters of a kind, as in $input.params(). Headers keep the case of their names, and
// include those that API Gateway adds.
func (s *Source) params(kind string) (list []vtl.Pair) {
	switch kind {
	case "path":
		for _, name := range slices.Sorted(maps.Keys(s.Params)) {
			list = append(list, vtl.Pair{Name: name, Value: s.Params[name]})
		}
		return list
	case "querystring":
		return pairs(exchange.AppendQuery(nil, s.Request.RawQuery))
	}
	return pairs(events.Headers(s.Request, false))
}

func pairs(list []exchange.Header) []vtl.Pair {
	out := make([]vtl.Pair, len(list))
	for i, line := range list {
		out[i] = vtl.Pair(line)
	}
	return out
}

// contextMap returns $context as a map.
func (s *Source) contextMap() *vtl.Map {
	root, authorizer, claims, identity := newContextMap(), newContextMap(), newContextMap(), newContextMap()
	for _, name := range slices.Sorted(maps.Keys(s.Context.Authorizer)) {
		if claim, ok := strings.CutPrefix(name, "claims."); ok {
			claims.Put(claim, s.Context.Authorizer[name])
		} else {
			authorizer.Put(name, s.Context.Authorizer[name])
		}
	}
	if claims.Len() > 0 {
		authorizer.Put("claims", claims)
	}
	authorizer.Absent = func(name string) vtl.Value {
		if name == "claims" {
			return claims
		}
		return ""
	}
	for _, name := range identityNames {
		identity.Put(name, s.Context.Identity[name])
	}
	certificate, validity := newContextMap(), newContextMap()
	certificate.Put("validity", validity)
	identity.Put("clientCert", certificate)
	for _, name := range slices.Sorted(maps.Keys(requestVariables)) {
		value := requestVariables[name](s)
		if rest, ok := strings.CutPrefix(name, "identity.clientCert.validity."); ok {
			validity.Put(rest, value)
			continue
		}
		if rest, ok := strings.CutPrefix(name, "identity.clientCert."); ok {
			certificate.Put(rest, value)
			continue
		}
		if rest, ok := strings.CutPrefix(name, "identity."); ok {
			identity.Put(rest, value)
			continue
		}
		root.Put(name, value)
	}
	root.Put("authorizer", authorizer)
	root.Put("identity", identity)
	root.Put("error", newContextMap()) // only gateway responses have an error
	return root
}

// newContextMap returns a map in which unknown keys have an empty value.
func newContextMap() *vtl.Map {
	m := vtl.NewMap()
	m.Absent = vtl.Empty
	return m
}
