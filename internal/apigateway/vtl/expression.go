package vtl

import (
	"strconv"
	"strings"
)

// expression yields a value; nil for none.
type expression interface {
	eval(r *rendering) (Value, error)
}

type (
	literal    struct{ value Value }
	textValue  struct{ nodes []node } // a string in double quotes that has references
	listValue  struct{ of []expression }
	rangeValue struct{ from, to expression }
	mapValue   struct{ keys, values []expression }
	notValue   struct{ of expression }
	binary     struct {
		operator    string
		left, right expression
	}
)

// levels are the operators, by increasing precedence.
var levels = [][][2]string{
	{{"||", "or"}},
	{{"&&", "and"}},
	{{"==", "eq"}, {"!=", "ne"}},
	{{"<=", "le"}, {">=", "ge"}, {"<", "lt"}, {">", "gt"}},
	{{"+", ""}, {"-", ""}},
	{{"*", ""}, {"/", ""}, {"%", ""}},
}

// expression reads an expression in #set or #if.
func (p *parser) expression() (expression, error) {
	if err := p.enter(p.at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.level(0)
}

func (p *parser) level(n int) (expression, error) {
	if n == len(levels) {
		return p.unary()
	}
	left, err := p.level(n + 1)
	if err != nil {
		return nil, err
	}
	for {
		operator := p.operator(levels[n])
		if operator == "" {
			return left, nil
		}
		right, err := p.level(n + 1)
		if err != nil {
			return nil, err
		}
		left = binary{operator, left, right}
	}
}

func (p *parser) operator(operators [][2]string) string {
	for _, o := range operators {
		if p.take(o[0]) || o[1] != "" && p.word(o[1]) {
			return o[0]
		}
	}
	return ""
}

func (p *parser) unary() (expression, error) {
	at := p.at
	if p.peek("!=") || !p.take("!") && !p.word("not") {
		if !p.take("(") {
			return p.parameter()
		}
		e, err := p.expression()
		if err == nil && !p.take(")") {
			err = p.errorAt(p.at, "%s: want )", p.shown(p.at))
		}
		return e, err
	}
	if err := p.enter(at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	e, err := p.unary()
	return notValue{e}, err
}

// parameter reads a value in methods, indexes and lists: an expression without operators.
func (p *parser) parameter() (expression, error) {
	p.space()
	at := p.at
	if err := p.enter(at); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	rest := p.text[at:]
	switch {
	case rest == "":
		return nil, p.errorAt(at, "a value is missing at the end of the template")
	case rest[0] == '$' && p.isReference():
		return p.reference()
	case rest[0] == '"' || rest[0] == '\'':
		return p.quoted()
	case rest[0] == '[':
		return p.listOrRange()
	case rest[0] == '{':
		return p.mapLiteral()
	case p.word("true"):
		return literal{true}, nil
	case p.word("false"):
		return literal{false}, nil
	case rest[0] == '-' || rest[0] >= '0' && rest[0] <= '9':
		return p.numberLiteral()
	}
	return nil, p.errorAt(at, "the value %s is not supported", p.shown(at))
}

// quoted reads a string. In double quotes, references and directives are replaced. A backslash stands for itself; a
// quote of the string's own kind is written twice.
func (p *parser) quoted() (expression, error) {
	start := p.at
	quote := p.text[start : start+1]
	var b strings.Builder
	for p.at++; ; p.at++ {
		part, _, ok := strings.Cut(p.text[p.at:], quote)
		if !ok {
			return nil, p.errorAt(start, "a string without end: %s", p.shown(start))
		}
		if quote == `"` && strings.HasSuffix(part, `\`) && !strings.HasSuffix(part, `\\`) {
			return nil, p.errorAt(start, `the string %s: a backslash before a quote is not supported: write the quote twice`,
				p.shown(start))
		}
		b.WriteString(part)
		p.at += len(part) + 1
		if !strings.HasPrefix(p.text[p.at:], quote) {
			break
		}
		b.WriteString(quote)
	}
	text := b.String()
	if quote == "'" || !strings.ContainsAny(text, "$#") {
		return literal{text}, nil
	}
	whole := p.whole
	if whole == "" {
		whole = p.text
	}
	inner := &parser{text: text, base: p.base + start + 1, whole: whole, options: p.options, depth: p.depth}
	nodes, closing, err := inner.block()
	if err != nil {
		return nil, err
	}
	if closing != "" {
		return nil, inner.errorAt(inner.endAt, "#%s in a string without its #if", closing)
	}
	if len(nodes) == 1 {
		if only, ok := nodes[0].(textNode); ok {
			return literal{string(only)}, nil
		}
	}
	return textValue{nodes}, nil
}

func (p *parser) listOrRange() (expression, error) {
	start := p.at
	p.at++
	if p.take("]") {
		return listValue{}, nil
	}
	first, err := p.parameter()
	if err != nil {
		return nil, err
	}
	if p.take("..") {
		to, err := p.parameter()
		if err != nil {
			return nil, err
		}
		if !p.take("]") {
			return nil, p.errorAt(start, "the range %s: want ]", p.shown(start))
		}
		return rangeValue{first, to}, nil
	}
	out := listValue{of: []expression{first}}
	if p.take("]") {
		return out, nil
	}
	if !p.take(",") {
		return nil, p.errorAt(start, "the list %s: want , or ]", p.shown(start))
	}
	more, err := p.list("]")
	out.of = append(out.of, more...)
	return out, err
}

func (p *parser) mapLiteral() (expression, error) {
	start := p.at
	p.at++
	var out mapValue
	for first := true; ; first = false {
		if p.take("}") {
			return out, nil
		}
		if !first && !p.take(",") {
			return nil, p.errorAt(start, "the map %s: want , or }", p.shown(start))
		}
		key, err := p.parameter()
		if err != nil {
			return nil, err
		}
		if !p.take(":") {
			return nil, p.errorAt(start, "the map %s: want : after a key", p.shown(start))
		}
		value, err := p.parameter()
		if err != nil {
			return nil, err
		}
		out.keys, out.values = append(out.keys, key), append(out.values, value)
	}
}

func (p *parser) numberLiteral() (expression, error) {
	start := p.at
	digits := func() (n int) {
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
			n++
		}
		return n
	}
	if p.text[p.at] == '-' {
		p.at++
	}
	n := digits()
	whole := true
	if rest := p.text[p.at:]; n > 0 && strings.HasPrefix(rest, ".") && !strings.HasPrefix(rest, "..") {
		whole = false
		p.at++
		digits()
	}
	text := p.text[start:p.at]
	if whole {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return literal{i}, nil
		}
	} else if f, err := strconv.ParseFloat(text, 64); err == nil {
		return literal{f}, nil
	}
	return nil, p.errorAt(start, "the value %s is not a number", p.shown(start))
}
