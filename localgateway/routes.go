package localgateway

import "github.com/gatehouse-cdk/gatehouse/internal/apimodel"

// Route is a route of an API.
type Route struct {
	API    string // the API's stack and logical ID: "Shop/Api1A2B3C4D"
	Stage  string // the first segment of its URLs: the stage's name, or "prod-orders" if another API has it
	Method string // "GET", or "ANY"
	Path   string // "/orders/{id}"

	Authorizer Authorizer
	State      RouteState
	Why        string // why the route is not served; "" if State is [RouteServed]
}

// RouteState reports whether a route is served.
type RouteState string

// States of a route.
const (
	RouteServed RouteState = "served"

	// RouteUnsupported answers 501: the gateway cannot serve the route as API Gateway would.
	RouteUnsupported RouteState = "unsupported"

	// RouteNotPermitted answers 500, as on AWS: API Gateway may not invoke the route's function or its authorizer's.
	RouteNotPermitted RouteState = "not permitted"
)

// Routes returns all routes, ordered by stage, path and method.
func (g *Gateway) Routes() []Route {
	var out []Route
	for _, r := range g.gateway.Routes() {
		route := Route{
			API:        r.API.ID.String(),
			Stage:      r.Stage,
			Method:     r.Method.Verb,
			Path:       r.Method.Path,
			Authorizer: authorizerOf(r.Method),
			State:      RouteServed,
		}
		switch {
		case r.Why != "":
			route.State, route.Why = RouteUnsupported, r.Why
		case r.Refused != "":
			route.State, route.Why = RouteNotPermitted, r.Refused
		}
		out = append(out, route)
	}
	return out
}

func authorizerOf(m *apimodel.Method) Authorizer {
	switch {
	case m.Authorizer != nil:
		return Authorizer(m.Authorizer.Type)
	case m.Authorization == apimodel.AuthorizationIAM:
		return IAMAuthorizer
	}
	return NoAuthorizer
}
