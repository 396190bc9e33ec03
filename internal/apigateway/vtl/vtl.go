// Package vtl renders the mapping templates of API Gateway: the Velocity Template Language with the variables $input,
// $util, $context and $stageVariables.
//
//	t, err := vtl.Parse(`{"id": "$input.params('id')", "order": $input.json('$.order')}`, vtl.Options{})
//	out, err := t.Render(&vtl.Env{Body: body, Params: params})
//
// A template is read once, when the API is loaded. What the package does not know, such as a directive, a method or a
// function of $util, is an error of [Parse] that names the place; nothing of a template is passed over. What a template
// does when it runs is bounded: loops as on AWS, output and work by limits of this package.
//
// It does not have #parse, #include, #evaluate and, as API Gateway, #macro. It does not choose templates or send what
// they make.
//
// The language is that of Apache Velocity 1.7 (https://velocity.apache.org/engine/1.7/vtl-reference.html), whose
// grammar is src/parser/Parser.jjt of https://github.com/apache/velocity-engine, but for what was recorded on AWS in
// https://github.com/localstack/airspeed/blob/master/tests/test_templating.snapshot.json: what is missing is an empty
// text, and there are no macros. The variables are those of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html.
//
// # Why it is not a library
//
// github.com/viant/velty, the one maintained Velocity in Go, compiles templates against Go types that are declared
// before: it has no values of unknown type as JSON bodies are, no $!x, no Java methods such as replaceAll and keySet,
// no limits, and its errors have no place.
package vtl

import (
	"errors"
	"fmt"
	"strings"
)

// maxTemplate is how large a template may be, in bytes.
// Source: "Maximum size of mapping template is 300 KB" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
const maxTemplate = 300 << 10

// maxIterations is how often one #foreach may run.
// Source: "Number of #foreach loop iterations in mapping templates: 1,000" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxIterations = 1000

// What a rendering may take beyond that; these are the package's own.
const (
	maxSteps = 1_000_000 // nodes and operations, and what they read; see [rendering.reads]
	maxBytes = 32 << 20  // of all strings that it makes
	maxDepth = 64        // of blocks, expressions and JSON
)

// Options say what a template may do.
type Options struct {
	// Context checks a variable of $context, such as "authorizer.claims.sub". Default: every name is taken.
	Context func(name string) error
}

// Env is what a template reads.
type Env struct {
	Body           string // of the request, or of the integration's answer; "" for none
	StageVariables map[string]string
	Overrides      []Override // that a template before this one has set, which it reads

	// Both are called when a template first reads what they give. The kinds are "path", "querystring" and "header".
	Params  func(kind string) []Pair
	Context func() *Map

	spent int // steps that are spent before it begins, for tests of what happens at the last
}

// Pair is a parameter of a request. Of several with one name the last counts.
type Pair struct{ Name, Value string }

// Output is what a template makes.
type Output struct {
	Text      string
	Overrides []Override // in the order in which they were set
}

// Override is a #set of $context.requestOverride or $context.responseOverride.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
type Override struct {
	Where string // "requestOverride.header", ".querystring", ".path"; "responseOverride.header", ".status", or another
	Name  string // "" for the status and others
	Value Value
}

// ErrRender says that a template failed for one request.
var ErrRender = errors.New("vtl: the template failed")

// ErrBody says that a template reads the body as JSON, and that it is not JSON.
var ErrBody = errors.New("vtl: the body is not JSON")

// SyntaxError is a template that is not understood.
type SyntaxError struct {
	Line, Column int // from 1; the column counts bytes
	What         string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.What)
}

// Template is a template that was read. It does not change: any number of goroutines may render it.
type Template struct{ nodes []node }

// Parse reads a template. The error is a *[SyntaxError].
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

// rendering is a template being rendered.
type rendering struct {
	env       *Env
	out       strings.Builder
	variables map[string]Value
	overrides []Override
	set       *Map // of $context, made when it is read first

	context, params, stage *Map // made when they are read first
	body                   Value
	parsed                 bool
	steps, bytes, depth    int
}

// step counts a piece of work.
func (r *rendering) step() error {
	if r.steps++; r.steps > maxSteps {
		return fmt.Errorf("it takes more than %d steps", maxSteps)
	}
	return nil
}

// made counts a string.
func (r *rendering) made(n int) error {
	if r.bytes += n; r.bytes > maxBytes {
		return fmt.Errorf("its strings have more than %d bytes", maxBytes)
	}
	return nil
}
