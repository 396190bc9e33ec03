package checks

import (
	"crypto/subtle"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// planKey is an API key that a usage plan of this stage contains.
type planKey struct{ id, value string }

// usageKeys returns the enabled keys of the usage plans that cover a stage. A key in no such plan admits no request.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func usageKeys(m *apimodel.Model, api *apimodel.API, stage *apimodel.Stage) (keys []planKey) {
	for _, plan := range m.UsagePlans {
		for _, s := range plan.Stages {
			if s.API != api || s.Stage != stage.Name {
				continue
			}
			for _, k := range plan.Keys {
				if k.Enabled && k.Value != "" {
					keys = append(keys, planKey{k.KeyID, k.Value})
				}
			}
		}
	}
	return keys
}

// usageKey returns the stage's key with a value.
func (g *Guard) usageKey(value string) (planKey, bool) {
	for _, k := range g.usageKeys {
		if value != "" && subtle.ConstantTimeCompare([]byte(k.value), []byte(value)) == 1 {
			return k, true
		}
	}
	return planKey{}, false
}

// apiKey checks the API key if the method requires one. It reads the key from the X-API-Key header, or from the
// authorizer's answer if the API says so.
func (g *Guard) apiKey(c *Call, v *Verdict) {
	if !c.Method.APIKeyRequired {
		return
	}
	value, from := c.Headers.Get("X-API-Key"), "the X-API-Key header"
	if g.options.API.APIKeySource == "AUTHORIZER" {
		value, from = v.usageKey, "the authorizer's usageIdentifierKey"
	}
	if k, ok := g.usageKey(value); ok {
		v.Known.APIKey, v.Known.APIKeyID = k.value, k.id
		v.pass("API key", "%s is a key of a usage plan for this stage", from)
		return
	}
	reason := from + " is not an enabled key of a usage plan for this stage"
	if value == "" {
		reason = "the method requires an API key, and " + from + " is missing"
	}
	v.fail(
		"API key",
		mapping.Failure{
			Type:      mapping.InvalidAPIKey,
			Status:    403,
			ErrorType: "ForbiddenException",
			Message:   "Forbidden",
			Reason:    reason,
		},
	)
}
