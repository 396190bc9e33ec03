package plan

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Model is a body schema in a template.
type Model struct {
	Name   string
	Schema map[string]any
	Text   []byte // Schema as JSON
}

// Models returns the models of all routes and those of Props.Models, each once, sorted by name.
func (p *Plan) Models() (out []Model) {
	for _, m := range p.namedModels() {
		if m.Name == p.models[string(m.Model.JSON)] {
			out = append(out, Model{m.Name, m.Model.Schema, m.Model.JSON})
		}
	}
	slices.SortFunc(out, func(x, y Model) int { return cmp.Compare(x.Name, y.Name) })
	return slices.CompactFunc(out, func(x, y Model) bool { return x.Name == y.Name })
}

// ModelOf returns the name of the model that a route checks or describes, or "" for a route without one. If one schema
// has several names, it returns the first.
func (p *Plan) ModelOf(r PlannedRoute) string {
	if b := r.modelOf(); b != nil {
		return p.models[string(b.Model.JSON)]
	}
	return ""
}

// checkModels chooses a name for each schema, and refuses two schemas with one name.
func (p *Plan) checkModels() (errs []error) {
	p.models = map[string]string{}
	first := map[string]namedModel{}
	for _, m := range p.namedModels() {
		text := string(m.Model.JSON)
		if name, named := p.models[text]; !named || m.Name < name {
			p.models[text] = m.Name
		}
		name := strings.ToLower(m.Name) // so that no two logical IDs differ in case alone
		one, seen := first[name]
		if !seen {
			first[name] = m
			continue
		}
		if !bytes.Equal(one.Model.JSON, m.Model.JSON) || one.Name != m.Name {
			errs = append(errs, fmt.Errorf("%s called %q, of %s, and %s called %q, of %s: give one of them another name with "+
				`Named("%s2")`, m.place, m.Name, m.Source, one.place, one.Name, one.Source, m.Name))
		}
	}
	return errs
}

// checkExplanation refuses ExplainBadRequests in an API that checks no body.
func (p *Plan) checkExplanation() []error {
	if !p.props.ExplainBadRequests || slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool {
		return r.Body != nil || r.OwnValidation != ""
	}) {
		return nil
	}
	return []error{errors.New("ExplainBadRequests is set, and no route has a Body: leave it out")}
}

// checkBinaryBodies refuses bodies where the binary media types cover JSON. Such bodies reach the function in base64,
// and API Gateway does not document that it validates them.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
func (p *Plan) checkBinaryBodies() []error {
	if !p.BinaryPreflights() {
		return nil
	}
	for _, r := range p.Routes {
		if r.Body != nil {
			return []error{fmt.Errorf("route %q has a Body, and RestApiProps.BinaryMediaTypes cover application/json, so that "+
				"bodies reach the function in base64, and it is not documented that they are validated: name the types that "+
				"are binary, such as image/png", r.Pattern)}
		}
	}
	return nil
}

// Unchecked warns of schema keywords that look like a check but are not one, and of bodies that may pass unchecked.
// Each warning has the ID that acknowledges it: keywords or binary.
func (p *Plan) Unchecked(keywords, binary string) (warnings []Warning) {
	told := map[string]bool{}
	for r := range p.Sorted() {
		if r.Body == nil || len(r.Body.Model.Unchecked) == 0 || told[r.Body.Source] {
			continue
		}
		told[r.Body.Source] = true
		warnings = append(warnings, Warning{keywords, fmt.Sprintf("the Body of %q, of %s, has keywords that API Gateway "+
			"does not check, at %s: have the function check them, write a pattern beside each, or acknowledge %q", r.Pattern,
			r.Body.Source, strings.Join(r.Body.Model.Unchecked, " and "), keywords)})
	}
	if p.props.RestAPI == nil || len(p.props.RestAPI.BinaryMediaTypes) == 0 {
		return warnings
	}
	for r := range p.Sorted() {
		if r.Body != nil {
			return append(warnings, Warning{binary, fmt.Sprintf("route %q has a Body, and the API has BinaryMediaTypes "+
				"(%s). It is not documented that API Gateway validates a body whose Content-Type is one of them, and its "+
				"caller chooses that header: have the function refuse events with isBase64Encoded, or give routes with "+
				"binary bodies an API of their own; then acknowledge %q",
				r.Pattern, strings.Join(p.props.RestAPI.BinaryMediaTypes, ", "), binary)})
		}
	}
	return warnings
}

// Warning is a message for the owner of an API, and the ID that acknowledges it.
type Warning struct{ ID, Text string }
