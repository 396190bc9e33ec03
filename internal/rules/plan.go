package rules

import (
	"fmt"
)

// The names of metadata that a template may have. Package secureapi writes them, and a template that is written by hand
// may have them too.
const (
	// PlanMetadata is the metadata of an AWS::ApiGateway::RestApi with the access table that its methods must match. It
	// is an object with these members:
	//   path        the construct path of the API
	//   routes      an object: the name of the guard of each route, such as "GET /orders/{id}"; "" for a public route
	//   guards      an object: the logical ID of each guard's AWS::ApiGateway::Authorizer, or "AWS_IAM"
	//   keys        a list of the routes that need an API key; may be absent
	//   scopes      an object: the list of scopes of each route whose scopes API Gateway compares
	//   logins      an object: the logical ID of the login's function for each route of a login; may be absent
	//   checked     an object: what each route checks in its requests, separated by spaces: body, and parameters such as
	//               method.request.querystring.page; may be absent
	//   throttled   an object: the requests a second and the burst of each route and verb with limits of its own, such
	//               as "5 10"; may be absent
	//   cached      an object: the cache keys of each route whose answers a stage may cache, separated by spaces; may be
	//               absent
	//   tenants     an object: what the tenant ID of each route's function is mapped from, such as
	//               context.authorizer.tenantId; may be absent
	//   callers     an object: what the headers are mapped from that name the caller to an HTTP backend, by route and
	//               header, such as "GET /orders CallerIssuer"; may be absent
	//   preflights  whether CORS preflights are answered
	//   policy      the resource policy, whose Deny statements must be there; may be absent
	PlanMetadata = "gatehouse:plan"

	// PublicMetadata is the metadata of a public AWS::ApiGateway::Method with the reason why it is public.
	PublicMetadata = "gatehouse:public"

	// RequiresMetadata is the metadata of a guarded AWS::ApiGateway::Method with what its callers must have, such as
	// "scope orders:read".
	RequiresMetadata = "gatehouse:requires"

	// FromMetadata is the metadata of an AWS::ApiGateway::Method that the resource policy restricts to ranges of
	// addresses. It has the ranges, such as "203.0.113.0/24, 2001:db8::/32".
	FromMetadata = "gatehouse:from"

	// AuthorizerMetadata is the metadata of an AWS::ApiGateway::Authorizer with the settings that it must match. It is an
	// object with these members:
	//   type        TOKEN, REQUEST, COGNITO_USER_POOLS or JWT
	//   sources     the list of its identity sources
	//   ttl         for how many seconds its answers are cached
	//   expression  the validation expression; may be absent
	//   function    the ARN of a Lambda authorizer's function
	//   role        the ARN of the role that invokes the function; may be absent
	//   pools       the list of the ARNs of a Cognito authorizer's user pools
	//   jwt         the JwtConfiguration of a JWT authorizer
	//   usageKey    the claim from which the included function reads API keys; may be absent
	//   included    whether its function is the included one, which only knows the routes of the plan
	AuthorizerMetadata = "gatehouse:authorizer"
)

// planIAM stands for IAM in a plan's guards, where other guards have the logical ID of their authorizer.
const planIAM = "AWS_IAM"

// plan is the access table of an API, as in its metadata.
type plan struct {
	path       string
	routes     map[string]string // the name of each route's guard; "" for a public route
	guards     map[string]string // the logical ID of each guard's authorizer, or planIAM
	scopes     map[string]any
	logins     map[string]string // the logical ID of the login's function, for each route of a login
	keys       []string
	cached     map[string]string // the cache keys, for each route whose answers may be cached
	checked    map[string]string // what is checked, for each route that checks its requests
	throttled  map[string]string // the limits, for each route and verb with limits of its own
	tenants    map[string]string // what the tenant ID is mapped from, for each route with a tenant
	callers    map[string]string // what headers of the caller are mapped from, by route and header
	preflights bool
	policy     any
}

// readPlan reads the plan of an API. It returns nil if the API has no plan. The error names the member that it cannot
// read.
func readPlan(raw any) (*plan, error) {
	if raw == nil {
		return nil, nil
	}
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("its metadata %s is not an object", PlanMetadata)
	}
	p := &plan{routes: map[string]string{}, guards: map[string]string{}, scopes: map[string]any{},
		logins: map[string]string{}, cached: map[string]string{}, checked: map[string]string{},
		throttled: map[string]string{}, tenants: map[string]string{}, callers: map[string]string{}}
	p.path, _ = object["path"].(string)
	p.preflights, _ = object["preflights"].(bool)
	p.policy = object["policy"]
	texts := map[string]map[string]string{"routes": p.routes, "guards": p.guards, "logins": p.logins, "cached": p.cached,
		"checked": p.checked, "throttled": p.throttled, "tenants": p.tenants, "callers": p.callers}
	for name, into := range texts {
		members, ok := object[name].(map[string]any)
		if !ok && object[name] != nil {
			return nil, fmt.Errorf("the %s of its metadata %s are not an object", name, PlanMetadata)
		}
		for key, value := range members {
			text, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("the %s of its metadata %s: %q is not a string", name, PlanMetadata, key)
			}
			into[key] = text
		}
	}
	for route, guard := range p.routes {
		if guard != "" && p.guards[guard] == "" {
			return nil, fmt.Errorf("the routes of its metadata %s: the guard %q of %q is not among its guards",
				PlanMetadata, guard, route)
		}
	}
	keys, ok := object["keys"].([]any)
	if !ok && object["keys"] != nil {
		return nil, fmt.Errorf("the keys of its metadata %s are not a list", PlanMetadata)
	}
	for _, key := range keys {
		text, ok := key.(string)
		if !ok {
			return nil, fmt.Errorf("the keys of its metadata %s: %v is not a string", PlanMetadata, key)
		}
		p.keys = append(p.keys, text)
	}
	if scopes, ok := object["scopes"].(map[string]any); ok {
		p.scopes = scopes
	}
	return p, nil
}
