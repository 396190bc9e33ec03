package vtl

import (
	"fmt"
	"slices"
)

func get(v Value, args []Value) (Value, error) {
	switch v := v.(type) {
	case *Map:
		return v.get(stringOf(args[0])), nil
	case *List:
		return element(v, args[0])
	}
	return nil, nil
}

// element returns the element at an index, which, as in Java's lists, must not be negative.
func element(l *List, at Value) (Value, error) {
	if i, ok := integer(at); ok && i < 0 {
		return nil, indexError(at, l)
	}
	return indexed(l, at)
}

func indexError(at Value, l *List) error {
	return fmt.Errorf("the index %s is outside a list of %d", stringOf(at), len(l.Items))
}

func setItem(v Value, args []Value) (Value, error) {
	l, ok := v.(*List)
	if !ok {
		return nil, nil
	}
	before, err := element(l, args[0])
	if i, ok := integer(args[0]); err == nil && ok {
		l.Items[i] = args[1]
	}
	return before, err
}

func add(v Value, args []Value) (Value, error) {
	l, ok := v.(*List)
	if !ok {
		return nil, nil
	}
	if len(args) == 1 {
		l.Items = append(l.Items, args[0])
		return true, nil
	}
	i, ok := integer(args[0])
	if !ok || i < 0 || i > int64(len(l.Items)) {
		return nil, indexError(args[0], l)
	}
	l.Items = slices.Insert(l.Items, int(i), args[1])
	return nil, nil
}

func addAll(v Value, args []Value) (Value, error) {
	l, ok := v.(*List)
	more, also := args[0].(*List)
	if !ok || !also {
		return nil, nil
	}
	if len(l.Items)+len(more.Items) > maxSteps {
		return nil, fmt.Errorf("the list has more than %d elements", maxSteps)
	}
	l.Items = append(l.Items, more.Items...)
	return len(more.Items) > 0, nil
}

func remove(v Value, args []Value) (Value, error) {
	switch v := v.(type) {
	case *Map:
		return v.remove(stringOf(args[0])), nil
	case *List:
		i, ok := integer(args[0])
		if !ok {
			at := find(v, args[0])
			if at < 0 {
				return false, nil
			}
			v.Items = slices.Delete(v.Items, at, at+1)
			return true, nil
		}
		item, err := element(v, i)
		if err == nil {
			v.Items = slices.Delete(v.Items, int(i), int(i)+1)
		}
		return item, err
	}
	return nil, nil
}

// put sets the value of a key, and returns its previous value.
func put(m *Map, args []Value) (Value, error) {
	key := stringOf(args[0])
	before := m.entries[key]
	m.Put(key, args[1])
	return before, nil
}

func putAll(m *Map, args []Value) (Value, error) {
	if more, ok := args[0].(*Map); ok {
		for _, key := range slices.Clone(more.keys) {
			m.Put(key, more.entries[key])
		}
	}
	return nil, nil
}

func getOrDefault(m *Map, args []Value) (Value, error) {
	if key := stringOf(args[0]); m.has(key) {
		return m.entries[key], nil
	}
	return args[1], nil
}

func containsValue(m *Map, args []Value) (Value, error) {
	return find(&List{Items: m.values()}, args[0]) >= 0, nil
}

func keySet(m *Map, _ []Value) (Value, error) {
	out := &List{}
	for _, k := range m.keys {
		out.Items = append(out.Items, k)
	}
	return out, nil
}

func entrySet(m *Map, _ []Value) (Value, error) {
	out := &List{}
	for _, k := range m.keys {
		out.Items = append(out.Items, entry{k, m.entries[k]})
	}
	return out, nil
}
