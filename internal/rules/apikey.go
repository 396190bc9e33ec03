package rules

import (
	"fmt"
	"slices"
)

var keyWithoutPlan = Rule{
	ID:       "key-without-plan",
	Severity: Warning,
	Why: "API Gateway accepts an API key only from a usage plan that covers the stage. Without one, every call " +
		"answers 403.",
	Looks: "methods with ApiKeyRequired, of APIs that no usage plan of the assembly names",
	WayOut: "add a usage plan (Props.UsagePlans, or RestAPI.AddUsagePlan with the stage), " +
		"or accept this if one outside of the app has it",
	check: func(v *view, report reporter) {
		planned, all := v.plannedAPIs()
		if all {
			return
		}
		for _, a := range v.apis {
			if keyed := a.keyed(); len(keyed) > 0 && !slices.Contains(planned, a) {
				report(a.resource, Finding{API: a.name(), Message: fmt.Sprintf(
					"%s needs an API key, and no usage plan of the assembly has a stage of the API: unless one elsewhere has, "+
						"each call answers 403", keyed[0].key())})
			}
		}
	},
}

var keyThatNothingNames = Rule{
	ID:       "key-source",
	Severity: Error,
	Why: "With the API key source AUTHORIZER, a Lambda authorizer's answer contains the key. Without such an " +
		"authorizer, or with the included one and no UsageKeyClaim, each call answers 403. With the source HEADER, " +
		"callers choose the key, and so whose quota they use.",
	Looks: "methods with ApiKeyRequired, of APIs whose ApiKeySourceType is AUTHORIZER, " +
		"or whose authorizer takes the key from a claim",
	WayOut: "leave ApiKeySourceType to Gatehouse; where callers do not send the key in X-API-Key, guard the method by a " +
		"Lambda authorizer with UsageKeyClaim, or with a function that answers with usageIdentifierKey",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			source := a.choose("ApiKeySourceType")
			fromAuthorizer := source.why == "" && allAre(source.values, "AUTHORIZER")
			for _, m := range a.keyed() {
				claim, why := m.usageKeyClaim(), ""
				switch {
				case claim != "" && !fromAuthorizer:
					why = fmt.Sprintf("%s takes its API key from the claim %q, and ApiKeySourceType is not AUTHORIZER: callers "+
						"choose the key, and so whose quota they use", m.key(), claim)
				case claim != "" || !fromAuthorizer:
				case m.why != "" ||
					m.mayHaveType(authCustom) && !(len(m.types) == 1 && m.guard != nil && v.invokesIncluded(m.guard)):
				case m.mayHaveType(authCustom):
					why = fmt.Sprintf("%s needs an API key, ApiKeySourceType is AUTHORIZER, and the included authorizer names no "+
						"key: each call answers 403", m.key())
				default:
					why = fmt.Sprintf("%s needs an API key, ApiKeySourceType is AUTHORIZER, and the method has no Lambda "+
						"authorizer to name one: each call answers 403", m.key())
				}
				if why != "" {
					report(m.resource, Finding{API: a.name(), Message: why})
				}
			}
		}
	},
}

// usageKeyClaim returns the claim from which the method's authorizer was planned to take API keys, or "".
func (m *method) usageKeyClaim() string {
	if m.guard == nil {
		return ""
	}
	settings, _ := m.guard.t.Metadata[AuthorizerMetadata].(map[string]any)
	claim, _ := settings["usageKey"].(string)
	return claim
}

// keyed returns the methods that certainly need an API key.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
func (a *api) keyed() (out []*method) {
	for _, m := range a.methods {
		if c := m.choose("ApiKeyRequired"); c.why == "" && allAre(c.values, "true") {
			out = append(out, m)
		}
	}
	return out
}

// plannedAPIs returns the APIs that usage plans name. It returns all as true if a plan names an API that is not known.
func (v *view) plannedAPIs() (named []*api, all bool) {
	for _, r := range v.byType["AWS::ApiGateway::UsagePlan"] {
		raw := r.t.Properties["ApiStages"]
		stages, isList := raw.([]any)
		if raw != nil && !isList {
			return nil, true
		}
		for _, s := range stages {
			stage, _ := s.(map[string]any)
			value, err := r.resolve("Properties.ApiStages", stage["ApiId"])
			if err != nil {
				return nil, true
			}
			if id, ok := scalar(value); ok && v.byID[id] != nil {
				named = append(named, v.byID[id])
			}
		}
	}
	return named, false
}
