package apimodel

import (
	"encoding/json"
)

// How a method is guarded.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html
const (
	AuthorizationNone    = "NONE"
	AuthorizationIAM     = "AWS_IAM"
	AuthorizationCustom  = "CUSTOM" // a Lambda function
	AuthorizationCognito = "COGNITO_USER_POOLS"
	AuthorizationJWT     = "JWT"
)

// Resource is a path of an API.
type Resource struct {
	ID
	ResourceID string // the stand-in for its id
	Path       string // such as "/orders/{id}" or "/files/{proxy+}"; "/" for the root
}

// Method is a verb on a path of an API.
type Method struct {
	ID
	Verb     string // such as "GET"; "ANY" stands for the verbs for which the path has no other method
	Path     string // the path of Resource
	Resource *Resource

	Authorization  string      // one of the constants above; "" if not known, which is a problem that blocks
	Authorizer     *Authorizer // nil for AuthorizationNone and AuthorizationIAM
	Scopes         []string    // for a Cognito or JWT authorizer: a token must have one of them
	APIKeyRequired bool
	NotKnown       []string // why Scopes or APIKeyRequired are not known

	// RequestParameters are the declared parameters, such as "method.request.querystring.page", with true for required
	// ones. Only the validator enforces them.
	RequestParameters map[string]bool
	RequestSchemas    map[string]*Schema // by content type; enforced by the validator
	Validator         *Validator         // nil if requests are not validated

	Integration Integration
	Responses   []MethodResponse

	Metadata map[string]string // the app's notes on the method, such as why it is public; nil for none
}

// MethodResponse is a declared response of a method.
type MethodResponse struct {
	StatusCode string
	Parameters map[string]bool // such as "method.response.header.Vary"; true if it is always sent
}

// Validator says which parts of a request are validated before the integration is called.
type Validator struct {
	ID
	Body, Parameters bool
}

// Schema is a JSON Schema (draft 4) for a body. API Gateway calls it a model.
type Schema struct {
	ID
	Name string
	JSON json.RawMessage // nil for a model without a schema
}
