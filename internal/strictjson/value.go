package strictjson

import (
	"iter"
)

// Document is a parsed text. The zero value is ready for use. A Document can be reused for another text, which makes
// the values of the previous text invalid. It must not be copied after its first use, and it keeps the text alive.
// After Parse, it is safe for concurrent reading.
type Document struct {
	// MaxDepth is how deep arrays and objects may nest; a scalar has depth 0. Default: [DefaultMaxDepth].
	MaxDepth int

	text  string
	nodes []node
	few   [32]node // room for a token's header or a small body, which saves an allocation
}

// Value is one value of a [Document], or no value. It is valid until the Document is used for another text. Its methods
// are safe for any kind. If the kind does not fit, they return the zero result.
type Value struct {
	doc *Document
	at  uint32
}

func (v Value) node() *node { return &v.doc.nodes[v.at] }

// Kind returns the kind of the value.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return Missing
	}
	return v.node().kind
}

// Exists reports whether there is a value, null included.
func (v Value) Exists() bool { return v.doc != nil }

// Raw returns the value's own text, including quotes and brackets. It is a part of the document's text, not a copy.
func (v Value) Raw() string {
	if v.doc == nil {
		return ""
	}
	n := v.node()
	if n.kind == String {
		return v.doc.text[n.start-1 : n.end+1]
	}
	return v.doc.text[n.start:n.end]
}

// Text returns the string that the value stands for. It is a part of the document's text unless it has escapes.
func (v Value) Text() (s string, ok bool) {
	if v.Kind() != String {
		return "", false
	}
	return v.node().decoded(v.doc.text), true
}

// Is reports whether the value is this string, byte by byte.
func (v Value) Is(s string) bool { return v.Kind() == String && v.node().is(v.doc.text, s) }

// Bool returns the value of true or false.
func (v Value) Bool() (b, ok bool) {
	k := v.Kind()
	return k == True, k == True || k == False
}

// Get returns an object's member with exactly this name.
func (v Value) Get(name string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	nodes := v.doc.nodes
	for i, end := v.at+1, nodes[v.at].next; i < end; i = nodes[i+1].next {
		if nodes[i].is(v.doc.text, name) {
			return Value{v.doc, i + 1}
		}
	}
	return Value{}
}

// Find returns the member at a path. A member whose name is the whole path takes precedence. Otherwise the path is
// split at one of its dots, and Find descends into the object with the name before the dot. So "realm_access.roles"
// finds the roles of {"realm_access":{"roles":[]}}, and "https://example.com/roles" finds the claim with that name. If
// several dots lead to a member, the first one counts.
func (v Value) Find(path string) Value {
	if found := v.Get(path); found.Exists() {
		return found
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if within := v.Get(path[:i]); within.Kind() == Object {
			if found := within.Find(path[i+1:]); found.Exists() {
				return found
			}
		}
	}
	return Value{}
}

// Members yields an object's members in order, with the escapes in their names resolved.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		nodes := v.doc.nodes
		for i, end := v.at+1, nodes[v.at].next; i < end; i = nodes[i+1].next {
			if !yield(nodes[i].decoded(v.doc.text), Value{v.doc, i + 1}) {
				return
			}
		}
	}
}

// Elements yields an array's elements in order.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != Array {
			return
		}
		nodes := v.doc.nodes
		for i, end := v.at+1, nodes[v.at].next; i < end; i = nodes[i].next {
			if !yield(Value{v.doc, i}) {
				return
			}
		}
	}
}

// Len returns the number of an array's elements or an object's members.
func (v Value) Len() int {
	n := 0
	switch v.Kind() {
	case Array:
		for range v.Elements() {
			n++
		}
	case Object:
		for range v.Members() {
			n++
		}
	}
	return n
}

// Texts returns the strings of an array that contains only strings. For any other value, it returns nothing.
func (v Value) Texts() (list []string, ok bool) {
	if v.Kind() != Array {
		return nil, false
	}
	list = make([]string, 0, v.Len())
	for e := range v.Elements() {
		s, ok := e.Text()
		if !ok {
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}
