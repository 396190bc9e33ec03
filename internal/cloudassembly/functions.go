package cloudassembly

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

func (e *Evaluator) join(w, in where, arg any) (any, error) {
	const fn = "Fn::Join"
	by, list, err := e.textAndList(w, in, fn, arg)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(list))
	for i, entry := range list {
		t, ok := Text(entry)
		if !ok {
			return nil, w.fail(fn, nil, "want strings to join, got %s at %s", Describe(entry), in.entry(1).entry(i).path())
		}
		if err := e.countWork(w, len(by)+len(t)); err != nil {
			return nil, err
		}
		texts[i] = t
	}
	return strings.Join(texts, by), nil
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
	if err := e.countWork(w, len(t)); err != nil {
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
	t, list, err := e.textAndList(w, in, fn, arg)
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(t)
	if err != nil || i < 0 || i >= len(list) {
		return nil, w.fail(fn, nil, "want an index below %d, the length of the list, got %s", len(list), Describe(t))
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

func (e *Evaluator) base64(w, in where, arg any) (any, error) {
	t, err := e.text(w, in, "Fn::Base64", arg)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(t)), e.countWork(w, len(t))
}

func (e *Evaluator) length(w, in where, arg any) (any, error) {
	list, err := e.list(w, in, "Fn::Length", arg)
	return json.Number(strconv.Itoa(len(list))), err
}

func (e *Evaluator) toJSON(w, in where, arg any) (any, error) {
	v, err := e.value(in, arg)
	if err != nil {
		return nil, err
	}
	out, err := plainjson.Marshal(v)
	if err != nil {
		return nil, w.fail("Fn::ToJsonString", nil, "%v", err)
	}
	return string(out), e.countWork(w, len(out))
}
