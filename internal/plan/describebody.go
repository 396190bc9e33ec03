package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DescribeBody describes the bodies of a route's requests without checking them.
type DescribeBody struct{ Body }

var _ Word = DescribeBody{}

func (DescribeBody) word() string { return "DescribeBody" }

func (d DescribeBody) addTo(r *PlannedRoute) []error {
	switch {
	case r.Described != nil:
		return []error{errors.New("it has DescribeBody twice: join the schemas by anyOf in one")}
	case d.Err != nil:
		return []error{fmt.Errorf("its DescribeBody, of %s: %w", d.Source, d.Err)}
	}
	r.Described = &d.Body
	if err := d.nameError(); err != nil {
		return []error{fmt.Errorf("its DescribeBody, of %s, %w", d.Source, err)}
	}
	return nil
}

// checkDescribed refuses DescribeBody beside Body, which describes the body as well as checking it, and beside models
// in the method's own options, which the description would replace.
func (r *PlannedRoute) checkDescribed() []error {
	switch {
	case r.Described == nil:
	case r.Body != nil:
		return []error{errors.New("it has Body, which describes the body in checking it, and DescribeBody: leave one of " +
			"them out")}
	case strings.Contains(r.OwnValidation, "RequestModels"):
		return []error{errors.New("it has DescribeBody, and its MethodOptions set RequestModels: leave one of them out")}
	}
	return nil
}

// modelOf returns the body whose model a route's method names, or nil.
func (r PlannedRoute) modelOf() *Body {
	if r.Body != nil {
		return r.Body
	}
	return r.Described
}

// namedModels returns the bodies that have a model, each with the place that it comes from.
func (p *Plan) namedModels() (out []namedModel) {
	for _, r := range p.Routes {
		if b := r.modelOf(); b != nil {
			word := "a Body"
			if r.Body == nil {
				word = "a DescribeBody"
			}
			out = append(out, namedModel{b, fmt.Sprintf("route %q has %s", r.Pattern, word)})
		}
	}
	for i := range p.props.Models {
		out = append(out, namedModel{&p.props.Models[i], fmt.Sprintf("Props.Models[%d] is", i)})
	}
	return slices.Clip(out)
}

// namedModel is a body, and the place that it comes from in words for errors.
type namedModel struct {
	*Body
	place string
}

// checkGivenModels checks the models of Props.Models.
func (p *Plan) checkGivenModels() (errs []error) {
	for i, b := range p.props.Models {
		switch {
		case b.Err != nil:
			errs = append(errs, fmt.Errorf("Props.Models[%d], of %s: %w", i, b.Source, b.Err))
		case b.nameError() != nil:
			errs = append(errs, fmt.Errorf("Props.Models[%d], of %s, %w", i, b.Source, b.nameError()))
		}
	}
	return errs
}
