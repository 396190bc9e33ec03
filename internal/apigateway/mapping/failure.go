package mapping

import (
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// Type is the type of a gateway response.
type Type string

// The types of gateway responses.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
const (
	AccessDenied                 Type = "ACCESS_DENIED"
	APIConfigurationError        Type = "API_CONFIGURATION_ERROR"
	AuthorizerConfigurationError Type = "AUTHORIZER_CONFIGURATION_ERROR"
	AuthorizerFailure            Type = "AUTHORIZER_FAILURE"
	BadRequestBody               Type = "BAD_REQUEST_BODY"
	BadRequestParameters         Type = "BAD_REQUEST_PARAMETERS"
	Default4XX                   Type = "DEFAULT_4XX"
	Default5XX                   Type = "DEFAULT_5XX"
	ExpiredToken                 Type = "EXPIRED_TOKEN"
	IntegrationFailure           Type = "INTEGRATION_FAILURE"
	IntegrationTimeout           Type = "INTEGRATION_TIMEOUT"
	InvalidAPIKey                Type = "INVALID_API_KEY"
	InvalidSignature             Type = "INVALID_SIGNATURE"
	MissingAuthenticationToken   Type = "MISSING_AUTHENTICATION_TOKEN"
	QuotaExceeded                Type = "QUOTA_EXCEEDED"
	RequestTooLarge              Type = "REQUEST_TOO_LARGE"
	ResourceNotFound             Type = "RESOURCE_NOT_FOUND"
	Throttled                    Type = "THROTTLED"
	Unauthorized                 Type = "UNAUTHORIZED"
	UnsupportedMediaType         Type = "UNSUPPORTED_MEDIA_TYPE"
	WAFFiltered                  Type = "WAF_FILTERED"
)

// defaults are each type's status, and the x-amzn-ErrorType that goes with it. DEFAULT_4XX and DEFAULT_5XX have no
// status of their own: theirs is only used for a [Failure] that has none either.
//
// Source of the statuses: the page above. Source of the error types: gateway_response.py of
// https://github.com/localstack/localstack (localstack-core/localstack/services/apigateway/next_gen/execute_api), which
// was recorded on AWS for the first group, and follows from the others' names for the second.
var defaults = map[Type]struct {
	status    int
	errorType string
}{
	BadRequestBody:             {400, "BadRequestException"},
	BadRequestParameters:       {400, "BadRequestException"},
	Default4XX:                 {400, "BadRequestException"},
	Default5XX:                 {500, "InternalServerErrorException"},
	IntegrationTimeout:         {504, "InternalServerErrorException"},
	InvalidAPIKey:              {403, "ForbiddenException"},
	MissingAuthenticationToken: {403, "MissingAuthenticationTokenException"},
	QuotaExceeded:              {429, "LimitExceededException"},
	Throttled:                  {429, "TooManyRequestsException"},
	Unauthorized:               {401, "UnauthorizedException"},
	UnsupportedMediaType:       {415, "BadRequestException"},

	AccessDenied:                 {403, "AccessDeniedException"},
	APIConfigurationError:        {500, "ApiConfigurationException"},
	AuthorizerConfigurationError: {500, "AuthorizerConfigurationException"},
	AuthorizerFailure:            {500, "AuthorizerFailureException"},
	ExpiredToken:                 {403, "ExpiredTokenException"},
	IntegrationFailure:           {504, "IntegrationFailureException"},
	InvalidSignature:             {403, "InvalidSignatureException"},
	RequestTooLarge:              {413, "RequestTooLargeException"},
	ResourceNotFound:             {404, "ResourceNotFoundException"},
	WAFFiltered:                  {403, "WafFilteredException"},
}

// known reports whether t is one of the 21 types.
func (t Type) known() bool { _, ok := defaults[t]; return ok }

// fallback is the type that t is answered as where it has no gateway response of its own.
func (t Type) fallback() Type {
	if defaults[t].status >= 500 {
		return Default5XX
	}
	return Default4XX
}

// Failure is why API Gateway answers by itself.
type Failure struct {
	Type       Type
	Message    string // $context.error.message; "" for none, which is null in a body
	Validation string // $context.error.validationErrorString

	// Status is what API Gateway answers unless the gateway response says otherwise; 0 for the type's own.
	Status int

	// ErrorType is the x-amzn-ErrorType header; "" for the type's own.
	ErrorType string

	// Capital says that the default body is {"Message":...}, as of answers of the policy engine. Body is the default
	// body itself, where it is neither this nor {"message":...}. Both give way to a template.
	Capital bool
	Body    string

	Untraced bool // the answer has no X-Amzn-Trace-Id

	Reason string // in words, for the developer; the caller does not get it
}

// Internal is API Gateway's answer with this status to what is wrong behind it: 500, 502 or 504. The body has a space.
func Internal(status int, reason string) *Failure {
	return &Failure{
		Type:    Default5XX,
		Status:  status,
		Message: "Internal server error",
		Body:    `{"message": "Internal server error"}`,
		Reason:  reason,
	}
}

// quoted is $context.error.messageString: "The quoted value of $context.error.message".
func (f *Failure) quoted() string {
	if f.Message == "" {
		return "null"
	}
	return string(plainjson.Must(f.Message))
}
