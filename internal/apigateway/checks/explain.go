package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// explainDecision says which statement of a policy decided and which part of it matched: `statement 2 "Orders" of the
// resource policy allows it: ARN matches PATTERN`. A statement must have decided.
func explainDecision(policy string, doc iampolicy.Document, d iampolicy.Decision, r iampolicy.Request) string {
	s := doc.Statements[d.Statement]
	var b strings.Builder
	fmt.Fprintf(&b, "statement %d", d.Statement+1)
	if s.SID != "" {
		fmt.Fprintf(&b, " %q", s.SID)
	}
	verb := "allows"
	if s.Effect == iampolicy.Deny {
		verb = "denies"
	}
	fmt.Fprintf(&b, " of %s %s it: %s ", policy, verb, r.Resource)
	if len(s.NotResource) > 0 {
		fmt.Fprintf(&b, "is not one of %s", list(s.NotResource))
	} else {
		fmt.Fprintf(&b, "matches %s", firstMatch(s, r))
	}
	for i, c := range s.Conditions {
		fmt.Fprintf(&b, "%s %s %s %s",
			map[bool]string{true: ", under the condition", false: " and"}[i == 0], c.Operator, c.Key, list(c.Values))
	}
	return b.String()
}

// explainNoMatch says that no statement of a policy matches a request.
func explainNoMatch(policy string, doc iampolicy.Document, r iampolicy.Request) string {
	switch n := len(doc.Statements); n {
	case 0:
		return fmt.Sprintf("%s has no statement, so nothing allows %s", policy, r.Resource)
	case 1:
		return fmt.Sprintf("the statement of %s does not match %s", policy, r.Resource)
	default:
		return fmt.Sprintf("none of the %d statements of %s matches %s", n, policy, r.Resource)
	}
}

// firstMatch returns the first resource pattern of a statement that matches. At least one must match. It searches by
// halves, since there may be hundreds.
func firstMatch(s iampolicy.Statement, r iampolicy.Request) string {
	left := s.Resource
	for len(left) > 1 {
		s.Resource = left[:len(left)/2]
		half := iampolicy.Document{Statements: []iampolicy.Statement{s}}
		if half.Evaluate(r).Statement == 0 {
			left = s.Resource
		} else {
			left = left[len(s.Resource):]
		}
	}
	return left[0]
}

// list shows the first few values.
func list(values []string) string {
	const most = 4
	if left := len(values) - most; left > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(values[:most], ", "), left)
	}
	return strings.Join(values, ", ")
}

// plural returns a number with its noun: "1 statement", "2 statements".
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// shortDuration formats a duration for people.
func shortDuration(d time.Duration) string {
	switch {
	case d >= time.Second:
		d = d.Round(time.Second)
	case d >= 10*time.Millisecond:
		d = d.Round(time.Millisecond)
	default:
		d = d.Round(10 * time.Microsecond)
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
