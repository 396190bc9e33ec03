package matrix

import (
	"cmp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

// answeredBy says what answers a method that has no function, such as "the AWS service sqs". It returns "" for a
// function, for an unknown integration, and for a preflight.
func answeredBy(m *apimodel.Method) string {
	i := &m.Integration
	switch {
	case i.Function != nil && withCaller(i):
		return "a function, with the caller's credentials"
	case i.Function != nil && isAsync(i):
		return "a function that is not waited for"
	case i.Function != nil:
		return ""
	case i.Type == apimodel.IntegrationMock && m.Verb == "OPTIONS":
		return ""
	case i.Type == apimodel.IntegrationMock:
		return "API Gateway itself"
	case (i.Type == apimodel.IntegrationHTTP || i.Type == apimodel.IntegrationHTTPProxy) && i.Target != "":
		return "the load balancer " + i.Target + " behind the VPC link " + i.VPCLink
	case (i.Type == apimodel.IntegrationHTTP || i.Type == apimodel.IntegrationHTTPProxy) && i.VPCLink != "":
		return "a backend behind the VPC link " + i.VPCLink
	case i.Type == apimodel.IntegrationHTTP || i.Type == apimodel.IntegrationHTTPProxy:
		return "a backend over HTTP"
	case i.Type == apimodel.IntegrationAWS:
		return ofService(i)
	}
	return ""
}

// tenantOf says what the tenant ID of a method's function is mapped from. It returns "" for a function without tenant
// isolation.
func tenantOf(m *apimodel.Method) string {
	if f := m.Integration.Function; f == nil || !f.PerTenant {
		return ""
	}
	return cmp.Or(m.Integration.Tenant(), "no tenant ID")
}

// ofService names the AWS service in a URI such as arn:aws:apigateway:us-east-1:states:action/StartExecution, and adds
// whether it is called with the caller's credentials. It leaves out a path, which may contain values of parameters.
func ofService(i *apimodel.Integration) string {
	u, ok := serviceuri.Parse(i.URI)
	if !ok || u.Service == "lambda" {
		return ""
	}
	what := "the AWS service " + u.Service
	if action := u.Action(); action != "" {
		what += ", " + action
	}
	if withCaller(i) {
		what += ", with the caller's credentials"
	}
	return what
}

// withCaller reports whether an integration is called with the credentials of the caller, who then needs permission for
// the call.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html, "credentials"
func withCaller(i *apimodel.Integration) bool {
	return strings.HasSuffix(i.Credentials, ":iam::*:user/*")
}

// isAsync reports whether each invocation of a function is asynchronous.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
func isAsync(i *apimodel.Integration) bool {
	for name, value := range i.RequestParameters {
		isType := strings.EqualFold(name, "integration.request.header.X-Amz-Invocation-Type")
		if isType && strings.EqualFold(value, "'Event'") {
			return true
		}
	}
	return false
}
