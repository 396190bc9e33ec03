// Package cdktoken recognizes CDK tokens in props: values that are known only when the stack is deployed. CDK puts a
// marker in their place. The package reads the marker, because asking CDK would start its engine.
//
// Source: aws-cdk-lib 2.270.0, core/lib/private/encoding.js
package cdktoken

import "strings"

// Unresolved reports whether a text holds a token, such as "${Token[Bucket.Name.7]}" or one of [UnresolvedList].
func Unresolved(s string) bool { return strings.Contains(s, "${Token[") || UnresolvedList(s) }

// UnresolvedList reports whether a text stands for a whole list, such as "#{Token[Parameter.7]}". Such a text is the
// list's only element, and cannot be part of another text.
func UnresolvedList(s string) bool { return strings.Contains(s, "#{Token[") }

// UnresolvedNumber reports whether a number is a token.
func UnresolvedNumber(n float64) bool { return n < -1e288 }

// ListProblem is the end of an error about a token of a list where a single value is required.
const ListProblem = "is a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select"
