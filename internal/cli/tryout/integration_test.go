package tryout

import "testing"

// TestOtherIntegrations checks that the integration decides the status of a route without a function, also if no value
// of the request is made up.
func TestOtherIntegrations(t *testing.T) {
	o := options(t, "token", func(all resources) {
		for _, r := range all {
			i, ok := properties(r)["Integration"].(map[string]any)
			if r["Type"] == "AWS::ApiGateway::Method" && ok && i["Type"] == "AWS_PROXY" {
				properties(r)["Integration"] = map[string]any{
					"Type":                  "HTTP_PROXY",
					"IntegrationHttpMethod": "GET",
					"Uri":                   "http://127.0.0.1:1/",
				}
			}
		}
	})
	examples, _ := Make(t.Context(), o)
	decided := 0
	for _, e := range examples {
		if e.Status == 0 {
			decided++
		}
		if e.Called != "integration" || e.Status == 200 {
			t.Errorf("%s: %d, decided by the %s", e.Why, e.Status, e.Called)
		}
	}
	if decided == 0 {
		t.Errorf("none of %d examples reaches its integration", len(examples))
	}
}
