package secureapi_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestWithheldHeaders: who is warned is in the tests of internal/plan; here it is an annotation of the API.
func TestWithheldHeaders(t *testing.T) {
	for _, tt := range []struct {
		name    string
		allowed []string
		warns   bool
	}{
		{"without Authorization", []string{"X-Trace"}, true},
		{"with it", []string{"X-Trace", "Authorization"}, false},
		{"the default", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api := shop(newStack(), func(p *secureapi.Props) {
				p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}, AllowHeaders: tt.allowed}
			})
			warned := false
			for _, entry := range *api.Node().Metadata() {
				text, ok := entry.Data.(string)
				warned = warned || ok && *entry.Type == "aws:cdk:warning" && strings.HasPrefix(text, "secureapi: Shop/Api: "+
					"CORS.AllowHeaders has X-Trace, and not Authorization, which the API's TokenAuthorizer reads") &&
					strings.Contains(text, secureapi.CORSHeadersWarning)
			}
			if warned != tt.warns {
				t.Errorf("it warns: %t", warned)
			}
		})
	}
}
