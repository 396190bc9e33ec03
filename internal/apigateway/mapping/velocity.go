package mapping

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// velocity is a template of a MOCK integration: as much of the Velocity Template Language as the preflights of the AWS
// CDK have (aws-cdk-lib, aws-apigateway/lib/resource.ts, addCorsPreflight).
//
//	#set($origin = $input.params().header.get("Origin"))
//	#if($origin == "https://a.example.com" || $origin == "https://b.example.com")
//	  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
//	#end
//
// and, in text and as values, $context.NAME and $stageVariables.NAME. All values are strings.
// Source: https://velocity.apache.org/engine/devel/vtl-reference.html
type velocity []node

// node is one of textNode, outputNode, setNode, overrideNode and ifNode.
type node interface{ render(r *rendering) }

type textNode string

// outputNode writes a value.
type outputNode struct {
	of     operand
	source string // as it stands in the template
}

// setNode sets a variable of the template.
type setNode struct {
	name string
	to   operand
}

// overrideNode sets a header of the answer.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
type overrideNode struct {
	header string
	to     operand
}

// ifNode has one comparison at least, of which one must hold.
type ifNode struct {
	any  [][2]operand
	body velocity
}

// operand yields a value, or none if it is a variable that is not set.
type operand func(r *rendering) (value string, ok bool)

// rendering is a template being rendered.
type rendering struct {
	source    *Source
	out       strings.Builder
	variables map[string]string
	overrides exchange.Headers
}

// render renders a template: its text, and the headers that it sets.
func (t velocity) render(s *Source) (text string, overrides exchange.Headers) {
	r := rendering{source: s}
	r.nodes(t)
	return r.out.String(), r.overrides
}

func (r *rendering) nodes(t velocity) {
	for _, n := range t {
		n.render(r)
	}
}

func (n textNode) render(r *rendering) { r.out.WriteString(string(n)) }

// A reference that has no value is written as it stands in the template.
func (n outputNode) render(r *rendering) {
	if value, ok := n.of(r); ok {
		r.out.WriteString(value)
	} else {
		r.out.WriteString(n.source)
	}
}

// A variable keeps its value when it is set to one that has none.
func (n setNode) render(r *rendering) {
	value, ok := n.to(r)
	if !ok {
		return
	}
	if r.variables == nil {
		r.variables = map[string]string{}
	}
	r.variables[n.name] = value
}

func (n overrideNode) render(r *rendering) {
	if value, ok := n.to(r); ok {
		set(&r.overrides, n.header, value)
	}
}

// A comparison with a value that is missing does not hold.
func (n ifNode) render(r *rendering) {
	for _, c := range n.any {
		x, isX := c[0](r)
		y, isY := c[1](r)
		if isX && isY && x == y {
			r.nodes(n.body)
			return
		}
	}
}
