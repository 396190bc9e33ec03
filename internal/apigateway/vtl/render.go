package vtl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// node is a part of a template.
type node interface{ render(r *rendering) error }

type (
	textNode   string
	leaveNode  string // "break" or "stop"
	outputNode struct{ of *reference }
	setNode    struct {
		to    *reference
		value expression
	}
	overrideNode struct {
		where       string
		name, value expression // name is nil for a status: see [Override]
	}
	branch struct {
		test expression
		body []node
	}
	ifNode struct {
		branches  []branch
		otherwise []node
	}
	foreachNode struct {
		name string
		in   expression
		body []node
	}
	defineNode struct {
		name string
		body []node
	}
)

var (
	errBreak = errors.New("#break")
	errStop  = errors.New("#stop")
)

func (r *rendering) nodes(list []node) error {
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("blocks are nested more than %d deep, as a #define that renders itself", maxDepth)
	}
	defer func() { r.depth-- }()
	for _, n := range list {
		if err := r.countStep(); err != nil {
			return err
		}
		if err := n.render(r); err != nil {
			return err
		}
	}
	return nil
}

func (r *rendering) write(text string) error {
	if err := r.countBytes(len(text)); err != nil {
		return err
	}
	r.out.WriteString(text)
	return nil
}

func (n textNode) render(r *rendering) error { return r.write(string(n)) }

func (n leaveNode) render(*rendering) error {
	if n == "break" {
		return errBreak
	}
	return errStop
}

func (n outputNode) render(r *rendering) error {
	v, err := n.of.eval(r)
	if err != nil {
		return err
	}
	if b, ok := v.(*block); ok {
		return r.nodes(b.nodes)
	}
	return r.write(stringOf(v))
}

// A variable keeps its value if it is set to something that cannot be computed, such as 1 / 0:
// "directive.set.null.allowed" is false by default.
func (n setNode) render(r *rendering) error {
	v, err := n.value.eval(r)
	if err != nil || v == nil {
		return err
	}
	last := len(n.to.steps) - 1
	if last < 0 {
		r.variables[n.to.root] = v
		return nil
	}
	of, err := (&reference{root: n.to.root, steps: n.to.steps[:last]}).eval(r)
	if err != nil {
		return err
	}
	s := n.to.steps[last]
	key := Value(s.name)
	if s.index != nil {
		if key, err = s.index.eval(r); err != nil {
			return err
		}
		if err := r.countReads(key); err != nil {
			return err
		}
	}
	switch of := of.(type) {
	case *Map:
		of.Put(stringOf(key), v)
	case *List:
		if i, ok := integer(key); ok && i >= 0 && i < int64(len(of.Items)) {
			of.Items[i] = v
		}
	}
	return nil
}

func (n overrideNode) render(r *rendering) error {
	name := ""
	if n.name != nil {
		v, err := n.name.eval(r)
		if err == nil {
			err = r.countReads(v)
		}
		if err != nil {
			return err
		}
		name = stringOf(v)
	}
	v, err := n.value.eval(r)
	if err == nil {
		r.override(Override{n.where, name, v})
	}
	return err
}

func (r *rendering) override(o Override) {
	if o.Value == nil {
		return
	}
	r.overrides = append(r.overrides, o)
	if r.set != nil {
		r.set.override(o)
	}
}

// put implements the method put on a map of overrides. It returns the previous value.
func (r *rendering) put(where string, args []expression) (Value, error) {
	name, err := args[0].eval(r)
	if err == nil {
		err = r.countReads(name)
	}
	if err != nil {
		return nil, err
	}
	v, err := args[1].eval(r)
	if err != nil {
		return nil, err
	}
	var before Value = r.overrideMap()
	for part := range strings.SplitSeq(where, ".") {
		before = member(before, part)
	}
	before = member(before, stringOf(name))
	r.override(Override{where, stringOf(name), v})
	return before, r.countStep()
}

// overrideMap returns the overrides of $context that templates have set so far.
// Source: https://github.com/localstack/localstack/pull/11799, whose test was recorded on AWS
func (r *rendering) overrideMap() *Map {
	if r.set == nil {
		r.set = NewMap()
		for _, o := range slices.Concat(r.env.Overrides, r.overrides) {
			r.set.override(o)
		}
	}
	return r.set
}

// override sets a value at the place that o names, such as requestOverride.path.
func (m *Map) override(o Override) {
	at := m
	in, of, _ := strings.Cut(o.Where, ".")
	for _, name := range []string{in, of} {
		if o.Name == "" && name == of {
			at.Put(name, o.Value)
			return
		}
		next, ok := at.get(name).(*Map)
		if !ok {
			next = NewMap()
			at.Put(name, next)
		}
		at = next
	}
	at.Put(o.Name, o.Value)
}

func (n ifNode) render(r *rendering) error {
	for _, b := range n.branches {
		is, err := r.isTrue(b.test)
		if err != nil {
			return err
		}
		if is {
			return r.nodes(b.body)
		}
	}
	return r.nodes(n.otherwise)
}

func (n defineNode) render(r *rendering) error {
	r.variables[n.name] = &block{n.body}
	return nil
}

// The loop has its own variables $foreach and $velocityCount. Variables with these names in the surrounding block are
// restored afterwards.
func (n foreachNode) render(r *rendering) error {
	v, err := n.in.eval(r)
	if err != nil {
		return err
	}
	if err := r.countValues(elements(v)); err != nil {
		return err
	}
	var items []Value
	switch v := v.(type) {
	case *List:
		items = slices.Clone(v.Items)
	case *Map:
		items = v.values()
	}
	before := map[string]Value{}
	for _, name := range []string{n.name, "foreach", "velocityCount", "velocityHasNext"} {
		before[name] = r.variables[name]
	}
	defer maps.Copy(r.variables, before)
	for i, item := range items {
		if i == maxIterations {
			return fmt.Errorf("#foreach($%s) has more than %d iterations, which API Gateway does not run", n.name, maxIterations)
		}
		if err := r.countStep(); err != nil {
			return err
		}
		count, more := int64(i+1), i+1 < len(items)
		loop := NewMap()
		loop.Put("index", int64(i))
		loop.Put("count", count)
		loop.Put("hasNext", more)
		loop.Put("first", i == 0)
		loop.Put("last", !more)
		loop.Put("parent", before["foreach"])
		r.variables[n.name], r.variables["foreach"] = item, loop
		r.variables["velocityCount"], r.variables["velocityHasNext"] = count, more
		if err := r.nodes(n.body); errors.Is(err, errBreak) {
			break
		} else if err != nil {
			return err
		}
	}
	return nil
}
