package apimodel

import (
	"time"
)

// The types of authorizer.
const (
	TokenAuthorizer   = "TOKEN"
	RequestAuthorizer = "REQUEST"
	CognitoAuthorizer = "COGNITO_USER_POOLS"
	JWTAuthorizer     = "JWT" // API Gateway verifies tokens of OpenID Connect providers itself
)

// Authorizer guards methods of an API.
type Authorizer struct {
	ID
	AuthorizerID string // the stand-in for its id
	Name         string
	Type         string // one of the constants above

	// URI names the function of a Lambda authorizer. Function is that function, and Qualifier its alias or version, or ""
	// for its latest code; see [Authorizer.FunctionOn] for a URI with stage variables.
	URI         string
	Function    *Function
	Qualifier   string
	Credentials string // the ARN of the role that the function is invoked with; "" for a permission of the function
	byStage     targets

	// IdentitySources are what the request must have, in order. A TOKEN, Cognito or JWT authorizer has one
	// header.
	IdentitySources []IdentitySource

	// Validation is a regular expression: of the token, for a TOKEN authorizer; of the audience, for a Cognito one.
	Validation string

	TTL       time.Duration // how long its answers are kept: default 300 s, 0 for not at all and for a JWT authorizer
	UserPools []*UserPool   // of a Cognito authorizer
	JWT       *JWT          // of a JWT authorizer, else nil

	// NotKnown are the names of properties that are not resolved, such as "AuthorizerResultTtlInSeconds": the field that
	// is read from one has its default. Each is a problem that blocks.
	NotKnown []string
}

// IdentitySource is a part of the request that says who the caller is.
type IdentitySource struct {
	In   string // "header", "querystring", "stageVariables" or "context"
	Name string // such as "Authorization", or "identity.sourceIp"
}

// String returns the source as templates write it, such as "method.request.header.Authorization".
func (s IdentitySource) String() string {
	if s.In == "header" || s.In == "querystring" {
		return "method.request." + s.In + "." + s.Name
	}
	return s.In + "." + s.Name
}

// FunctionOn returns the function that the authorizer invokes on a stage, and its alias or version; nil without one.
func (a *Authorizer) FunctionOn(s *Stage) (f *Function, qualifier string) {
	t := a.byStage.on(s, target{function: a.Function, qualifier: a.Qualifier})
	return t.function, t.qualifier
}

// authorization is the AuthorizationType of the methods that it guards.
func (a *Authorizer) authorization() string {
	switch a.Type {
	case CognitoAuthorizer:
		return AuthorizationCognito
	case JWTAuthorizer:
		return AuthorizationJWT
	}
	return AuthorizationCustom
}

// uses are the objects that the authorizer needs on a stage, itself among them.
func (a *Authorizer) uses(s *Stage) []ID {
	ids := []ID{a.ID}
	if f, _ := a.FunctionOn(s); f != nil {
		ids = append(ids, f.ID)
	}
	return ids
}
