package rules

import (
	"fmt"
	"slices"
)

var keyWithoutPlan = Rule{
	ID:       "key-without-plan",
	Severity: Warning,
	Why: "API Gateway takes an API key only from a usage plan that covers the stage: without one every call " +
		"answers 403.",
	Looks:  "methods with ApiKeyRequired, of APIs that no usage plan of the assembly names",
	WayOut: "add a usage plan with the stage (RestAPI.AddUsagePlan), or accept this if one outside of the app has it",
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
	Why: "With the API key source AUTHORIZER the key is in the answer of a Lambda authorizer: without one, or " +
		"with the included one, which names no key, each call answers 403.",
	Looks: "methods with ApiKeyRequired, of APIs whose ApiKeySourceType is AUTHORIZER",
	WayOut: "leave ApiKeySourceType out, so that callers send the key in X-API-Key, or guard the method by a Lambda " +
		"authorizer that answers with usageIdentifierKey",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			if source := a.choose("ApiKeySourceType"); source.why != "" || !allAre(source.values, "AUTHORIZER") {
				continue
			}
			for _, m := range a.keyed() {
				switch {
				case m.why != "" || m.is(authCustom) && !(len(m.types) == 1 && m.guard != nil && v.included(m.guard)):
				case m.is(authCustom):
					report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf(
						"%s needs an API key, ApiKeySourceType is AUTHORIZER, and the included authorizer names no key: each call "+
							"answers 403", m.key())})
				default:
					report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf(
						"%s needs an API key, ApiKeySourceType is AUTHORIZER, and the method has no Lambda authorizer to name one: "+
							"each call answers 403", m.key())})
				}
			}
		}
	},
}

// keyed are the methods that certainly need an API key.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
func (a *api) keyed() (out []*method) {
	for _, m := range a.methods {
		if c := m.choose("ApiKeyRequired"); c.why == "" && allAre(c.values, "true") {
			out = append(out, m)
		}
	}
	return out
}

// plannedAPIs are those that usage plans name; all of them if a plan names one that is not known.
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
