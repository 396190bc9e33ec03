// Package iampolicy reads IAM policy documents and evaluates them as AWS does for API Gateway.
//
// It does not know tokens or requests, and calls no service. It supports the part of the policy language that resource
// policies and authorizers' policies of REST APIs use: [Parse] refuses anything else, such as policy variables. Package
// policycompiler writes policies.
package iampolicy

import "errors"

// InvokeAction is the action of calling an API's method. Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
const InvokeAction = "execute-api:Invoke"

// ErrDocument is the error of [Parse] for a document that it does not fully understand.
var ErrDocument = errors.New("iampolicy: policy document refused")

// Version is the current version of the policy language.
const Version = "2012-10-17"

// shortForm begins a resource without the ARN of its API, as an API's resource policy may have.
const shortForm = "execute-api:/"

// Document is an IAM policy.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
type Document struct {
	Version    string // "2012-10-17", or "2008-10-17", which is the version of a document that states none
	ID         string
	Statements []Statement
}

// Effect is what a statement does with the requests that it matches.
type Effect string

// The effects.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Statement matches requests by action, resource, principal and conditions, all of which must fit. At most one of each
// pair X and NotX is set. A list fits if one of its elements does.
type Statement struct {
	SID          string
	Effect       Effect
	Action       []string // with wildcards; not case-sensitive
	NotAction    []string
	Resource     []string // ARNs with wildcards
	NotResource  []string
	Principal    *Principal // nil in an identity-based policy, such as an authorizer returns
	NotPrincipal *Principal // only with Deny
	Conditions   []Condition
}

// Principal names the callers that a statement applies to.
type Principal struct {
	Anyone  bool     // "*", which includes anonymous callers
	AWS     []string // account IDs, their root ARNs, and ARNs of users, roles and role sessions
	Service []string // service principals such as "apigateway.amazonaws.com"; none calls an API
}

// Condition is one key of a statement's conditions, with its operator.
type Condition struct {
	Operator string // "StringEquals", "ForAnyValue:StringLike", "IpAddressIfExists"
	Key      string // "aws:SourceIp"; not case-sensitive
	Values   []string
}
