package cloudassembly

import (
	"strconv"
)

// text resolves an argument that is a string.
func (e *Evaluator) text(w, in where, fn string, arg any) (string, error) {
	v, err := e.value(in, arg)
	if err != nil {
		return "", err
	}
	t, ok := Text(v)
	if !ok {
		return "", w.fail(fn, nil, "want a string at %s, got %s", in.path(), Describe(v))
	}
	return t, nil
}

// list resolves an argument that is a list.
func (e *Evaluator) list(w, in where, fn string, arg any) ([]any, error) {
	v, err := e.value(in, arg)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, w.fail(fn, nil, "want a list at %s, got %s", in.path(), Describe(v))
	}
	return list, nil
}

// arguments checks that a function's argument is a list of least to most elements.
func arguments(w where, fn string, arg any, least, most int) ([]any, error) {
	list, ok := arg.([]any)
	if !ok || len(list) < least || len(list) > most {
		want := strconv.Itoa(least)
		if most > least {
			want += " to " + strconv.Itoa(most)
		}
		return nil, w.fail(fn, nil, "want a list of %s arguments, got %s", want, Describe(arg))
	}
	return list, nil
}

// textAndList resolves the arguments of a function that takes a string and a list.
func (e *Evaluator) textAndList(w, in where, fn string, arg any) (string, []any, error) {
	args, err := arguments(w, fn, arg, 2, 2)
	if err != nil {
		return "", nil, err
	}
	t, err := e.text(w, in.entry(0), fn, args[0])
	if err != nil {
		return "", nil, err
	}
	list, err := e.list(w, in.entry(1), fn, args[1])
	return t, list, err
}
