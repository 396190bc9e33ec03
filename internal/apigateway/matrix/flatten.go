package matrix

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// flatten is a variable, or the values in it where it holds a JSON object: one a line, so that a comparison shows which
// of them changed.
func flatten(name, text string) []Variable {
	d := json.NewDecoder(strings.NewReader(quoted(text)))
	d.UseNumber()
	var v map[string]any
	if d.Decode(&v) != nil || d.More() || len(v) == 0 || strings.HasPrefix(text, "${") {
		return []Variable{{name, text}}
	}
	return values(nil, name, v)
}

// quoted is a text with the functions in it, such as ${{"Fn::ImportValue":"Users"}}, as JSON has them in a string.
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
