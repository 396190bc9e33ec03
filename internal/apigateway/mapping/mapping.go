// Package mapping applies API Gateway's templates and parameter mappings: to gateway responses, which are its own
// answers where no integration gives one; to MOCK integrations, such as the CORS preflights of the AWS CDK; and to the
// requests and answers of other integrations.
//
//	responses, problems := mapping.NewResponses(api.GatewayResponses)
//	answer := responses.Answer(&mapping.Failure{Type: mapping.Unauthorized, Message: "Unauthorized"}, source)
//
// Templates are parsed once, when the API is loaded, and rendered for every request; package vtl implements their
// language. Unsupported features are errors when the API is loaded. The package decides nothing, sends nothing, and
// does not validate requests.
package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
)

// ErrUnsupported reports that a template or a parameter uses something that the local gateway does not support, which
// the error names.
var ErrUnsupported = errors.New("mapping: not supported by the local gateway")

func unsupported(format string, a ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, a...)...)
}

// Source is the data that templates and parameters read.
type Source struct {
	Request *exchange.Request
	Params  map[string]string // path parameters, undecoded; nil if no method was found

	StageVariables map[string]string
	Context        Context

	received  *Received      // the integration's answer, for the parameters of its response
	overrides []vtl.Override // set by the request template
}

// Context holds the variables of $context that the request itself does not have. An empty field is unknown, and renders
// as nothing.
type Context struct {
	AccountID, APIID, Stage  string
	ResourceID, ResourcePath string // "" if no method was found

	Authorizer map[string]string // "principalId" and the authorizer's own context; after Cognito "claims.sub" and so on
	Identity   map[string]string // as in an event's identity: "apiKey", "caller", "userArn" and so on
}

// requestVariables are the variables of $context that are known before a request is authorized.
// Source: "$context Variables for data models, authorizers, mapping templates, and CloudWatch access logging" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
var requestVariables = map[string]func(s *Source) string{
	"accountId":          func(s *Source) string { return s.Context.AccountID },
	"apiId":              func(s *Source) string { return s.Context.APIID },
	"domainName":         func(s *Source) string { return s.Request.Host },
	"domainPrefix":       func(s *Source) string { return s.Request.DomainPrefix(s.Context.APIID) },
	"extendedRequestId":  func(s *Source) string { return s.Request.ExtendedID },
	"httpMethod":         func(s *Source) string { return s.Request.Verb },
	"identity.sourceIp":  func(s *Source) string { return s.Request.SourceIP },
	"identity.userAgent": func(s *Source) string { return s.Request.Headers.Get("User-Agent") },
	"identity.vpcId":     func(s *Source) string { return s.Request.SourceVPC },
	"identity.vpceId":    func(s *Source) string { return s.Request.SourceVPCEndpoint },
	"path":               func(s *Source) string { return s.Request.FullPath() },

	"identity.clientCert.clientCertPem":      func(s *Source) string { return s.certificate().PEM },
	"identity.clientCert.subjectDN":          func(s *Source) string { return s.certificate().SubjectDN },
	"identity.clientCert.issuerDN":           func(s *Source) string { return s.certificate().IssuerDN },
	"identity.clientCert.serialNumber":       func(s *Source) string { return s.certificate().SerialNumber },
	"identity.clientCert.validity.notBefore": func(s *Source) string { return s.certificate().NotBefore },
	"identity.clientCert.validity.notAfter":  func(s *Source) string { return s.certificate().NotAfter },

	"protocol":         func(s *Source) string { return s.Request.Protocol },
	"requestId":        func(s *Source) string { return s.Request.RequestID },
	"requestTime":      func(s *Source) string { return s.Request.Time.UTC().Format(exchange.TimeFormat) },
	"requestTimeEpoch": func(s *Source) string { return strconv.FormatInt(s.Request.Time.UnixMilli(), 10) },
	"resourceId":       func(s *Source) string { return s.Context.ResourceID },
	"resourcePath":     func(s *Source) string { return s.Context.ResourcePath },
	"stage":            func(s *Source) string { return s.Context.Stage },
	"xrayTraceId":      func(s *Source) string { return s.Request.TraceID },
}

// RequestVariable returns a variable of $context that is known before a request is authorized, by the name after
// "context."; "" for any other variable.
func (s *Source) RequestVariable(name string) string {
	if get := requestVariables[name]; get != nil {
		return get(s)
	}
	return ""
}

// identityNames are the variables of $context.identity that come from the checks.
var identityNames = []string{
	"accountId",
	"apiKey",
	"apiKeyId",
	"caller",
	"cognitoAuthenticationProvider",
	"cognitoAuthenticationType",
	"cognitoIdentityId",
	"cognitoIdentityPoolId",
	"principalOrgId",
	"user",
	"userArn",
}

// certificate returns the certificate that the client presented; an empty one if it presented none.
func (s *Source) certificate() *clientcert.Certificate {
	if s.Request.ClientCertificate == nil {
		return &clientcert.Certificate{}
	}
	return s.Request.ClientCertificate
}

// variable returns the value of a variable in a template or a parameter.
type variable func(s *Source, f *Failure) string

// contextVariable returns the variable of $context with a name, such as "stage".
func contextVariable(name string) (variable, error) {
	if get, ok := requestVariables[name]; ok {
		return func(s *Source, _ *Failure) string { return get(s) }, nil
	}
	if rest, ok := strings.CutPrefix(name, "authorizer."); ok && rest != "" {
		return func(s *Source, _ *Failure) string { return s.Context.Authorizer[rest] }, nil
	}
	if rest, ok := strings.CutPrefix(name, "identity."); ok {
		for _, known := range identityNames {
			if rest == known {
				return func(s *Source, _ *Failure) string { return s.Context.Identity[rest] }, nil
			}
		}
	}
	return nil, unsupported("the variable $context.%s", name)
}

// errorVariable returns a variable of $context.error, which only exists in gateway responses.
// Source: $context.error in the reference above.
func errorVariable(name string) (variable, error) {
	switch name {
	case "error.message":
		return func(_ *Source, f *Failure) string { return f.Message }, nil
	case "error.messageString":
		return func(_ *Source, f *Failure) string { return f.quotedMessage() }, nil
	case "error.responseType":
		return func(_ *Source, f *Failure) string { return string(f.Type) }, nil
	case "error.validationErrorString":
		return func(_ *Source, f *Failure) string { return f.Validation }, nil
	}
	return contextVariable(name)
}

// ContextVariable returns the variable of $context with a name, such as "stage" or "error.message", as gateway
// responses and access logs have it. The failure is nil for an answer of an integration, which has no such error.
func ContextVariable(name string) (func(*Source, *Failure) string, error) { return errorVariable(name) }

// ContextNames returns the names of the variables of $context, without those that depend on the authorizer.
func ContextNames() []string {
	names := slices.Collect(maps.Keys(requestVariables))
	for _, name := range identityNames {
		names = append(names, "identity."+name)
	}
	names = append(names, "error.message", "error.messageString", "error.responseType", "error.validationErrorString")
	slices.Sort(names)
	return names
}

// stageVariable returns a stage variable by name.
func stageVariable(name string) (variable, error) {
	if name == "" || strings.ContainsRune(name, '.') {
		return nil, unsupported("the variable $stageVariables.%s", name)
	}
	return func(s *Source, _ *Failure) string { return s.StageVariables[name] }, nil
}
