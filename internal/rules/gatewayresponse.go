package rules

import (
	"fmt"
	"slices"
	"strings"
)

// The gateway response types that are the defaults of their class.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
const (
	default4xx = "DEFAULT_4XX"
	default5xx = "DEFAULT_5XX"
)

// serverErrors are the types whose default is DEFAULT_5XX. The default of all others is DEFAULT_4XX.
var serverErrors = []string{
	"API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "INTEGRATION_FAILURE",
	"INTEGRATION_TIMEOUT", default5xx,
}

var responseWithoutCORS = Rule{
	ID:       "gateway-response-cors",
	Severity: Error,
	Why: "A gateway response of a specific type replaces the default of its class, headers included. Without CORS " +
		"headers, a page sees a network error instead of the status and the reason.",
	Looks: "gateway responses of APIs with CORS in their table, and of other APIs whose DEFAULT_4XX or " +
		"DEFAULT_5XX has Access-Control-Allow-Origin",
	WayOut: "add the response by AddGatewayResponse of the secureapi.API, which joins the headers of CORS, or give it " +
		"Access-Control-Allow-Origin",
	check: func(v *view, report reporter) {
		for a, responses := range v.gatewayResponses() {
			for _, r := range responses {
				class := default4xx
				if slices.Contains(serverErrors, r.kind) {
					class = default5xx
				}
				if r.cors != no {
					continue
				}
				switch {
				case a.plan != nil && a.plan.preflights:
					report(r.resource, Finding{API: a.name(), Message: fmt.Sprintf(
						"the gateway response %s has no Access-Control-Allow-Origin, and the API has CORS: pages of other origins do "+
							"not see this answer", r.kind)})
				case r.kind != class && slices.ContainsFunc(responses,
					func(other gatewayResponse) bool { return other.kind == class && other.cors == yes }):
					report(r.resource, Finding{API: a.name(), Message: fmt.Sprintf(
						"the gateway response %s has no Access-Control-Allow-Origin, and %s of the API has it: pages of other "+
							"origins do not see this answer", r.kind, class)})
				}
			}
		}
	},
}

var responseTwice = Rule{
	ID:       "gateway-response-twice",
	Severity: Error,
	Why: "An API has one gateway response of each type. If two resources define it, the deployment fails, or the " +
		"later one replaces the other and its headers.",
	Looks: "gateway responses of every API",
	WayOut: "remove one of them, or give it another type; Login.NoUnauthorizedPage leaves out a login's " +
		"UNAUTHORIZED",
	check: func(v *view, report reporter) {
		for a, responses := range v.gatewayResponses() {
			first := map[string]*resource{}
			for _, r := range responses {
				if r.conditional() {
					continue // two conditional ones may exclude each other
				}
				if other := first[r.kind]; other != nil {
					report(r.resource, Finding{API: a.name(), Message: fmt.Sprintf("the API has the gateway response %s twice: %s "+
						"is another", r.kind, other.id)})
					continue
				}
				first[r.kind] = r.resource
			}
		}
	},
}

// conditional reports whether the resource, or a stack around it, has a condition.
func (r *resource) conditional() bool {
	for s := r.stack; s != nil && s.Parent != nil; s = s.Parent {
		if s.Parent.Template.Resources[s.LogicalID].Condition != "" {
			return true
		}
	}
	return r.t.Condition != ""
}

// gatewayResponse is an answer that API Gateway gives itself.
type gatewayResponse struct {
	*resource
	kind string // such as "UNAUTHORIZED"
	cors answer // whether a page of another origin may read it
}

// answer is yes, no or unknown.
type answer int

const (
	notKnown answer = iota
	yes
	no
)

// gatewayResponses returns the gateway responses of each API whose type is known.
func (v *view) gatewayResponses() map[*api][]gatewayResponse {
	out := map[*api][]gatewayResponse{}
	for _, r := range v.byType["AWS::ApiGateway::GatewayResponse"] {
		a, _ := v.apiOf(r)
		kind, err := r.text("ResponseType")
		if a != nil && err == nil && kind != "" {
			out[a] = append(out[a], gatewayResponse{r, kind, r.allowsOrigin()})
		}
	}
	return out
}

// allowsOrigin reports whether a gateway response has the header that a page of another origin needs to read it.
// Source: https://fetch.spec.whatwg.org/#cors-check
func (r *resource) allowsOrigin() answer {
	raw := r.t.Properties["ResponseParameters"]
	if raw == nil {
		return no
	}
	headers, ok := r.resolvePartly("Properties.ResponseParameters", raw).(map[string]any)
	if !ok {
		return notKnown
	}
	for name := range headers {
		if intrinsic(name) {
			return notKnown
		}
		if strings.EqualFold(name, "gatewayresponse.header.Access-Control-Allow-Origin") {
			return yes
		}
	}
	return no
}
