package plan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

var _ Word = Tenant{}

func (Tenant) isAccess() {}

func (t Tenant) word() string {
	if t.IsKey {
		return "AuthorizerTenant"
	}
	return "Tenant"
}

// String returns the word as in the table.
func (t Tenant) String() string {
	switch {
	case t.IsKey:
		return fmt.Sprintf("AuthorizerTenant(%q)", t.Key)
	case t.IsPath:
		return fmt.Sprintf("Tenant(PathParameter(%q))", t.Path)
	}
	return fmt.Sprintf("Tenant(Claim(%q))", t.Claim)
}

func (t Tenant) addTo(r *PlannedRoute) []error {
	if r.Tenant != nil {
		return []error{fmt.Errorf("it has %s and %s, and a function runs for one tenant: leave one of them out", r.Tenant, t)}
	}
	r.Tenant = &t
	switch {
	case t.IsKey, t.IsPath:
	case t.Claim == "":
		return []error{errors.New(`its Tenant names no claim: write the claim's name, as in Tenant(Claim("tenant"))`)}
	case cdktoken.Unresolved(t.Claim):
		return []error{errors.New("the claim of its Tenant is a CDK token, whose value is not known yet: write it out")}
	}
	return nil
}

// maxTenants is the number of claims that one authorizer takes tenants from. Each one is in each of its answers.
const maxTenants = 8

// takeTenant decides where the tenant of a guarded route comes from. With the included function, the claim is also
// required, so that a caller without a tenant gets 403.
func (p *Plan) takeTenant(r *PlannedRoute, g *Guard) []error {
	if r.Tenant == nil && p.defaultTenant != nil && r.Isolated && !r.Integrated && !r.OwnTenant && r.Login == nil {
		own := *p.defaultTenant
		r.Tenant = &own
	}
	if r.Tenant == nil {
		return nil
	}
	if g.Tenant == nil {
		return []error{fmt.Errorf("it has %s, and %s does not tell the tenants of its callers", r.Tenant, g)}
	}
	if r.Tenant.IsPath {
		return r.takePathTenant()
	}
	from, err := g.Tenant(*r.Tenant)
	if err != nil {
		return []error{fmt.Errorf("it has %s, and %s guards it: %w", r.Tenant, g, err)}
	}
	if r.TenantFrom = from; g.Included == nil || len(access.CheckAll(r.Pattern, r.Requires)) > 0 {
		return nil
	}
	r.Requires = append(slices.Clip(r.Requires), access.Requirement{Kind: access.Tenant, Claim: r.Tenant.Claim})
	return access.CheckAll(r.Pattern, r.Requires)
}

// takePathTenant takes the tenant from the path if the route admits only callers of that tenant. The included function
// then allows the value of the claim alone. API Gateway decodes the parameter when it maps it, so each spelling that is
// allowed becomes that value. (If it did not, Lambda would refuse the percent sign.)
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
func (r *PlannedRoute) takePathTenant() []error {
	bound := func(q access.Requirement) bool { return q.OfPath() && q.Parameter == r.Tenant.Path }
	if !slices.ContainsFunc(r.Requires, bound) {
		return []error{fmt.Errorf("it has %s, and each of its callers would choose the tenant: also require "+
			"PathParameter(%[2]q).Is(Claim(...)) or PathParameter(%[2]q).In(Claim(...)), outside of Either", r.Tenant,
			r.Tenant.Path)}
	}
	r.TenantFrom = "method.request.path." + r.Tenant.Path
	return nil
}

// checkTenant refuses a tenant that nothing verifies, or that nothing passes on.
func (r *PlannedRoute) checkTenant(open bool) []error {
	switch {
	case r.Tenant == nil:
		return nil
	case r.Integrated && !r.Invokes:
		return []error{fmt.Errorf("it has %s, and neither Handle nor InvokeAsync names its function: write it with one of "+
			"them, or map X-Amz-Tenant-Id in the RequestParameters of its integration", r.Tenant)}
	case r.OwnTenant:
		return []error{fmt.Errorf("it has %s, and the RequestParameters of its IntegrationOptions map X-Amz-Tenant-Id too: "+
			"leave one of them out", r.Tenant)}
	case open:
		return []error{fmt.Errorf("it is %s and has %s, and no authorizer verifies a tenant of its callers: guard it, or "+
			"leave %s out and give it a function without tenant isolation", r.openWord(), r.Tenant, r.Tenant.word())}
	}
	return nil
}

// checkTenants refuses tenants of more claims than one authorizer takes.
func (p *Plan) checkTenants() (errs []error) {
	for _, g := range p.Guards {
		var claims []string
		for _, r := range p.Routes {
			if r.Guard == g && r.TenantFrom != "" && r.Tenant.Claim != "" && !slices.Contains(claims, r.Tenant.Claim) {
				claims = append(claims, r.Tenant.Claim)
			}
		}
		if len(claims) > maxTenants {
			errs = append(errs, fmt.Errorf("%s takes tenants from %d claims, and %d are supported: name a further authorizer "+
				"with GuardedBy for some of the routes", g, len(claims), maxTenants))
		}
	}
	return errs
}

// Tenants returns what the tenant ID of each route's function is mapped from, by the route's pattern.
func (p *Plan) Tenants() map[string]string {
	out := map[string]string{}
	for _, r := range p.Routes {
		if r.TenantFrom != "" {
			out[r.Pattern.String()] = r.TenantFrom
		}
	}
	return out
}

// IncludedTenant is the source of tenants for the included function, which returns each claim under a key of its own.
func IncludedTenant(t Tenant) (string, error) {
	if t.IsKey {
		return "", errors.New("the included function decides, and returns the tenant of a claim: write Tenant(Claim(...))")
	}
	return "context.authorizer." + tenant.Key(t.Claim), nil
}

// Tenant is the source of tenants for a session, whose claims may be those of a user pool's ID token.
func (s *Session) Tenant(t Tenant) (string, error) {
	if s.Login.ReadsIDTokens() && s.Login.Provider.Pool {
		if err := t.writtenByUsers(); err != nil {
			return "", err
		}
	}
	return IncludedTenant(t)
}

// contextKey matches the keys of an authorizer's context that mapping expressions are known to take.
// Source: https://aws.amazon.com/blogs/compute/building-multi-tenant-saas-applications-with-aws-lambdas-new-tenant-isolation-mode/
var contextKey = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// ownKeys are the keys of $context.authorizer that API Gateway itself sets, in templates or in access logs.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
var ownKeys = []string{"claims", "error", "integrationLatency", "integrationStatus", "latency", "requestId", "status"}

// OwnTenant is the source of tenants for the app's own authorizer function.
func OwnTenant(t Tenant) (string, error) {
	switch {
	case !t.IsKey:
		return "", errors.New("your own Function decides alone, so nothing here reads the claim: return the tenant in the " +
			`function's context and name its key, as in AuthorizerTenant("tenantId")`)
	case slices.Contains(ownKeys, t.Key):
		return "", fmt.Errorf("API Gateway has another meaning for the key %q: return the tenant under another one", t.Key)
	case !contextKey.MatchString(t.Key):
		return "", fmt.Errorf("want a key of letters, digits and underscores, which a mapping expression takes, got "+
			"%q", t.Key)
	}
	return "context.authorizer." + t.Key, nil
}

// poolClaim matches the names of claims of a user pool that mapping expressions are known to take. A colon works in
// REST APIs: that of Wellcome Collection maps context.authorizer.claims.custom:patronId in
// https://github.com/wellcomecollection/item-requests-service/blob/main/terraform/modules/resource_integration/auth/main.tf.
// HTTP APIs refuse it: https://github.com/aws/aws-cdk/issues/22010.
var poolClaim = regexp.MustCompile(`^((custom|cognito):)?[A-Za-z0-9_-]+$`)

// writtenByUsers refuses a claim of a user pool's ID tokens that users write themselves.
func (t Tenant) writtenByUsers() error {
	if !slices.Contains(tenant.OwnAttributes, t.Claim) {
		return nil
	}
	return fmt.Errorf("users write the attribute %s themselves, so each caller would choose the tenant: take a custom "+
		"attribute that no app client may write, as in Tenant(Claim(\"custom:tenant\"))", t.Claim)
}

// PoolTenant is the source of tenants for a user pool's own authorizer. It does not deny a token without the claim:
// Lambda then gets no tenant ID, refuses the invocation, and API Gateway answers 500.
func PoolTenant(t Tenant) (string, error) {
	const instead = "guard it with a TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...)"
	switch {
	case t.IsKey:
		return "", errors.New("no function of yours returns it: write Tenant(Claim(...))")
	case t.writtenByUsers() != nil:
		return "", t.writtenByUsers()
	case t.Claim == "cognito:groups" || t.Claim == "cognito:roles":
		return "", fmt.Errorf("%s is a list, and a tenant is one text: take another claim", t.Claim)
	case !poolClaim.MatchString(t.Claim):
		return "", fmt.Errorf("want a claim of letters, digits, _ and -, which a mapping expression takes, after custom: or "+
			"cognito: or without a prefix, got %q: take another claim, or %s", t.Claim, instead)
	}
	return "context.authorizer.claims." + t.Claim, nil
}

// JWTTenant refuses tenants of API Gateway's own JWT check.
func JWTTenant(Tenant) (string, error) {
	return "", errors.New("API Gateway passes claims of a JWTAuthorizer on as JSON text with quotes, which Lambda " +
		"does not accept as a tenant ID: guard it with a TokenAuthorizer with JWT")
}

// IAMTenant refuses tenants of callers with AWS credentials.
func IAMTenant(Tenant) (string, error) {
	return "", errors.New("a signature has no claims: guard it with a TokenAuthorizer with JWT, or give each tenant " +
		"a route and a function of its own, and grant it with api.GrantInvoke")
}
