package matrix

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// flatten returns a variable or, if it holds a JSON object, one variable for each value in it, so that a comparison
// shows which values changed.
func flatten(name, text string) []Variable {
	d := json.NewDecoder(strings.NewReader(quoted(text)))
	d.UseNumber()
	var v map[string]any
	if d.Decode(&v) != nil || d.More() || len(v) == 0 || strings.HasPrefix(text, "${") {
		return []Variable{{name, text}}
	}
	return values(nil, name, v)
}

// quoted escapes the functions in a text, such as ${{"Fn::ImportValue":"Users"}}, as in a JSON string.
func quoted(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		d := json.NewDecoder(strings.NewReader("{" + rest))
		var function json.RawMessage
		if d.Decode(&function) != nil || !strings.HasPrefix(rest[d.InputOffset()-1:], "}") {
			b.WriteString("${{")
			text = rest
			continue
		}
		whole := plainjson.Must("${" + string(function) + "}")
		b.Write(whole[1 : len(whole)-1])
		text = rest[d.InputOffset():]
	}
}

func values(out []Variable, name string, v any) []Variable {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = values(out, name+"."+key, v[key])
		}
		if len(v) > 0 {
			return out
		}
	case []any:
		for i, entry := range v {
			out = values(out, name+"["+strconv.Itoa(i)+"]", entry)
		}
		if len(v) > 0 {
			return out
		}
	case string:
		return append(out, Variable{name, v})
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	return append(out, Variable{name, string(text)})
}
