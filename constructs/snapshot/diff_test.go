package snapshot

import (
	"fmt"
	"strings"
	"testing"
)

func TestDifference(t *testing.T) {
	for _, tt := range []struct {
		name, golden, template, want string
	}{
		{"equal", `{"a":[1,{"b":null}]}`, `{"a": [1, {"b": null}]}`, ""},
		{"a value", `{"Resources":{"Queue":{"Timeout":30}}}`, `{"Resources":{"Queue":{"Timeout":60}}}`,
			"Resources.Queue.Timeout\n- 30\n+ 60\n"},
		{"a type", `{"a":"1"}`, `{"a":1}`, "a\n- \"1\"\n+ 1\n"},
		{"null", `{"a":null}`, `{"a":1}`, "a\n- null\n+ 1\n"},
		{"null and missing", `{"a":null}`, `{}`, "a\n- null\n"},
		{"new member", `{}`, `{"Role":{"Type":"AWS::IAM::Role","Path":"<&>"}}`,
			"Role\n+ {\n+   \"Path\": \"<&>\",\n+   \"Type\": \"AWS::IAM::Role\"\n+ }\n"},
		{"missing member", `{"a":1,"b":2}`, `{"a":1}`, "b\n- 2\n"},
		{"new element", `{"a":["x","y"]}`, `{"a":["x","new","y"]}`, "a[1]\n+ \"new\"\n"},
		{"missing element", `{"a":["x","y","z"]}`, `{"a":["x","z"]}`, "a[1]\n- \"y\"\n"},
		{"within a list", `{"a":[{"b":1,"c":1}]}`, `{"a":[{"b":2,"c":1}]}`, "a[0].b\n- 1\n+ 2\n"},
		{"two places, in order", `{"b":1,"a":1}`, `{"a":2,"b":2}`, "a\n- 1\n+ 2\nb\n- 1\n+ 2\n"},
		{"the whole template", `[]`, `{}`, "the whole template\n- []\n+ {}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			golden, err := parse([]byte(tt.golden))
			if err != nil {
				t.Fatal(err)
			}
			template, err := parse([]byte(tt.template))
			if err != nil {
				t.Fatal(err)
			}
			if got := difference(golden, template); got != tt.want {
				t.Errorf("got:\n%swant:\n%s", got, tt.want)
			}
		})
	}
}

func TestManyDifferences(t *testing.T) {
	golden := map[string]any{}
	for i := range maxDifferences + 7 {
		golden[fmt.Sprintf("%03d", i)] = true
	}
	got := difference(golden, map[string]any{})
	if n := strings.Count(got, "- true\n"); n != maxDifferences || !strings.HasSuffix(got, "\nand 7 more\n") {
		t.Errorf("got %d differences, want %d and the number of the others:\n%s", n, maxDifferences, got)
	}
}
