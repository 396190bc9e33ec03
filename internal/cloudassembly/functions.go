package cloudassembly

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// call resolves an intrinsic function that stands at w.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
func (e *Evaluator) call(w where, name string, arg any) (any, error) {
	in := w.member(name)
	switch name {
	case "Ref":
		id, ok := arg.(string)
		if !ok {
			return nil, w.fail(name, nil, "want the name of a parameter or resource, got %s", describe(arg))
		}
		return e.ref(w, name, id)
	case "Fn::GetAtt":
		return e.getAtt(w, in, arg)
	case "Fn::Sub":
		return e.sub(w, in, arg)
	case "Fn::If":
		return e.ifElse(w, in, arg)
	case "Fn::FindInMap":
		return e.findInMap(w, in, arg)
	case "Fn::ImportValue":
		return e.importValue(w, in, arg)
	case "Fn::GetStackOutput":
		return e.stackOutput(w, in, arg)
	case "Fn::Join":
		return e.join(w, in, arg)
	case "Fn::Split":
		return e.split(w, in, arg)
	case "Fn::Select":
		return e.selectEntry(w, in, arg)
	case "Fn::Base64":
		t, err := e.text(w, in, name, arg)
		if err != nil {
			return nil, err
		}
		return base64.StdEncoding.EncodeToString([]byte(t)), e.spend(w, len(t))
	case "Fn::Length":
		list, err := e.list(w, in, name, arg)
		return json.Number(strconv.Itoa(len(list))), err
	case "Fn::ToJsonString":
		return e.toJSON(w, in, arg)
	}
	return nil, w.fail(name, nil, "this function is not known here")
}

// text resolves an argument that is a string.
func (e *Evaluator) text(w, in where, fn string, arg any) (string, error) {
	v, err := e.value(in, arg)
	if err != nil {
		return "", err
	}
	t, ok := text(v)
	if !ok {
		return "", w.fail(fn, nil, "want a string at %s, got %s", in.path(), describe(v))
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
		return nil, w.fail(fn, nil, "want a list at %s, got %s", in.path(), describe(v))
	}
	return list, nil
}

// arguments checks that a function's argument is a list of that many.
func arguments(w where, fn string, arg any, least, most int) ([]any, error) {
	list, ok := arg.([]any)
	if !ok || len(list) < least || len(list) > most {
		want := strconv.Itoa(least)
		if most > least {
			want += " to " + strconv.Itoa(most)
		}
		return nil, w.fail(fn, nil, "want a list of %s arguments, got %s", want, describe(arg))
	}
	return list, nil
}

func (e *Evaluator) join(w, in where, arg any) (any, error) {
	const fn = "Fn::Join"
	args, err := arguments(w, fn, arg, 2, 2)
	if err != nil {
		return nil, err
	}
	by, err := e.text(w, in.entry(0), fn, args[0])
	if err != nil {
		return nil, err
	}
	list, err := e.list(w, in.entry(1), fn, args[1])
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	for i, entry := range list {
		t, ok := text(entry)
		if !ok {
			return nil, w.fail(fn, nil, "want strings to join, got %s at %s", describe(entry), in.entry(1).entry(i).path())
		}
		if i > 0 {
			t = by + t
		}
		if err := e.spend(w, len(t)); err != nil {
			return nil, err
		}
		out.WriteString(t)
	}
	return out.String(), nil
}

func (e *Evaluator) split(w, in where, arg any) (any, error) {
	const fn = "Fn::Split"
	args, err := arguments(w, fn, arg, 2, 2)
	if err != nil {
		return nil, err
	}
	by, err := e.text(w, in.entry(0), fn, args[0])
	if err != nil {
		return nil, err
	}
	if by == "" {
		return nil, w.fail(fn, nil, "the delimiter is empty")
	}
	t, err := e.text(w, in.entry(1), fn, args[1])
	if err != nil {
		return nil, err
	}
	if err := e.spend(w, len(t)); err != nil {
		return nil, err
	}
	var out []any
	for part := range strings.SplitSeq(t, by) {
		out = append(out, part)
	}
	return out, nil
}

func (e *Evaluator) selectEntry(w, in where, arg any) (any, error) {
	const fn = "Fn::Select"
	args, err := arguments(w, fn, arg, 2, 2)
	if err != nil {
		return nil, err
	}
	t, err := e.text(w, in.entry(0), fn, args[0])
	if err != nil {
		return nil, err
	}
	list, err := e.list(w, in.entry(1), fn, args[1])
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(t)
	if err != nil || i < 0 || i >= len(list) {
		return nil, w.fail(fn, nil, "want an index below %d, the length of the list, got %s", len(list), describe(t))
	}
	return list[i], nil
}

func (e *Evaluator) findInMap(w, in where, arg any) (any, error) {
	const fn = "Fn::FindInMap"
	args, err := arguments(w, fn, arg, 3, 4)
	if err != nil {
		return nil, err
	}
	var keys [3]string
	for i := range keys {
		if keys[i], err = e.text(w, in.entry(i), fn, args[i]); err != nil {
			return nil, err
		}
	}
	mapping, ok := w.stack.Template.Mappings[keys[0]]
	if v, ok := mapping[keys[1]][keys[2]]; ok {
		return e.value(w, v)
	}
	if len(args) == 4 {
		if fallback, ok := args[3].(map[string]any); ok && len(fallback) == 1 {
			if v, ok := fallback["DefaultValue"]; ok {
				return e.value(in.entry(3).member("DefaultValue"), v)
			}
		}
	}
	if !ok {
		return nil, w.fail(fn, nil, "the template has no mapping %q", keys[0])
	}
	return nil, w.fail(fn, nil, "the mapping %s has nothing at %q, %q", keys[0], keys[1], keys[2])
}

func (e *Evaluator) toJSON(w, in where, arg any) (any, error) {
	v, err := e.value(in, arg)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, w.fail("Fn::ToJsonString", nil, "%v", err)
	}
	return strings.TrimSuffix(out.String(), "\n"), e.spend(w, out.Len())
}
