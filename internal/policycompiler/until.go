package policycompiler

import (
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// lastDate is the latest that a condition can name: years have four digits.
var lastDate = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

// AppendUntil puts a time after which it allows nothing into a policy that [Compiler.Append] or [AppendMethod] wrote,
// where the policy is what text has from the index on. A policy that only denies stays as it is. The time counts in
// whole seconds.
//
// The condition is DateLessThan on aws:CurrentTime, without IfExists: should a request have no such key, it is denied.
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
