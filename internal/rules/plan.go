package rules

import (
	"fmt"
)

// Names of metadata that a template may have. Package secureapi writes them; a template that is written by hand may.
const (
	// PlanMetadata is at an AWS::ApiGateway::RestApi: the access table that its methods must match. It is an object with
	//   path        the construct path of the API
	//   routes      an object: of each route, such as "GET /orders/{id}", the name of its guard, or "" for a public one
	//   guards      an object: of each guard's name the logical id of its AWS::ApiGateway::Authorizer, or "AWS_IAM"
	//   keys        the list of the routes that need an API key; absent for none
	//   scopes      an object: of each route whose scopes API Gateway compares the list of them
	//   logins      an object: of each route of a login the logical id of the login's function; absent for none
	//   checked     an object: of each route that checks its requests what of them must be right, with spaces between: body,
	//               and parameters such as method.request.querystring.page; absent for none
	//   throttled   an object: of each route and verb with limits of its own the requests a second and the burst, such as
	//               "5 10"; absent for none
	//   cached      an object: of each route whose answers a stage may keep the parameters that they are kept by, with spaces
	//               between; absent for none
	//   preflights  whether CORS preflights are answered
	//   policy      the resource policy, whose Deny statements must be there; absent for none
	PlanMetadata = "gatehouse:plan"

	// PublicMetadata is at a public AWS::ApiGateway::Method: the reason that it is.
	PublicMetadata = "gatehouse:public"

	// RequiresMetadata is at a guarded AWS::ApiGateway::Method: what its callers must have, such as "scope
	// orders:read".
	RequiresMetadata = "gatehouse:requires"

	// FromMetadata is at an AWS::ApiGateway::Method that the resource policy restricts to ranges of addresses: the ranges,
	// such as "203.0.113.0/24, 2001:db8::/32".
	FromMetadata = "gatehouse:from"

	// AuthorizerMetadata is at an AWS::ApiGateway::Authorizer: the settings that it must match. It is an object with
	//   type        TOKEN, REQUEST, COGNITO_USER_POOLS or JWT
	//   sources     the list of its identity sources
	//   ttl         for how many seconds its answers are cached
	//   expression  the validation expression; absent for none
	//   function    the ARN of its function, of a Lambda authorizer
	//   role        the ARN of the role that the function is invoked with; absent for none
	//   pools       the list of the ARNs of its user pools, of a Cognito authorizer
	//   jwt         the JwtConfiguration, of a JWT authorizer
	//   usageKey    the claim that the included function takes API keys from; absent for none
	//   included    whether its function is the included one, which answers for the routes of the plan alone
	AuthorizerMetadata = "gatehouse:authorizer"
)

// planIAM is the name that a plan gives AWS_IAM where another guard has its authorizer.
const planIAM = "AWS_IAM"

// plan is the access table of an API, as its metadata has it.
type plan struct {
	path       string
	routes     map[string]string // the name of the guard; "" for a public route
	guards     map[string]string // the logical id of the authorizer, or planIAM
	scopes     map[string]any
	logins     map[string]string // of each route of a login the logical id of its function
	keys       []string
	cached     map[string]string // of each route whose answers may be kept, the keys
	checked    map[string]string // of each route that checks its requests, what of them
	throttled  map[string]string // of each route and verb with limits of its own, those
	preflights bool
	policy     any
}

// readPlan reads the plan of an API; nil if it has none. The error says what of it cannot be read.
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
		throttled: map[string]string{}}
	p.path, _ = object["path"].(string)
	p.preflights, _ = object["preflights"].(bool)
	p.policy = object["policy"]
	texts := map[string]map[string]string{"routes": p.routes, "guards": p.guards, "logins": p.logins, "cached": p.cached,
		"checked": p.checked, "throttled": p.throttled}
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
