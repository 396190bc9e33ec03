package mapping

import (
	"bytes"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// All that the AWS CDK synthesized for a real app is done: its preflight of two origins, a mock, and gateway responses.
func TestSynthesized(t *testing.T) {
	a, err := cloudassembly.Read("../../cloudassembly/testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	mocks, responses := 0, 0
	for _, api := range apimodel.Read(a, cloudassembly.Options{}).APIs {
		rs, problems := NewResponses(api.GatewayResponses)
		for _, p := range problems {
			t.Error(p)
		}
		if responses += len(api.GatewayResponses); len(api.GatewayResponses) > 0 {
			a := rs.Answer(&Failure{Type: AccessDenied, Capital: true, Message: "no"}, source())
			if want := `{"message":"no","type":"ACCESS_DENIED"}`; string(a.Body) != want ||
				a.Headers.Get("Access-Control-Allow-Origin") != "https://shop.example.com" {
				t.Errorf("want %s for the shop, got %s, %v", want, a.Body, a.Headers)
			}
		}
		for _, m := range api.Methods {
			if m.Integration.Type != apimodel.IntegrationMock {
				continue
			}
			mocks++
			mock, err := NewIntegration(m, nil)
			if err != nil {
				t.Errorf("%s: %v", m.ID, err)
				continue
			}
			s := source(func(s *Source) {
				s.Request.Headers = exchange.Headers{{Name: "origin", Value: "https://admin.example.com"}}
			})
			got, failure := mock.Mock(s)
			switch {
			case failure != nil:
				t.Errorf("%s: %s", m.ID, failure.Reason)
			case m.Verb == "OPTIONS" && (got.Status != 204 || len(bytes.TrimSpace(got.Body)) > 0 ||
				got.Headers.Get("Access-Control-Allow-Origin") != "https://admin.example.com"):
				t.Errorf("%s: want 204 for the origin, got %d %q %v", m.ID, got.Status, got.Body, got.Headers)
			case m.Verb == "GET" && string(got.Body) != `{"ok": true}`:
				t.Errorf("%s: got %q", m.ID, got.Body)
			}
		}
	}
	if mocks < 2 || responses < 2 {
		t.Errorf("want mocks and gateway responses in the assembly, got %d and %d", mocks, responses)
	}
}
