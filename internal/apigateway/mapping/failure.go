package mapping

import (
	"cmp"
	"net/http"

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

// defaults holds each type's status and its x-amzn-ErrorType. DEFAULT_4XX and DEFAULT_5XX have no status of their own:
// the one here only applies to a [Failure] without a status.
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

// fallback returns the type whose gateway response applies if t has none.
func (t Type) fallback() Type {
	if defaults[t].status >= 500 {
		return Default5XX
	}
	return Default4XX
}

// Failure says why API Gateway answers a request itself.
type Failure struct {
	Type       Type
	Message    string // $context.error.message; "" for none, which is null in a body
	Validation string // $context.error.validationErrorString

	// Status is the answer's status unless a gateway response sets another one; 0 for the default of the type.
	Status int

	// ErrorType is the x-amzn-ErrorType header; "" for the default of the type.
	ErrorType string

	// Capital makes the default body {"Message":...}, as in answers of the policy engine. Body is the default body if it
	// is neither that nor {"message":...}. A template replaces both.
	Capital bool
	Body    string

	Untraced bool // the answer has no X-Amzn-Trace-Id

	Reason string // explains the failure to the developer; callers do not get it
}

// StatusCode returns the status of the answer, unless a gateway response sets another one.
func (f *Failure) StatusCode() int { return cmp.Or(f.Status, defaults[f.Type].status) }

// Internal returns API Gateway's answer to an error behind it, with the status 500, 502 or 504. Its body has a space
// after the colon. A 502 is for a function that failed.
//
// Source of the type of a 502: the access logs in https://github.com/DataBiosphere/azul/pull/6624
func Internal(status int, reason string) *Failure {
	f := &Failure{
		Type:    Default5XX,
		Status:  status,
		Message: "Internal server error",
		Body:    `{"message": "Internal server error"}`,
		Reason:  reason,
	}
	if status == http.StatusBadGateway {
		f.Type, f.ErrorType = IntegrationFailure, defaults[Default5XX].errorType
	}
	return f
}

// quotedMessage returns $context.error.messageString: "The quoted value of $context.error.message".
func (f *Failure) quotedMessage() string {
	if f.Message == "" {
		return "null"
	}
	return string(plainjson.Must(f.Message))
}
