package checks

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestAPIKey(t *testing.T) {
	const forbidden = `403 ForbiddenException {"message":"Forbidden"}`
	keys := func(g *gate) {
		other := &apimodel.API{APIID: "other"}
		key := func(id string, enabled bool) *apimodel.APIKey {
			return &apimodel.APIKey{KeyID: id, Value: "value-" + id, Enabled: enabled}
		}
		plan := func(api *apimodel.API, stage string, keys ...*apimodel.APIKey) *apimodel.UsagePlan {
			return &apimodel.UsagePlan{Keys: keys, Stages: []apimodel.PlanStage{{API: api, Stage: stage}}}
		}
		g.options.Model.UsagePlans = []*apimodel.UsagePlan{
			plan(g.options.API, "prod", key("good", true), key("off", false), &apimodel.APIKey{KeyID: "empty", Enabled: true}),
			plan(
				g.options.API,
				"dev",
				key("dev", true),
			), plan(other, "prod", key("other", true)), {Keys: []*apimodel.APIKey{key("nowhere", true)}},
		}
	}
	for _, c := range []struct {
		source                               string
		name, keySource, header, usage, want string
	}{
		{docKeys, "of a plan for the stage", "HEADER", "value-good", "", "ok"},
		{docKeys, "missing", "HEADER", "", "", forbidden},
		{docKeys, "unknown", "HEADER", "value", "", forbidden},
		{docKeys, "in other letters", "HEADER", "VALUE-GOOD", "", forbidden},
		{docKeys, "its id", "HEADER", "good", "", forbidden},
		{docKeys, "disabled", "HEADER", "value-off", "", forbidden},
		{docKeys, "of a plan for another stage", "HEADER", "value-dev", "", forbidden},
		{docKeys, "of a plan for another API", "HEADER", "value-other", "", forbidden},
		{docKeys, "of a plan without a stage", "HEADER", "value-nowhere", "", forbidden},
		{docOutput, "from the authorizer", "AUTHORIZER", "", "value-good", "ok"},
		{docOutput, "from the authorizer, unknown", "AUTHORIZER", "value-good", "x", forbidden},
		{docOutput, "the header does not count", "AUTHORIZER", "value-good", "", forbidden},
		{docOutput, "the authorizer's does not count", "HEADER", "", "value-good", forbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", keys)
			g.options.API.APIKeySource = c.keySource
			m := guarded(g.token(60*second, ""))
			m.APIKeyRequired = true
			g.Guard = New(g.options)
			g.answer = func(string) (string, error) {
				return strings.TrimSuffix(allowing("*"), "}") + `,"usageIdentifierKey":"` + c.usage + `"}`, nil
			}
			for range 2 { // the second answer is from the cache
				v := g.check(m, "GET /", "Authorization: x", "X-API-Key: "+c.header)
				if got := answered(v); got != c.want {
					t.Errorf("got %s, want %s (%s): %+v", got, c.want, c.source, v.Trace)
				}
				if v.Denial == nil && (v.Caller.APIKey != "value-good" || v.Caller.APIKeyID != "good") {
					t.Errorf("got the key %q with the id %q", v.Caller.APIKey, v.Caller.APIKeyID)
				}
			}
			// The authorizer comes first.
			if got := answered(g.check(m, "GET /", "X-API-Key: value-good")); got != unauthorized401 {
				t.Errorf("without a token: got %s", got)
			}
			m.APIKeyRequired = false
			if v := g.check(m, "GET /", "Authorization: x"); v.Denial != nil || v.Caller.APIKey != "" {
				t.Errorf("the method wants none: got %s", answered(v))
			}
		})
	}
}

// TestRequestAPIKeyID checks that the event of a REQUEST authorizer has the ID of the key besides the key:
// https://github.com/calavera/aws-lambda-events/pull/106
func TestRequestAPIKeyID(t *testing.T) {
	for _, c := range []struct{ name, key, want string }{
		{"a key of the stage", "value-good", `"apiKey":"value-good","apiKeyId":"good"`},
		{"another", "value", `"apiKey":"value","apiKeyId":null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", func(g *gate) {
				g.options.Model.UsagePlans = []*apimodel.UsagePlan{{
					Keys:   []*apimodel.APIKey{{KeyID: "good", Value: "value-good", Enabled: true}},
					Stages: []apimodel.PlanStage{{API: g.options.API, Stage: "prod"}},
				}}
			})
			var event string
			g.answer = func(asked string) (string, error) {
				event = asked
				return allowing("*"), nil
			}
			g.check(guarded(g.request(0)), "GET /", "X-API-Key: "+c.key)
			if !strings.Contains(event, c.want) {
				t.Errorf("want %s in %s", c.want, event)
			}
		})
	}
}

func TestUnknownAuthorization(t *testing.T) {
	v := newGate("").check(&apimodel.Method{Authorization: "SOMETHING"}, "GET /")
	if got := answered(v); got != broken500 {
		t.Errorf("got %s, want %s", got, broken500)
	}
}
