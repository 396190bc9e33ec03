package vtl

// body reads up to the #end of a directive that began at start.
func (p *parser) body(start int) ([]node, error) {
	p.skipLine()
	nodes, end, err := p.block()
	if err == nil && end == "" {
		err = p.errorAt(start, "%s: there is no #end to it", p.shown(start))
	} else if err == nil && end != "end" {
		err = p.errorAt(p.endAt, "#%s without #if before it", end)
	}
	return nodes, err
}

// condition reads what follows #if, up to and with its #end.
func (p *parser) condition(start int) (node, error) {
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	var n ifNode
	for {
		test, err := p.inParentheses(start)
		if err != nil {
			return nil, err
		}
		p.skipLine()
		nodes, end, err := p.block()
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, branch{test, nodes})
		switch end {
		case "elseif":
			start = p.endAt
			continue
		case "else":
			n.otherwise, err = p.body(start)
			return n, err
		case "end":
			return n, nil
		}
		return nil, p.errorAt(start, "%s: there is no #end to it", p.shown(start))
	}
}

// inParentheses reads an expression in parentheses.
func (p *parser) inParentheses(start int) (expression, error) {
	if !p.take("(") {
		return nil, p.errorAt(start, "%s: want an expression in parentheses", p.shown(start))
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.errorAt(p.at, "%s: want an operator or )", p.shown(p.at))
	}
	return e, nil
}

// opened reads a parenthesis that opens and the variable after it.
func (p *parser) opened() (name string, ok bool) {
	if !p.take("(") {
		return "", false
	}
	return p.variable()
}

// foreach reads what follows #foreach, up to and with its #end: ($name in list).
func (p *parser) foreach(start int) (node, error) {
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	name, ok := p.opened()
	if !ok || !p.word("in") {
		return nil, p.errorAt(start, "%s: want #foreach($name in list)", p.shown(start))
	}
	in, err := p.parameter()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.errorAt(p.at, "%s: want ) after the list of #foreach", p.shown(p.at))
	}
	nodes, err := p.body(start)
	return foreachNode{name, in, nodes}, err
}

// define reads what follows #define, up to and with its #end: ($name).
func (p *parser) define(start int) (node, error) {
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	name, ok := p.opened()
	if !ok || !p.take(")") {
		return nil, p.errorAt(start, "%s: want #define($name)", p.shown(start))
	}
	nodes, err := p.body(start)
	return defineNode{name, nodes}, err
}
