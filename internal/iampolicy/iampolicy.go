// Package iampolicy evaluates IAM policy documents as AWS does for API Gateway, and compiles an access table into the
// policy that a caching Lambda authorizer returns for the whole API.
//
// It does not know tokens or requests, it talks to no service, and of the policy language it has what resource policies
// and authorizers' policies of REST APIs use: what it does not know it refuses to read. Policy variables are among that.
//
// The compiler ([Compiler]) and the parsing of method ARNs ([ParseARN]) are what runs in the authorizer; they need
// neither the reader of documents nor the evaluator, so that the linker leaves those out.
package iampolicy

import "errors"

// InvokeAction is the action of calling an API's method.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
const InvokeAction = "execute-api:Invoke"

// Sentinels for [errors.Is].
var (
	ErrARN      = errors.New("iampolicy: not the ARN of a REST API's method")
	ErrDocument = errors.New("iampolicy: policy document refused")
	ErrConflict = errors.New("iampolicy: no policy that may be cached allows just the permitted routes")
	ErrTooLarge = errors.New("iampolicy: the policy is too large")
)

// Version is the policy language's current version, that of every document this package writes.
const Version = "2012-10-17"

// Document is an IAM policy.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
type Document struct {
	Version    string // "2012-10-17", or "2008-10-17", which is what a document without a version has
	ID         string
	Statements []Statement
}

// Effect is what a statement does to the requests it matches.
type Effect string

// The effects.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Statement matches requests by action, resource, principal and conditions, all of which must fit. Of each pair X and
// NotX one at most is set. A list fits if one of its elements does.
type Statement struct {
	SID          string
	Effect       Effect
	Action       []string // with wildcards, in any case
	NotAction    []string
	Resource     []string // ARNs with wildcards
	NotResource  []string
	Principal    *Principal // nil in an identity-based policy, such as an authorizer returns: whoever the policy is for
	NotPrincipal *Principal // with Deny only
	Conditions   []Condition
}

// Principal says whom a statement is about.
type Principal struct {
	Anyone  bool     // "*", which includes callers that did not sign in
	AWS     []string // account ids, their root ARNs, and ARNs of users, roles and role sessions
	Service []string // service principals: "apigateway.amazonaws.com"
}

// Condition is one key of a statement's conditions, with the operator it stands under.
type Condition struct {
	Operator string // "StringEquals", "ForAnyValue:StringLike", "IpAddressIfExists"
	Key      string // "aws:SourceIp", in any case
	Values   []string
}
