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
	AuthorizerID string // a stand-in for its ID
	Name         string
	Type         string // one of the constants above

	// URI names the function of a Lambda authorizer. Function is that function, and Qualifier its alias or version, or ""
	// for the latest code; see [Authorizer.FunctionOn] for a URI with stage variables.
	URI         string
	Function    *Function
	Qualifier   string
	Credentials string // the ARN of the role that invokes the function; "" if a permission of the function allows the call
	byStage     targets

	// IdentitySources are the parts that a request must have, in order. A TOKEN, Cognito or JWT authorizer has one, which
	// is a header.
	IdentitySources []IdentitySource

	// Validation is a regular expression: for the token of a TOKEN authorizer, and for the audience of a Cognito
	// authorizer.
	Validation string

	TTL       time.Duration // how long answers are cached: default 300 s; 0 for not at all, and for a JWT authorizer
	UserPools []*UserPool   // for a Cognito authorizer
	JWT       *JWT          // for a JWT authorizer, else nil

	// NotKnown lists properties that do not resolve, such as "AuthorizerResultTtlInSeconds"; their fields have the
	// default. Each is also a problem that blocks.
	NotKnown []string
}

// IdentitySource is a part of the request that identifies the caller.
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

// FunctionOn returns the function that the authorizer invokes on a stage, and its alias or version; nil if it has none.
func (a *Authorizer) FunctionOn(s *Stage) (f *Function, qualifier string) {
	t := a.byStage.on(s, target{function: a.Function, qualifier: a.Qualifier})
	return t.function, t.qualifier
}

// authorization returns the AuthorizationType of the methods that it guards.
func (a *Authorizer) authorization() string {
	switch a.Type {
	case CognitoAuthorizer:
		return AuthorizationCognito
	case JWTAuthorizer:
		return AuthorizationJWT
	}
	return AuthorizationCustom
}

// uses returns the IDs of the objects that the authorizer needs on a stage, including its own.
func (a *Authorizer) uses(s *Stage) []ID {
	ids := []ID{a.ID}
	if f, _ := a.FunctionOn(s); f != nil {
		ids = append(ids, f.ID)
	}
	return ids
}
