package vtl

import "strings"

// macro is what #macro defines: a block with parameters. Its arguments are evaluated when it is called, where Velocity
// evaluates them at each use; the variables that it sets are those of the template, as in Velocity.
type macro struct {
	name   string
	params []string
	body   []node
}

// callNode calls a macro.
type callNode struct {
	of   *macro
	args []expression
}

// macro reads what follows #macro, up to and with its #end: (name $a $b). It can call itself.
func (p *parser) macro(start int) error {
	if err := p.enter(start); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	fail := func() error { return p.errorAt(start, "%s: want #macro(name $parameter ...)", p.shown(start)) }
	if !p.take("(") {
		return fail()
	}
	p.space()
	n := identifier(p.text[p.at:])
	m := &macro{name: p.text[p.at : p.at+n]}
	if p.at += n; n == 0 {
		return fail()
	}
	for !p.take(")") {
		p.take(",")
		param, ok := p.variable()
		if !ok {
			return fail()
		}
		m.params = append(m.params, param)
	}
	for _, d := range directives {
		if d == m.name {
			return p.errorAt(start, "%s: #%s is a directive of Velocity: choose another name", p.shown(start), d)
		}
	}
	if p.macros[m.name] != nil {
		return p.errorAt(start, "%s: the macro is there already", p.shown(start))
	}
	p.macros[m.name] = m
	var err error
	m.body, err = p.body(start)
	return err
}

// call reads a call of a macro: #name($a $b), with or without commas. ok is false where no call begins.
func (p *parser) call(start int) (n node, ok bool, err error) {
	rest := p.text[start+1:]
	k := identifier(rest)
	if k == 0 || !strings.HasPrefix(strings.TrimLeft(rest[k:], " \t\r\n"), "(") {
		return nil, false, nil
	}
	m := p.macros[rest[:k]]
	if m == nil {
		return nil, true, p.errorAt(start, "%s: there is no such directive, and no #macro(%s ...) before it",
			p.shown(start), rest[:k])
	}
	p.at = start + 1 + k
	p.take("(")
	var args []expression
	for !p.take(")") {
		if len(args) > 0 {
			p.take(",")
		}
		arg, err := p.parameter()
		if err != nil {
			return nil, true, err
		}
		args = append(args, arg)
	}
	if len(args) != len(m.params) {
		return nil, true, p.errorAt(start, "%s: the macro takes %d arguments, not %d",
			p.shown(start), len(m.params), len(args))
	}
	p.skipLine()
	return callNode{m, args}, true, nil
}

func (n callNode) render(r *rendering) error {
	values := make([]Value, len(n.args))
	for i, arg := range n.args {
		var err error
		if values[i], err = arg.eval(r); err != nil {
			return err
		}
	}
	before := make([]Value, len(values))
	for i, name := range n.of.params {
		before[i] = r.variables[name]
		r.variables[name] = values[i]
	}
	err := r.nodes(n.of.body)
	for i, name := range n.of.params {
		r.variables[name] = before[i]
	}
	return err
}
