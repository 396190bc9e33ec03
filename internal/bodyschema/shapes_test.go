package bodyschema

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// TestChecksWhatAValidatorDoes compares the check of each draft with a validator that compiles the draft's own schema.
// The schemas have one value in a wrong place.
func TestChecksWhatAValidatorDoes(t *testing.T) {
	replacements := []string{
		`null`, `true`, `false`, `0`, `1`, `1.0`, `-1`, `1.5`, `"a"`, `"string"`,
		`[]`, `["a"]`, `["a","a"]`, `["string","null"]`, `[1,1.0]`, `[true]`, `[{}]`,
		`{}`, `{"a":true}`, `{"a":{}}`, `{"a":["b"]}`, `{"a":[]}`, `{"a":["b","b"]}`,
		`{"a":1}`, `{"type":"a"}`, `{"a":{"items":[]}}`, `[{"minItems":"1"}]`,
	}
	tries := 1000
	if testing.Short() {
		tries = 300
	}
	for _, d := range drafts {
		t.Run(d.name, func(t *testing.T) {
			m := &maker{Rand: rand.New(rand.NewPCG(2, uint64(d.number))), draft: d.number}
			right, wrong := 0, 0
			for range tries {
				value, err := decode([]byte(pick(m, replacements)))
				if err != nil {
					t.Fatal(err)
				}
				root, ok := m.schema(2).(map[string]any)
				if !ok {
					continue
				}
				root[pick(m, checkedKeywords())] = value
				_, _, err = compile(root, compilers[d.number])
				found := d.check(root, "")
				if (err == nil) != (len(found) == 0) {
					text := plainjson.Must(root)
					t.Fatalf("%s\nby the validator: %v\nby the check: %v", text, err, found)
				}
				if err == nil {
					right++
				} else {
					wrong++
				}
			}
			if right < tries/6 || wrong < tries/6 {
				t.Errorf("%d schemas were right, %d wrong", right, wrong)
			}
		})
	}
}

// checkedKeywords returns the keywords whose values are compared. References and identifiers are checked at their use.
func checkedKeywords() (out []string) {
	for keyword := range keywords {
		switch keyword {
		case "$schema", "$ref", "id", "$id":
		default:
			out = append(out, keyword)
		}
	}
	slices.Sort(out)
	return out
}

// TestEmpty compares with a validator whether models accept an empty body.
func TestEmpty(t *testing.T) {
	for _, d := range drafts {
		m := &maker{Rand: rand.New(rand.NewPCG(3, uint64(d.number))), draft: d.number}
		counts := map[bool]int{}
		for i := range 400 {
			root, ok := m.root(d, i%3 == 0)
			if !ok {
				continue
			}
			made, err := Convert(root)
			if err != nil {
				continue
			}
			model := validator(t, made.Schema, compilers[4])
			if want := model.Validate(map[string]any{}) == nil; made.AcceptsEmpty != want {
				t.Fatalf("%s accepts {}: got %v, want %v", made.JSON, made.AcceptsEmpty, want)
			}
			counts[made.AcceptsEmpty]++
		}
		if counts[true] < 30 || counts[false] < 30 {
			t.Errorf("%s: %v", d.name, counts)
		}
	}
}
