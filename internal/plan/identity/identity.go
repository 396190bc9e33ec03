// Package identity checks the values of a request by which an authorizer identifies callers: its identity sources, the
// places of tokens, and how long its answers are cached by them.
//
// Package plan checks them together with what the included function verifies.
package identity

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Source is a request value that API Gateway caches an authorizer's answer by.
type Source struct{ prefix, name string }

// API Gateway's prefixes for identity sources.
const (
	inQuery         = "method.request.querystring."
	inStageVariable = "stageVariables."
	inContext       = "context."
)

// Header returns the identity source for a request header.
func Header(name string) Source { return Source{inHeader, name} }

// Query returns the identity source for a query string parameter.
func Query(name string) Source { return Source{inQuery, name} }

// StageVariable returns the identity source for a stage variable.
func StageVariable(name string) Source { return Source{inStageVariable, name} }

// Context returns the identity source for a variable of the request's context.
func Context(name string) Source { return Source{inContext, name} }

// String returns the source as API Gateway writes it.
func (s Source) String() string { return s.prefix + s.name }

// Name returns the value's name in the request or its context.
func (s Source) Name() string { return s.name }

// ClientCertificate is the certificate that a client presents by mutual TLS.
var ClientCertificate = Context("identity.clientCert.clientCertPem")

// contextBeforeAuthorization lists the context variables that are known before a request is authorized. The rest of
// $context ("authorizer.", "error.", "integration."...) is not.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
var contextBeforeAuthorization = []string{
	"accountId",
	"apiId",
	"deploymentId",
	"domainName",
	"domainPrefix",
	"extendedRequestId",
	"httpMethod",
	"path",
	"protocol",
	"requestId",
	"requestTime",
	"requestTimeEpoch",
	"resourceId",
	"resourcePath",
	"stage",
}

// identityContext lists the variables of $context.identity that are known before a request is authorized.
var identityContext = []string{
	"identity.accountId",
	"identity.apiKey",
	"identity.apiKeyId",
	"identity.caller",
	"identity.cognitoAuthenticationProvider",
	"identity.cognitoAuthenticationType",
	"identity.cognitoIdentityId",
	"identity.cognitoIdentityPoolId",
	"identity.clientCert.clientCertPem",
	"identity.clientCert.subjectDN",
	"identity.clientCert.issuerDN",
	"identity.clientCert.serialNumber",
	"identity.clientCert.validity.notBefore",
	"identity.clientCert.validity.notAfter",
	"identity.principalOrgId",
	"identity.sourceIp",
	"identity.user",
	"identity.userAgent",
	"identity.userArn",
	"identity.vpcId",
	"identity.vpceId",
}

// lateContext lists how the names of variables begin that are known only after a request is authorized.
var lateContext = []string{"authenticate.", "authorize.", "authorizer.", "error.", "integration.", "response", "status",
	"waf"}

// isUndocumented reports whether a source is an undocumented context variable, which API Gateway may have all the same.
// Without a cache, no answer is keyed by it, and only the function may use it.
func (s Source) isUndocumented() bool {
	late := func(prefix string) bool { return strings.HasPrefix(s.name, prefix) }
	return s.prefix == inContext && s.name != "" && !strings.ContainsAny(s.name, ", \t\r\n") &&
		!slices.ContainsFunc(lateContext, late)
}

// tellsCallersApart reports whether a source can differ between two callers of one route.
func (s Source) tellsCallersApart() bool {
	return s.prefix == inHeader || s.prefix == inQuery || s.prefix == inContext && slices.Contains(identityContext, s.name)
}

// equal compares sources as API Gateway does, with header names without case.
func (s Source) equal(to Source) bool {
	return s == to || s.prefix == inHeader && to.prefix == inHeader && strings.EqualFold(s.name, to.name)
}

func (s Source) check() error {
	if cdktoken.Unresolved(s.name) {
		return nil
	}
	switch s.prefix {
	case inHeader:
		return CheckHeader(s.name)
	case inContext:
		if !slices.Contains(contextBeforeAuthorization, s.name) && !slices.Contains(identityContext, s.name) {
			return fmt.Errorf("IdentityContext(%q): API Gateway has no such value before a request is authorized: it "+
				"has %s and %s", s.name, strings.Join(contextBeforeAuthorization, ", "), strings.Join(identityContext, ", "))
		}
	case "":
		return errors.New("an empty IdentitySource: make it with IdentityHeader, IdentityQuery, " +
			"IdentityStageVariable or IdentityContext")
	}
	if bare, found := strings.CutPrefix(s.name, s.prefix); found {
		return fmt.Errorf("identity source %q: want the name alone: %q", s, bare)
	}
	if s.name == "" || strings.ContainsAny(s.name, ", \t\r\n") {
		return fmt.Errorf("identity source %q: a name without commas and spaces is needed", s)
	}
	return nil
}

// checkTokenSource refuses a source with which the function would not start.
func checkTokenSource(t settings.TokenSource) error {
	switch {
	case t.Kind == "":
		return errors.New("an empty TokenSource: make it with TokenHeader, TokenCookie or TokenQuery")
	case cdktoken.Unresolved(t.Name):
		return nil
	default:
		return t.Check()
	}
}

// identityOf returns the identity source that holds the token.
func identityOf(t settings.TokenSource) Source {
	switch t.Kind {
	case settings.Cookie:
		return Header("Cookie")
	case settings.QueryString:
		return Query(t.Name)
	}
	return Header(t.Name)
}
