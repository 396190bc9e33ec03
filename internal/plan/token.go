package plan

import "strings"

// Unresolved reports whether a text holds a CDK token, whose value is known only at deployment. It reads the text,
// because asking CDK would start its kernel.
func Unresolved(s string) bool { return strings.Contains(s, "${Token[") || UnresolvedList(s) }

// UnresolvedList reports whether a text stands for a whole list that is known only at deployment. Such a text is the
// list's only element, and cannot be part of another text.
func UnresolvedList(s string) bool { return strings.Contains(s, "#{Token[") }

// listProblem is the end of an error about such a list where a single value is required.
const listProblem = "is a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select"
