package secureapi_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestWithheldHeaders checks that the warning is an annotation of the API. The tests of internal/plan check the
// conditions.
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
				t.Errorf("warned: got %t, want %t", warned, tt.warns)
			}
		})
	}
}

// A REQUEST authorizer without a cache accepts a token from any one of its sources.
func TestWithheldHeadersOfRequestAuthorizer(t *testing.T) {
	bearer := secureapi.TokenHeader("Authorization")
	cookie, query := secureapi.TokenCookie("session"), secureapi.TokenQuery("token")
	for _, tt := range []struct {
		name        string
		sources     []secureapi.TokenSource
		credentials bool
		warns       bool
	}{
		{"only a header", []secureapi.TokenSource{bearer}, true, true},
		{"a header or a cookie", []secureapi.TokenSource{bearer, cookie}, true, false},
		{"a header, or a cookie that pages do not send", []secureapi.TokenSource{bearer, cookie}, false, true},
		{"a header or a query", []secureapi.TokenSource{bearer, query}, false, false},
		{"two headers, of which one is allowed", []secureapi.TokenSource{bearer, secureapi.TokenHeader("X-Trace")},
			false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api := shop(newStack(), func(p *secureapi.Props) {
				p.Authorizer = secureapi.RequestAuthorizer{
					JWT: tokens().JWT, CacheTTL: secureapi.NoCache, TokenSources: tt.sources,
				}
				p.CORS = &secureapi.CORS{
					AllowOrigins:     []string{"https://shop.example.com"},
					AllowHeaders:     []string{"X-Trace"},
					AllowCredentials: tt.credentials,
				}
			})
			warned := false
			for _, entry := range *api.Node().Metadata() {
				text, ok := entry.Data.(string)
				warned = warned || ok && strings.Contains(text, secureapi.CORSHeadersWarning)
			}
			if warned != tt.warns {
				t.Errorf("warned: got %t, want %t", warned, tt.warns)
			}
		})
	}
}
