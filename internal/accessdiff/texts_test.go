package accessdiff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

func TestTextClasses(t *testing.T) {
	for _, tt := range []struct {
		patterns []string
		classes  int
	}{
		{[]string{"a"}, 2},
		{[]string{"*"}, 1},
		{[]string{"?*"}, 2},
		{[]string{"a*", "ab*", "*c"}, 6}, // none, a, c, a and c, ab, ab and c
		{[]string{"${*}"}, 2},
		{[]string{"Mozilla/?.0 (*) *", "*bot*", "*Bot*"}, 8},
		{[]string{"ä*", "*ä"}, 4},
	} {
		t.Run(strings.Join(tt.patterns, " "), func(t *testing.T) {
			texts, complete := textClasses(tt.patterns, mostTexts, "*")
			known := map[string]string{}
			for _, text := range texts {
				var matches []string
				for _, p := range tt.patterns {
					if iampolicy.Match(strings.ReplaceAll(p, "${*}", "\x00"), strings.ReplaceAll(text, "*", "\x00")) {
						matches = append(matches, p)
					}
				}
				key := fmt.Sprint(matches)
				if other, twice := known[key]; twice {
					t.Errorf("%q and %q match %s", text, other, key)
				}
				known[key] = text
			}
			if len(texts) != tt.classes || !complete {
				t.Errorf("%q, complete: %v; want %d of them", texts, complete, tt.classes)
			}
		})
	}
	var many []string
	for i := range 8 {
		many = append(many, "*"+string(rune('a'+i))+"*")
	}
	if texts, complete := textClasses(many, mostTexts, "*"); complete || len(texts) != mostTexts {
		t.Errorf("%d texts of 256, complete: %v", len(texts), complete)
	}
}

// TestHeadersInPolicies has policies with conditions on the User-Agent: requests that two patterns have in common, and
// a star that is not a wildcard.
func TestHeadersInPolicies(t *testing.T) {
	const open = `Allow|"*"|execute-api:/*`
	const gained = "+ callers that the resource policy refused gained GET /a"
	deny := func(operator, value string) string {
		return `Deny|"*"|execute-api:/*|{"` + operator + `":{"aws:UserAgent":"` + value + `"}}`
	}
	for _, tt := range []struct {
		name    string
		was, is []string
		want    string
	}{
		{"two patterns", []string{`Deny|"*"|execute-api:/*`},
			[]string{open, deny("StringNotLike", "a*"), deny("StringNotLike", "*z")},
			gained},
		{"a star", []string{open, deny("StringEquals", "a*")}, []string{open}, gained},
		{"the same", []string{open, deny("StringLike", "a*")},
			[]string{open, deny("StringLike", "a*"), deny("StringLike", "ab*")}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := apiOf("GET /a: none"), apiOf("GET /a: none")
			policy(tt.was...)(&was)
			policy(tt.is...)(&is)
			if got := linesOf(Compare(matrixOf(was), matrixOf(is))); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
