package mapping

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// operand reads a string in quotes, or a value that is named. In double quotes Velocity would replace names.
func (p *parser) operand() (operand, error) {
	p.space()
	rest := p.text[p.at:]
	if strings.HasPrefix(rest, "$") {
		return p.reference()
	}
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return nil, unsupported("the value %s", snippet(rest))
	}
	end := strings.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return nil, unsupported("a string without end: %s", snippet(rest))
	}
	text := rest[1 : 1+end]
	if p.at += end + 2; p.at < len(p.text) && p.text[p.at] == rest[0] ||
		rest[0] == '"' && strings.ContainsAny(text, "$#") {
		return nil, unsupported("the string %s", snippet(rest))
	}
	return func(*rendering) (string, bool) { return text, true }, nil
}

// reference reads a value that is named: a variable that the template sets, one of $context or $stageVariables, or a
// header of the request.
func (p *parser) reference() (operand, error) {
	rest := p.text[p.at:]
	const header = "$input.params().header.get("
	if strings.HasPrefix(rest, header) {
		p.at += len(header)
		name, err := p.operand()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, unsupported("the call %s", snippet(rest))
		}
		return func(r *rendering) (string, bool) {
			name, _ := name(r)
			return exact(r.source.Request.Headers, name), true
		}, p.noCall(rest)
	}
	name, length, err := readName(rest)
	if err != nil {
		return nil, err
	}
	p.at += length
	if p.set[name] {
		return func(r *rendering) (string, bool) { v, ok := r.variables[name]; return v, ok }, nil
	}
	get, err := rootVariable(name, contextVariable)
	if err != nil {
		return nil, err
	}
	return func(r *rendering) (string, bool) { return get(r.source, nil), true }, nil
}

// noCall refuses what would be a call of a value.
func (p *parser) noCall(rest string) error {
	after := p.text[p.at:]
	if after != "" && (after[0] == '(' || after[0] == '[' || after[0] == '.' && identifier(after[1:]) > 0) {
		return unsupported("the call %s", snippet(rest))
	}
	return nil
}

// exact is the last value of the header with exactly this name, as $input.params() is a map with names in their case;
// "" without one.
func exact(h exchange.Headers, name string) (value string) {
	for _, line := range h {
		if line.Name == name {
			value = line.Value
		}
	}
	return value
}
