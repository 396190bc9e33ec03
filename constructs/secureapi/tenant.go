package secureapi

import "github.com/gatehouse-cdk/gatehouse/internal/plan"

// TenantSource says where the tenant of a function comes from: a [Claim] of the caller's token, or a [PathParameter]
// that the route compares with a claim.
type TenantSource interface{ tenant() plan.Tenant }

var (
	_ TenantSource = ClaimPath{}
	_ TenantSource = Parameter{}
)

func (c ClaimPath) tenant() plan.Tenant { return plan.Tenant{Claim: c.path} }
func (p Parameter) tenant() plan.Tenant { return plan.Tenant{Path: p.name, IsPath: true} }

// Tenant runs the route's function for the tenant in a claim of the caller's token. The function has Lambda's tenant
// isolation (TenancyConfig), so that each tenant has execution environments of its own:
//
//	documents := awslambda.NewFunction(stack, jsii.String("Documents"), &awslambda.FunctionProps{
//		TenancyConfig: awslambda.TenancyConfig_PER_TENANT(),
//		...
//	})
//	secureapi.Handle("GET /documents", documents, secureapi.Tenant(secureapi.Claim("org")))
//
// It maps X-Amz-Tenant-Id, which Lambda reads the tenant ID from, in the RequestParameters of the method's integration.
// The mapping depends on the guard:
//
//   - Included function, including sessions: the route also requires that the claim is a tenant ID. A tenant ID is a
//     text of 1 to 256 letters, digits, spaces and . _ : / = + - @, or an integer, without spaces at its ends. Other
//     callers get 403. A hook cannot change the tenant. With ID tokens of Amazon Cognito, attributes that users may
//     write are refused; with other tokens nothing checks who may write the claim, so choose one that users cannot.
//   - Your own function: refused; see [AuthorizerTenant].
//   - [CognitoAuthorizer]: the claim of the ID token, or of the access token on routes with a scope. API Gateway does
//     not check it: without the claim, Lambda refuses the invocation and API Gateway answers 500. Standard attributes
//     such as email are refused, because users may write them.
//   - [JWTAuthorizer] and [IAMAuthorizer]: refused.
//
// If callers belong to several tenants, a path parameter can name the one that is meant:
//
//	tenant := secureapi.PathParameter("tenant")
//	secureapi.Handle("GET /tenants/{tenant}/documents", documents,
//		tenant.In(secureapi.Claim("tenants")), secureapi.Tenant(tenant))
//
// The route must require that the parameter is the caller's, with [Parameter.Is] or [Parameter.In] outside of [Either].
// Otherwise each caller would choose the tenant, and Tenant is refused. Values with ~ or | are not tenant IDs, and get
// 500.
//
// It is refused on public routes, on routes with a key alone, and on routes of [Integrate] without [InvokeAsync]. In
// [Props.DefaultAccess] it applies to each guarded route whose function of the app has tenant isolation, unless the
// route names its own tenant. Synthesis fails if the route's function has no tenant isolation, or if a function with it
// is on a route without Tenant.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html and
// https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
func Tenant(source TenantSource) Access {
	if source == nil {
		return restriction{plan.Tenant{}}
	}
	return restriction{source.tenant()}
}

// AuthorizerTenant runs the route's function for the tenant that your own authorizer function returns under a key of
// its context, such as "tenantId". It is [Tenant] for a [TokenAuthorizer] or [RequestAuthorizer] with Function. The
// function must verify the tenant, and must deny callers without one: Lambda refuses an invocation without a tenant ID,
// and API Gateway answers 500.
//
// The key has letters, digits and underscores. API Gateway may keep the function's answer for other routes and across
// deployments, so a key must never get another meaning.
func AuthorizerTenant(key string) Access { return restriction{plan.Tenant{Key: key, IsKey: true}} }
