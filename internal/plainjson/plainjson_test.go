package plainjson

import (
	"math"
	"testing"
)

func TestForms(t *testing.T) {
	value := map[string]any{"b": []string{"<", "&"}, "a": 1}
	if got, want := string(Must(value)), `{"a":1,"b":["<","&"]}`; got != want {
		t.Errorf("on one line: %q, want %q", got, want)
	}
	const indented = "{\n  \"a\": 1,\n  \"b\": [\n    \"<\",\n    \"&\"\n  ]\n}\n"
	if got := string(Indent(value)); got != indented {
		t.Errorf("indented: %q, want %q", got, indented)
	}
}

func TestWithoutAForm(t *testing.T) {
	if text, err := Marshal(math.NaN()); err == nil || text != nil {
		t.Errorf("got %q, %v", text, err)
	}
	for name, write := range map[string]func(any) []byte{"Must": Must, "Indent": Indent} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			write(math.NaN())
		})
	}
}
