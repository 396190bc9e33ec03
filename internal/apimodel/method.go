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
	Verb     string // such as "GET"; "ANY" stands for all that the path has no method of its own for
	Path     string // that of Resource
	Resource *Resource

	Authorization  string      // one of the constants above; "" if it is not known, which is a problem that blocks
	Authorizer     *Authorizer // nil with AuthorizationNone and AuthorizationIAM
	Scopes         []string    // any one of which a token must have, behind a Cognito or JWT authorizer
	APIKeyRequired bool
	NotKnown       []string // why the values of Scopes or APIKeyRequired are not known

	// RequestParameters are those the method knows, such as "method.request.querystring.page", with true for those that
	// a request must have. They are only enforced by the validator.
	RequestParameters map[string]bool
	RequestSchemas    map[string]*Schema // by content type; enforced by the validator
	Validator         *Validator         // nil if requests are not validated

	Integration Integration
	Responses   []MethodResponse

	Metadata map[string]string // what the app notes at the method, such as why it is public; nil if it is nothing
}

// MethodResponse is an answer that a method may give.
type MethodResponse struct {
	StatusCode string
	Parameters map[string]bool // such as "method.response.header.Vary"; true if it is always there
}

// Validator says what of a request is validated before the integration is called.
type Validator struct {
	ID
	Body, Parameters bool
}

// Schema is a JSON Schema (draft 4) of a body, which API Gateway calls a model.
type Schema struct {
	ID
	Name string
	JSON json.RawMessage // nil if it has none
}
