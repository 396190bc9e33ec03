package vtl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// reference is a value by its name: $root, its members, methods and indexes.
type reference struct {
	root  string
	steps []step
}

// step is a member, a method call or an index.
type step struct {
	name  string
	call  bool
	args  []expression
	index expression // set for an index
}

// isReference reports whether a reference begins at the dollar sign at the parser's position.
func (p *parser) isReference() bool {
	rest := strings.TrimPrefix(p.text[p.at+1:], "!")
	return identifier(strings.TrimPrefix(rest, "{")) > 0
}

// reference names a value: a variable, followed by members, methods and indexes.
func (p *parser) reference() (*reference, error) {
	start := p.at
	ref, err := p.name()
	if err == nil {
		err = p.check(ref, start)
	}
	return ref, err
}

// name reads a reference, which may be the target of a #set.
func (p *parser) name() (*reference, error) {
	start := p.at
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	p.at++ // skip the dollar sign
	ref := &reference{}
	if strings.HasPrefix(p.text[p.at:], "!") { // it has no effect here: see eval
		p.at++
	}
	braces := strings.HasPrefix(p.text[p.at:], "{")
	if braces {
		p.at++
	}
	n := identifier(p.text[p.at:])
	if n == 0 {
		return nil, p.errorAt(start, "%s: want a name after $", p.shown(start))
	}
	ref.root = p.text[p.at : p.at+n]
	p.at += n
	if err := p.steps(ref); err != nil {
		return nil, err
	}
	if ref.root == "context" {
		membersFromIndexes(ref.steps)
	}
	if braces {
		if !strings.HasPrefix(p.text[p.at:], "}") {
			return nil, p.errorAt(start, "%s: there is no } after the name", p.shown(start))
		}
		p.at++
	}
	return ref, nil
}

func (p *parser) steps(ref *reference) error {
	for p.at < len(p.text) {
		at := p.at
		switch rest := p.text[p.at:]; {
		case rest[0] == '.' && identifier(rest[1:]) > 0 && rest[1] != '_':
			n := identifier(rest[1:])
			s := step{name: rest[1 : 1+n]}
			p.at += 1 + n
			if strings.HasPrefix(p.text[p.at:], "(") {
				p.at++
				s.call = true
				args, err := p.list(")")
				if err != nil {
					return err
				}
				s.args = args
				own := len(ref.steps) == 0 && (ref.root == "util" || ref.root == "input") // see check
				if err := p.checkMethod(s, at); err != nil && !own {
					return err
				}
			}
			ref.steps = append(ref.steps, s)
		case rest[0] == '[':
			p.at++
			e, err := p.parameter()
			if err != nil {
				return err
			}
			if !p.take("]") {
				return p.errorAt(at, "the index %s: want one value and ]", p.shown(at))
			}
			ref.steps = append(ref.steps, step{index: e})
		default:
			return nil
		}
	}
	return nil
}

// list reads values separated by commas, and the closing bracket.
func (p *parser) list(closing string) (list []expression, err error) {
	start := p.at
	if p.take(closing) {
		return nil, nil
	}
	for {
		e, err := p.parameter()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if p.take(closing) {
			return list, nil
		}
		if !p.take(",") {
			return nil, p.errorAt(start, "%s: want , or %s after a value", p.shown(start), closing)
		}
	}
}

// checkMethod rejects a method that no value has.
func (p *parser) checkMethod(s step, at int) error {
	m, ok := methods[s.name]
	if !ok {
		return p.errorAt(at, "the method %s is not supported", p.shown(at+1))
	}
	if !slices.Contains(m.arguments, len(s.args)) {
		return p.errorAt(at, "the method %s: it takes %s arguments, not %d", p.shown(at+1), counts(m.arguments), len(s.args))
	}
	if m.match != nil {
		return p.checkPattern(s, at)
	}
	return nil
}

// checkPattern rejects a Java regular expression that is not supported, if the template has it as a literal.
func (p *parser) checkPattern(s step, at int) error {
	text, ok := s.args[0].(literal)
	if !ok {
		return nil
	}
	pattern, _ := text.value.(string)
	read := regexes.Java
	if s.name == "matches" {
		read = regexes.Whole
	}
	if _, err := compile(pattern, read); err != nil {
		return p.errorAt(at, "%s: the regular expression %q: %v", p.shown(at+1), pattern, err)
	}
	return nil
}

func counts(list []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", " or ")
}

// check rejects members that API Gateway's own variables do not have.
func (p *parser) check(ref *reference, start int) error {
	refuse := func(why string) error { return p.errorAt(start, "%s: %s", p.shown(start), why) }
	for _, s := range ref.steps {
		if !s.call && s.index == nil && s.name == "class" {
			return refuse("reflection is not supported")
		}
	}
	if !isRoot(ref.root) || ref.root == "stageVariables" {
		return nil
	}
	if len(ref.steps) == 0 || ref.steps[0].index != nil {
		if ref.root == "context" && len(ref.steps) == 0 {
			return refuse("name one of its members")
		}
		return refuse("want a member of $" + ref.root)
	}
	first := ref.steps[0]
	switch ref.root {
	case "util":
		arguments, ok := utilities[first.name]
		if !ok || !first.call {
			return refuse("$util has escapeJavaScript(), parseJson(), urlEncode(), urlDecode(), base64Encode() and " +
				"base64Decode()")
		}
		if len(first.args) != arguments {
			return refuse(fmt.Sprintf("$util.%s takes %d argument", first.name, arguments))
		}
	case "input":
		return p.checkInput(ref, refuse)
	case "context":
		if isOverride(first) {
			if _, _, ok := overrideOf(ref.steps); !ok {
				return refuse("$context." + contextName(ref.steps) + " cannot be read: want requestOverride.header.NAME, " +
					".path.NAME or .querystring.NAME, responseOverride.header.NAME or another member of responseOverride")
			}
			return nil
		}
		if p.options.Context != nil {
			if err := p.options.Context(contextName(ref.steps)); err != nil {
				return refuse(err.Error())
			}
		}
	}
	return nil
}

func (p *parser) checkInput(ref *reference, refuse func(string) error) error {
	first := ref.steps[0]
	switch {
	case first.name == "body" && !first.call:
	case first.name == "params" && first.call && len(first.args) == 0:
		if len(ref.steps) > 1 {
			if s := ref.steps[1]; !s.call && s.index == nil && !slices.Contains(paramKinds, s.name) {
				return refuse("$input.params() has path, querystring and header")
			}
		}
	case first.name == "params" && first.call && len(first.args) == 1:
	case (first.name == "json" || first.name == "path") && first.call && len(first.args) == 1:
		if text, ok := first.args[0].(literal); ok {
			if _, err := parsePath(stringOf(text.value)); err != nil {
				return refuse(err.Error())
			}
		}
	default:
		return refuse("$input has body, params(), params(name), json(path) and path(path)")
	}
	return nil
}

// membersFromIndexes converts indexes that are texts to members, as in $context["stage"].
func membersFromIndexes(steps []step) {
	for i, s := range steps {
		if text, ok := s.index.(literal); ok {
			if name, ok := text.value.(string); ok {
				steps[i] = step{name: name}
			}
		}
	}
}

func isOverride(s step) bool {
	return s.index == nil && (s.name == "requestOverride" || s.name == "responseOverride")
}

// overrideOf returns the target of a reference below $context.requestOverride or .responseOverride, such as
// "requestOverride.path", and the step that names a member or puts one. ok is false for a reference that must not be
// read or set. An unknown member of responseOverride is a variable that the response template can read too.
// Source: test_integration_mock_with_response_override_in_request_template and
// test_integration_mock_with_vtl_map_assignation, validated on AWS, in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_integrations.py
func overrideOf(steps []step) (where string, of *step, ok bool) {
	if len(steps) < 2 || !isOverride(steps[0]) || steps[1].call || steps[1].index != nil {
		return "", nil, false
	}
	in, part := steps[0].name, steps[1].name
	where = in + "." + part
	switch {
	case in == "responseOverride" && part != "header":
		return where, nil, true
	case part != "header" && part != "querystring" && part != "path", len(steps) < 3:
		return where, nil, false
	}
	return where, &steps[2], !steps[2].call || steps[2].name == "put"
}

// contextName returns the name of a variable of $context: its members up to the first method or index.
func contextName(steps []step) string {
	var parts []string
	for _, s := range steps {
		if s.call || s.index != nil {
			break
		}
		parts = append(parts, s.name)
	}
	return strings.Join(parts, ".")
}
