// Package iampolicy reads IAM policy documents and evaluates them as AWS does for API Gateway.
//
// It does not know tokens or requests, it talks to no service, and of the policy language it has what resource policies
// and authorizers' policies of REST APIs use: [Parse] refuses what it does not know, policy variables among that.
// Package policycompiler writes policies.
package iampolicy

import "errors"

// InvokeAction is the action of calling an API's method. Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
const InvokeAction = "execute-api:Invoke"

// ErrDocument is the error of [Parse] for a document that it does not understand in full.
var ErrDocument = errors.New("iampolicy: policy document refused")

// Version is the current version of the policy language.
const Version = "2012-10-17"

// shortForm begins a resource that leaves the ARN of its API out, as an API's resource policy may.
const shortForm = "execute-api:/"

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
	Principal    *Principal // nil in an identity-based policy, such as an authorizer returns
	NotPrincipal *Principal // with Deny only
	Conditions   []Condition
}

// Principal names the callers that a statement is about.
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
