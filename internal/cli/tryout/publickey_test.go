package tryout

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// withKeys makes the GET routes of an authorization type require an API key, and adds a key to a plan of the stage.
func withKeys(authorization string, plan bool) func(resources) {
	return func(all resources) {
		for id, r := range all {
			p := properties(r)
			if r["Type"] == "AWS::ApiGateway::Method" && p["AuthorizationType"] == authorization && p["HttpMethod"] == "GET" {
				p["ApiKeyRequired"] = true
			}
			if r["Type"] == "AWS::ApiGateway::Stage" && plan {
				ref := func(id string) map[string]any { return map[string]any{"Ref": id} }
				all["Key"] = map[string]any{"Type": "AWS::ApiGateway::ApiKey", "Properties": map[string]any{
					"Enabled": true, "Value": "a-key-of-twenty-signs"}}
				all["Plan"] = map[string]any{"Type": "AWS::ApiGateway::UsagePlan", "Properties": map[string]any{
					"ApiStages": []any{map[string]any{"ApiId": p["RestApiId"], "Stage": ref(id)}}}}
				all["KeyOfPlan"] = map[string]any{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": map[string]any{
					"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")}}
			}
		}
	}
}

// TestAKeyBesideAFunctionOfOnesOwn checks that there is no example if a function of the app decides, because its tokens
// are not known. The note has the key that is also needed.
func TestAKeyBesideAFunctionOfOnesOwn(t *testing.T) {
	own := func(all resources) {
		for _, r := range all {
			if r["Type"] == "AWS::Lambda::Function" {
				delete(properties(r), "Environment")
			}
		}
	}
	for _, plan := range []bool{true, false} {
		keyed := withKeys("CUSTOM", plan)
		_, notes := Make(t.Context(), options(t, "token", func(all resources) { own(all); keyed(all) }))
		if len(notes) != 1 || !strings.Contains(notes[0], "no token can be made for it") ||
			plan != strings.HasSuffix(notes[0], "; the API key that it needs besides is X-API-Key: a-key-of-twenty-signs") {
			t.Errorf("with a key of a plan: %v: got the notes %q", plan, notes)
		}
	}
}

// TestPublicWithAKey checks that a route with only a key has an example with the key and one without it.
func TestPublicWithAKey(t *testing.T) {
	change := func(plan bool) func(resources) { return withKeys("NONE", plan) }
	for _, tt := range []struct {
		name string
		plan bool
		want []string
	}{
		{"a key of a plan", true, []string{
			"200 GET http://127.0.0.1:3000/prod/health, X-API-Key: a-key-of-twenty-signs",
			"GET /health is public with a key",
			"403 GET http://127.0.0.1:3000/prod/health",
			"GET /health without its key",
		}},
		{"no plan", false, []string{
			"403 GET http://127.0.0.1:3000/prod/health",
			"GET /health is public with a key, but the route requires an API key, " +
				"and no usage plan of the stage has an enabled one",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			examples, _ := Make(t.Context(), options(t, "token", change(tt.plan)))
			var got []string
			for _, e := range examples {
				if strings.Contains(e.URL, "/health") {
					got = append(got, shown(t, e), e.Why)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// TestAKeyBesideATokens checks that one guarded route with a key has an example, although another route of its guard
// has none.
func TestAKeyBesideATokens(t *testing.T) {
	keyed := withKeys("CUSTOM", true)
	oneKeyed := func(all resources) {
		keyed(all)
		for _, r := range all {
			if p := properties(r); r["Type"] == "AWS::ApiGateway::Method" {
				p["ApiKeyRequired"] = p["HttpMethod"] == "POST"
			}
		}
	}
	examples, _ := Make(t.Context(), options(t, "token", oneKeyed))
	var got []string
	for _, e := range examples {
		if strings.HasSuffix(e.Why, " its key") {
			got = append(got, fmt.Sprint(e.Status), e.Why)
		}
	}
	want := []string{
		"0", "POST /orders with a token that has scope orders/write, and with its key",
		"403", "POST /orders without its key",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
