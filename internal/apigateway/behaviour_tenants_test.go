package apigateway

import (
	"strings"
	"testing"
)

// The pages about tenant isolation. API Gateway's answer is that of "Error handling" in docInvokeErrors: "If the Lambda
// API rejects the invocation request, API Gateway returns a 500 error code."
const (
	docTenants      = "https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html"
	docNoTenant     = "https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html"
	docInvokeErrors = "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html"
	docTenantID     = "https://docs.aws.amazon.com/lambda/latest/dg/API_Invoke.html"
)

// tenantBehaviour lists the tenant IDs that Lambda accepts from API Gateway.
func tenantBehaviour(t *testing.T) []behaviour {
	const internal = `500 InternalServerErrorException {"message": "Internal server error"}`
	const works = "200 by the function"
	mapped := func(function, source string) object {
		i := proxy(function)
		if source != "" {
			i["RequestParameters"] = object{"integration.request.header.X-Amz-Tenant-Id": source}
		}
		return i
	}
	isolated := function()
	isolated["Properties"].(object)["TenancyConfig"] = object{"TenantIsolationMode": "PER_TENANT"}
	r := bare()
	r["Isolated"] = isolated
	addAuthorizer(r, "Auth", object{"AuthorizerUri": invocation("Isolated")})
	addRoute(r, "GET /none", mapped("Isolated", ""))
	addRoute(r, "GET /static", mapped("Isolated", "'acme'"))
	addRoute(r, "GET /header", mapped("Isolated", "method.request.header.Tenant"))
	addRoute(r, "GET /query", mapped("Isolated", "method.request.querystring.tenant"))
	addRoute(r, "GET /path/{tenant}", mapped("Isolated", "method.request.path.tenant"))
	addRoute(r, "GET /plain", mapped("Fn", "method.request.header.Tenant"))
	addRoute(r, "GET /guarded", mock("guarded"), guardedBy("Auth"))
	custom := mapped("Isolated", "method.request.header.Tenant")
	custom["Type"] = "AWS"
	custom["IntegrationResponses"] = []any{object{"StatusCode": "200"}}
	addRoute(r, "GET /custom", custom)
	s := serve(t, r)

	show := func(name, source, target, tenant, want, reason string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			with := []string{"Authorization: Bearer allow"}
			if tenant != "" {
				with = append(with, "Tenant: "+tenant)
			}
			got := s.send(t, target, with...)
			if !strings.Contains(got.record.Reason, reason) {
				t.Errorf("the reason is %q, want %q", got.record.Reason, reason)
			}
			if got.status == 200 {
				return works
			}
			return got.String()
		}}
	}
	return []behaviour{
		show("no mapping", docNoTenant, "GET /prod/none", "", internal,
			"the function has tenant isolation, and the method maps no tenant ID: take it from a claim with secureapi.Tenant"),
		show("a caller's header is not the mapping", docTenants, "GET /prod/none", "acme", internal, "maps no tenant ID"),
		show("a static one", docTenants, "GET /prod/static", "", works, ""),
		show("from a header", docTenants, "GET /prod/header", "acme", works, ""),
		show("from a header that is missing", docInvokeErrors, "GET /prod/header", "", internal,
			"method.request.header.Tenant has no tenant ID for this caller"),
		show("from a query parameter", docTenants, "GET /prod/query?tenant=acme", "", works, ""),
		show("from a path, which is decoded", docIssues, "GET /prod/path/ac%20me", "", works, ""),
		show("characters that Lambda does not take", docTenantID, "GET /prod/header", "a,b", internal,
			`the tenant ID from method.request.header.Tenant is "a,b": it has ","`),
		show("a long one", docTenantID, "GET /prod/header", strings.Repeat("a", 257), internal, "257 characters"),
		show("as long as it may be", docTenantID, "GET /prod/header", strings.Repeat("a", 256), works, ""),
		show("for a function without isolation", docNoTenant, "GET /prod/plain", "acme", internal,
			"the function has no tenant isolation, and gets a tenant ID from method.request.header.Tenant"),
		show("none for a function without isolation", docNoTenant, "GET /prod/plain", "", works, ""),
		show("in an AWS integration", docTenants, "GET /prod/custom", "acme", works, ""),
		show("in an AWS integration, but missing", docInvokeErrors, "GET /prod/custom", "", internal, "has no tenant ID"),
		show("an authorizer gets none", docNoTenant, "GET /prod/guarded", "acme",
			`500 AuthorizerConfigurationException {"message":null}`, "has tenant isolation, and got no tenant ID"),
	}
}
