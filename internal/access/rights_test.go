package access

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

func TestClaimOf(t *testing.T) {
	for _, c := range []struct {
		name, claim string
		text        string
		list        []string
	}{
		{"string", `"pro"`, "pro", nil},
		{"string with an escape", `"\u0070ro"`, "pro", nil},
		{"empty string", `""`, "", nil},
		{"true", `true`, "true", nil},
		{"false", `false`, "false", nil},
		{"integer", `-70`, "-70", nil},
		{"fraction", `7.0`, "", nil},
		{"exponent", `7e1`, "", nil},
		{"exponent in upper case", `7E1`, "", nil},
		{"null", `null`, "", nil},
		{"object", `{"pro":true}`, "", nil},
		{"empty array", `[]`, "", []string{}},
		{"array", `["pro",7,true,false]`, "", []string{"pro", "7", "true", "false"}},
		{"array with a fraction", `["pro",7.5]`, "", nil},
		{"array with null", `[null,"pro"]`, "", nil},
		{"array with an array", `["pro",["team"]]`, "", nil},
		{"array with an object", `["pro",{}]`, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := strictjson.Parse(c.claim)
			if err != nil {
				t.Fatal(err)
			}
			got := ClaimOf("plan", v)
			if diff := cmp.Diff(ClaimValue{Path: "plan", Text: c.text, List: c.list}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := ClaimOf("plan", strictjson.Value{}); got.Text != "" || got.List != nil {
		t.Errorf("absent claim: got %+v", got)
	}
}

// TestValuesOf checks that a path parameter is only compared with values that a policy can contain.
func TestValuesOf(t *testing.T) {
	many := make([]string, MaxValues+1)
	for i := range many {
		many[i] = "t" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
	}
	for _, c := range []struct {
		name  string
		kind  Kind
		claim ClaimValue
		want  []string
	}{
		{"text", PathIs, ClaimValue{Text: "u"}, []string{"u"}},
		{"text that matches other paths", PathIs, ClaimValue{Text: "*"}, nil},
		{"no text", PathIs, ClaimValue{}, nil},
		{"list in place of the text", PathIs, ClaimValue{List: []string{"u"}}, nil},
		{"list, sorted and each once", PathIn, ClaimValue{List: []string{"b", "a", "b"}}, []string{"a", "b"}},
		{"list with a value that matches other paths", PathIn, ClaimValue{List: []string{"a", "*", "x/y"}}, []string{"a"}},
		{"text in place of the list", PathIn, ClaimValue{Text: "u"}, nil},
		{"longest list", PathIn, ClaimValue{List: many[:MaxValues]}, sorted(many[:MaxValues])},
		{"list that is too long", PathIn, ClaimValue{List: many}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.claim.Path = "claim"
			got := Rights{Claims: []ClaimValue{c.claim}}.valuesOf(Source{c.kind, "claim"})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sorted(values []string) []string { return slices.Sorted(slices.Values(values)) }
