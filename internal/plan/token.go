package plan

import "strings"

// Unresolved reports whether a text holds a CDK token, whose value is known only when the stack is deployed. It reads
// the text, as asking CDK would start its kernel.
func Unresolved(s string) bool { return strings.Contains(s, "${Token[") || UnresolvedList(s) }

// UnresolvedList reports whether a text stands for a whole list that is known only when the stack is deployed. It is
// the only element of one, and cannot be a part of a text.
func UnresolvedList(s string) bool { return strings.Contains(s, "#{Token[") }

// ofList is what an error says of such a list where one value is wanted.
const ofList = "is a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select"
