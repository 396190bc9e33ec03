package events

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
)

// Caller is what the function is told about the caller. At most one of Lambda, Claims, JWT and IAM is set, and none on
// an open method.
type Caller struct {
	Lambda *LambdaCaller
	Claims map[string]string // the claims of a user pool's token; not nil after a Cognito authorizer
	JWT    map[string]string // the claims of a JWT authorizer's token, each as JSON; not nil after such an authorizer
	IAM    *IAMCaller

	APIKey, APIKeyID string // set if the method requires an API key
}

// LambdaCaller is what a Lambda authorizer returned about the caller.
type LambdaCaller struct {
	PrincipalID string
	Context     map[string]string // as [ReadAuthorizer] returns it
	LatencyMS   int64             // how long the authorizer took, in milliseconds; 0 for a cached answer
}

// IAMCaller is the signer of the request. Empty fields are null in the event.
type IAMCaller struct {
	AccessKey string
	AccountID string
	Caller    string // the id of the principal, such as "AIDACKCEVSQ6C2EXAMPLE"
	User      string // the same as Caller
	UserARN   string
}

// Proxy returns the event of an AWS_PROXY integration. params are the path's parameters, undecoded. The error is
// [ErrTooLarge].
// Source: "Input format of a Lambda function for proxy integration" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
func (rt *Route) Proxy(r *exchange.Request, params map[string]string, c Caller) ([]byte, error) {
	b := make([]byte, 0, estimateSize(r))
	b = append(b, `{"resource":`...)
	var few [fewLines]exchange.Header
	b = rt.appendRequest(b, r, headers(few[:0], r, rt.signed, false), params, nothing)
	b = append(b, rt.variables...)
	b = rt.appendContext(b, r, c)
	b = rt.appendBody(b, r)
	if len(b) > maxPayload {
		return nil, fmt.Errorf("%w: it has %d bytes, and the limit is %d", ErrTooLarge, len(b), maxPayload)
	}
	return b, nil
}

// appendRequest appends what functions and authorizers get of a request, from the value of "resource" to the name of
// "stageVariables". none is what stands for no values.
func (rt *Route) appendRequest(
	b []byte, r *exchange.Request, lines []exchange.Header, params map[string]string, none string,
) []byte {
	b = append(b, rt.resource...)
	b = append(b, `,"path":`...)
	b = appendString(b, path(r))
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, r.Verb)
	b = appendPair(b, `,"headers":`, `,"multiValueHeaders":`, lines, none)
	var few [fewLines]exchange.Header
	query := exchange.AppendQuery(few[:0], r.RawQuery)
	b = appendPair(b, `,"queryStringParameters":`, `,"multiValueQueryStringParameters":`, query, none)
	b = append(b, `,"pathParameters":`...)
	b = rt.appendParams(b, params, none)
	return append(b, `,"stageVariables":`...)
}

func (rt *Route) appendContext(b []byte, r *exchange.Request, c Caller) []byte {
	b = append(b, `,"requestContext":{"resourceId":`...)
	b = append(b, rt.resourceID...)
	b = appendAuthorizer(b, c)
	b = append(b, `,"resourcePath":`...)
	b = append(b, rt.resource...)
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, r.Verb)
	b = append(b, `,"extendedRequestId":`...)
	b = appendString(b, r.ExtendedID)
	b = append(b, `,"requestTime":"`...)
	b = r.Time.UTC().AppendFormat(b, exchange.TimeFormat)
	b = append(b, `","path":`...)
	b = appendString(b, r.FullPath())
	b = append(b, `,"accountId":`...)
	b = append(b, rt.account...)
	b = append(b, `,"protocol":`...)
	b = appendString(b, r.Protocol)
	b = append(b, `,"stage":`...)
	b = append(b, rt.stage...)
	b = append(b, `,"domainPrefix":`...)
	b = appendString(b, r.DomainPrefix(rt.apiID))
	b = append(b, `,"requestTimeEpoch":`...)
	b = strconv.AppendInt(b, r.Time.UnixMilli(), 10)
	b = append(b, `,"requestId":`...)
	b = appendString(b, r.RequestID)
	b = appendIdentity(b, r, c)
	b = append(b, `,"domainName":`...)
	b = appendString(b, r.Host)
	b = append(b, `,"deploymentId":`...)
	b = append(b, rt.deployment...)
	b = append(b, `,"apiId":`...)
	b = append(b, rt.api...)
	return append(b, '}')
}

// appendAuthorizer writes the member for the authorizer's answer, which an open method's event does not have. The
// context of the authorizer cannot replace the principal ID.
func appendAuthorizer(b []byte, c Caller) []byte {
	switch {
	case c.Lambda != nil:
		b = append(b, `,"authorizer":{"principalId":`...)
		b = appendString(b, c.Lambda.PrincipalID)
		b = append(b, `,"integrationLatency":`...)
		b = strconv.AppendInt(b, c.Lambda.LatencyMS, 10)
		b = appendMembers(b, c.Lambda.Context, "principalId", "integrationLatency")
	case c.Claims != nil:
		b = append(b, `,"authorizer":{"claims":`...)
		b = appendMap(b, c.Claims, empty)
		b = append(b, '}')
	case c.JWT != nil:
		b = appendJSONClaims(b, c.JWT)
	}
	return b
}

// appendJSONClaims writes the claims of a JWT authorizer's token, sorted by name, each with its JSON type.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
func appendJSONClaims(b []byte, claims map[string]string) []byte {
	b = append(b, `,"authorizer":{"claims":{`...)
	for i, name := range slices.Sorted(maps.Keys(claims)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = append(b, claims[name]...)
	}
	return append(b, "}}"...)
}

// appendIdentity writes who calls and from where. The VPC and its endpoint are members where there are some.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html and,
// for events, https://github.com/DefinitelyTyped/DefinitelyTyped/pull/73964
func appendIdentity(b []byte, r *exchange.Request, c Caller) []byte {
	iam := IAMCaller{}
	if c.IAM != nil {
		iam = *c.IAM
	}
	b = append(b, `,"identity":{"cognitoIdentityPoolId":null,"accountId":`...)
	b = appendNullable(b, iam.AccountID)
	b = append(b, `,"cognitoIdentityId":null,"caller":`...)
	b = appendNullable(b, iam.Caller)
	if c.APIKey != "" {
		b = append(b, `,"apiKey":`...)
		b = appendString(b, c.APIKey)
		b = append(b, `,"apiKeyId":`...)
		b = appendNullable(b, c.APIKeyID)
	}
	b = append(b, `,"sourceIp":`...)
	b = appendString(b, r.SourceIP)
	b = append(b, `,"principalOrgId":null,"accessKey":`...)
	b = appendNullable(b, iam.AccessKey)
	b = append(b, `,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":`...)
	b = appendNullable(b, iam.UserARN)
	b = append(b, `,"userAgent":`...)
	b = appendNullable(b, r.Headers.Get("User-Agent"))
	b = append(b, `,"user":`...)
	b = appendNullable(b, iam.User)
	b = appendCertificate(b, r.ClientCertificate)
	if r.SourceVPC != "" {
		b = append(b, `,"vpcId":`...)
		b = appendString(b, r.SourceVPC)
	}
	if r.SourceVPCEndpoint != "" {
		b = append(b, `,"vpceId":`...)
		b = appendString(b, r.SourceVPCEndpoint)
	}
	return append(b, '}')
}

// appendCertificate writes the certificate that the client presented, if there is one.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func appendCertificate(b []byte, c *clientcert.Certificate) []byte {
	if c == nil {
		return b
	}
	for _, member := range [...]struct{ before, text string }{
		{`,"clientCert":{"clientCertPem":`, c.PEM},
		{`,"subjectDN":`, c.SubjectDN},
		{`,"issuerDN":`, c.IssuerDN},
		{`,"serialNumber":`, c.SerialNumber},
		{`,"validity":{"notBefore":`, c.NotBefore},
		{`,"notAfter":`, c.NotAfter},
	} {
		b = append(b, member.before...)
		b = appendString(b, member.text)
	}
	return append(b, "}}"...)
}

// appendBody writes the body: as base64 if the Content-Type is one of the API's binary media types, else as text.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
func (rt *Route) appendBody(b []byte, r *exchange.Request) []byte {
	b = append(b, `,"body":`...)
	switch {
	case len(r.Body) == 0:
		return append(b, `null,"isBase64Encoded":false}`...)
	case rt.BinaryRequest(r):
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, r.Body)
		return append(b, `","isBase64Encoded":true}`...)
	}
	b = appendString(b, r.Body)
	return append(b, `,"isBase64Encoded":false}`...)
}
