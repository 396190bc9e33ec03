package matrix

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestPublicWithAKey checks that a route with only a key is shown as public. A key selects the quota of a request, and
// does not identify the caller.
func TestPublicWithAKey(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		key          bool
		source       string
		want         string
	}{
		{"a key", "prices are no secret", true, "", "GET /orders none - needed public with a key: prices are no secret"},
		{"a key, by hand", "", true, "", "GET /orders none - needed public with a key, and no reason is given"},
		{"no key", "prices are no secret", false, "", "GET /orders none - - anyone: prices are no secret"},
		{"addresses", "prices are no secret", false, "203.0.113.0/24",
			"GET /orders none - - anyone, from 203.0.113.0/24: prices are no secret"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, "")
			method := model.APIs[0].Methods[0]
			method.Authorization, method.Authorizer = apimodel.AuthorizationNone, nil
			method.APIKeyRequired = tt.key
			method.Metadata = map[string]string{PublicMetadata: tt.reason, fromMetadata: tt.source}
			m, err := Of(model, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(strings.Fields(string(m.Routes())), " "); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := strings.Contains(string(m.JSON()), `"whoMayCall": "public with a key"`); got != tt.key {
				t.Errorf("JSON says that it is public with a key: %v\n%s", got, m.JSON())
			}
		})
	}
}
