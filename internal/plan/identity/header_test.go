package identity

import "testing"

// TestCheckExpression checks that only what Java does not compile is refused. API Gateway judges the rest.
func TestCheckExpression(t *testing.T) {
	for expression, want := range map[string]string{
		`^Bearer .+$`:         "",
		`\QBearer \E.++`:      "",
		`(?=B)Bearer .+`:      "",
		`[a-z&&[^b]]{1,2000}`: "",
		`\p{IsLatin}+\h`:      "",
		`${Token[TOKEN.1]}(`:  "",

		`a{,2}`:    `ValidationExpression "a{,2}": { without a number of repetitions: write \{ for the character`,
		`(?P<n>a)`: `ValidationExpression "(?P<n>a)": unknown group (?P<`,
		`\C`:       `ValidationExpression "\\C": the escape \C is unknown`,
		`a)|(b`:    `ValidationExpression "a)|(b": unexpected )`,
		`(?i)(a`:   `ValidationExpression "(?i)(a": missing closing )`,
	} {
		got := ""
		if err := CheckExpression(expression); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
}
