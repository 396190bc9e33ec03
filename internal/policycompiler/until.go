package policycompiler

import (
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// lastDate is the latest date that a condition can name, because years have four digits.
var lastDate = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

// AppendUntil adds a time to a policy that [Compiler.Append] or [AppendMethod] wrote, after which it allows nothing.
// The policy begins at the index from of the text. A policy that only denies does not change. Fractions of a second are
// ignored.
//
// The condition is DateLessThan on aws:CurrentTime, without IfExists, so a request without this key is denied.
// Source:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
// and docs/decisions/policy-ends-with-the-token.md
func AppendUntil(text []byte, from int, end time.Time) []byte {
	const allow = opening + string(iampolicy.Allow) + `"`
	if !strings.HasPrefix(string(text[from:min(len(text), from+len(allow))]), allow) {
		return text
	}
	if end.After(lastDate) {
		end = lastDate
	}
	condition := make([]byte, 0, 80)
	condition = append(condition, `,"Condition":{"DateLessThan":{"aws:CurrentTime":"`...)
	condition = end.UTC().AppendFormat(condition, "2006-01-02T15:04:05Z")
	condition = append(condition, `"}}`...)
	return slices.Insert(text, from+len(allow), condition...)
}
