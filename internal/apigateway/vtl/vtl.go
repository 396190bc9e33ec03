// Package vtl renders the mapping templates of API Gateway: the Velocity Template Language with the variables $input,
// $util, $context and $stageVariables.
//
//	t, err := vtl.Parse(`{"id": "$input.params('id')", "order": $input.json('$.order')}`, vtl.Options{})
//	out, err := t.Render(&vtl.Env{Body: body, Params: params})
//
// A template is parsed once, when the API is loaded. Unsupported features, such as a directive, a method or a function
// of $util, are errors of [Parse] that name the place; no part of a template is ignored. Rendering is bounded: loops as
// on AWS, output and work by limits of this package.
//
// It does not support #parse, #include, #evaluate and, like API Gateway, #macro. It does not choose templates or send
// what they make.
//
// The language is that of Apache Velocity 1.7 (https://velocity.apache.org/engine/1.7/vtl-reference.html), whose
// grammar is src/parser/Parser.jjt of https://github.com/apache/velocity-engine. It differs where behaviour was
// recorded on AWS in https://github.com/localstack/airspeed/blob/master/tests/test_templating.snapshot.json: a missing
// value is an empty text, and there are no macros. The variables are those of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html.
//
// # Why it is not a library
//
// github.com/viant/velty, the one maintained Velocity in Go, compiles templates against Go types that must be declared
// first. It has no values of unknown type, which JSON bodies need, no $!x, no Java methods such as replaceAll and
// keySet, no limits, and its errors do not name the place.
package vtl

import (
	"errors"
	"fmt"
	"strings"
)

// maxTemplate is the size limit of a template, in bytes.
// Source: "Maximum size of mapping template is 300 KB" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
const maxTemplate = 300 << 10

// maxIterations limits the iterations of a #foreach.
// Source: "Number of #foreach loop iterations in mapping templates: 1,000" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxIterations = 1000

// Further limits of a rendering, which are this package's own.
const (
	maxSteps = 1_000_000 // nodes and operations, including what they read; see [rendering.reads]
	maxBytes = 32 << 20  // total size of the strings that it makes
	maxDepth = 64        // nesting of blocks, expressions and JSON
)

// Options configures parsing.
type Options struct {
	// Context checks the name of a variable of $context, such as "authorizer.claims.sub". Default: every name is accepted.
	Context func(name string) error
}

// Env is the data that a template reads.
type Env struct {
	Body           string // the body of the request or of the integration's answer; "" for none
	StageVariables map[string]string
	Overrides      []Override // set by an earlier template

	// Both are called when the template first needs them. The kinds are "path", "querystring" and "header".
	Params  func(kind string) []Pair
	Context func() *Map

	spent int // steps used up before rendering begins, for tests of the limit
}

// Pair is a parameter of a request. The last of several with the same name counts.
type Pair struct{ Name, Value string }

// Output is the result of rendering a template.
type Output struct {
	Text      string
	Overrides []Override // in the order of their #set
}

// Override is a #set of $context.requestOverride or $context.responseOverride.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
type Override struct {
	Where string // "requestOverride.header", ".querystring", ".path"; "responseOverride.header", ".status", or another
	Name  string // "" for the status and others
	Value Value
}

// ErrRender reports that a template failed for one request.
var ErrRender = errors.New("vtl: the template failed")

// ErrBody reports that a template reads the body as JSON, but the body is not JSON.
var ErrBody = errors.New("vtl: the body is not JSON")

// SyntaxError describes an invalid or unsupported part of a template.
type SyntaxError struct {
	Line, Column int // from 1; the column counts bytes
	What         string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.What)
}

// Template is a parsed template. It does not change, so it is safe for concurrent use.
type Template struct{ nodes []node }

// Parse parses a template. The error is a *[SyntaxError].
func Parse(text string, o Options) (*Template, error) {
	p := &parser{text: text, options: o}
	if len(text) > maxTemplate {
		return nil, p.errorAt(0, "the template has %d bytes, and API Gateway takes %d", len(text), maxTemplate)
	}
	nodes, end, err := p.block()
	if err != nil {
		return nil, err
	}
	if end != "" {
		return nil, p.errorAt(p.endAt, "#%s without #if, #foreach or #define before it", end)
	}
	return &Template{nodes}, nil
}

// Render renders a template. The error is [ErrRender] or [ErrBody].
func (t *Template) Render(env *Env) (Output, error) {
	r := &rendering{env: env, variables: map[string]Value{}, steps: env.spent}
	err := r.nodes(t.nodes)
	if err != nil && !errors.Is(err, errStop) {
		if !errors.Is(err, ErrBody) {
			err = fmt.Errorf("%w: %w", ErrRender, err)
		}
		return Output{}, err
	}
	return Output{r.out.String(), r.overrides}, nil
}

// rendering is the state of one rendering.
type rendering struct {
	env       *Env
	out       strings.Builder
	variables map[string]Value
	overrides []Override
	set       *Map // overrides of $context, made on first use

	context, params, stage *Map // made on first use
	body                   Value
	parsed                 bool
	steps, bytes, depth    int
}

// countStep counts one step.
func (r *rendering) countStep() error {
	if r.steps++; r.steps > maxSteps {
		return fmt.Errorf("it takes more than %d steps", maxSteps)
	}
	return nil
}

// countBytes counts the bytes of a string.
func (r *rendering) countBytes(n int) error {
	if r.bytes += n; r.bytes > maxBytes {
		return fmt.Errorf("its strings have more than %d bytes", maxBytes)
	}
	return nil
}
