package mapping

import (
	"fmt"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestMappedHeader sends headers of the client beside one that HTTP_PROXY maps. The mapping replaces the client's
// header, as test_http_proxy_integration_request_data_mappings has recorded it, in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_http.py.
// No source says what a missing value does. Here it replaces nothing, which is the worst case for a backend.
func TestMappedHeader(t *testing.T) {
	const principal = "context.authorizer.principalId"
	for _, c := range []struct {
		name, from string
		sent       exchange.Headers
		principal  string
		want       string
	}{
		{"no header of the client", principal, nil, "alice", "[{X-Caller alice}]"},
		{"the same name", principal, exchange.Headers{{Name: "X-Caller", Value: "admin"}}, "alice", "[{X-Caller alice}]"},
		{"in another case", principal, exchange.Headers{{Name: "x-cALLER", Value: "admin"}}, "alice", "[{X-Caller alice}]"},
		{"several lines", principal, exchange.Headers{{Name: "X-Caller", Value: "admin"}, {Name: "X-Other", Value: "o"},
			{Name: "x-caller", Value: "root"}, {Name: "X-CALLER", Value: ""}}, "alice", "[{X-Caller alice} {X-Other o}]"},
		{"an underscore is another name", principal, exchange.Headers{{Name: "X_Caller", Value: "admin"}}, "alice",
			"[{X_Caller admin} {X-Caller alice}]"},
		{"a text", "'not given'", exchange.Headers{{Name: "X-Caller", Value: "admin"}}, "alice", "[{X-Caller not given}]"},
		{"the value is empty", principal, exchange.Headers{{Name: "X-Caller", Value: "admin"}}, "", "[{X-Caller admin}]"},
		{"the value is missing", "context.authorizer.none", exchange.Headers{{Name: "X-Caller", Value: "admin"}}, "alice",
			"[{X-Caller admin}]"},
		{"the value would end the line", principal, nil, "alice\r\nX-Role: admin", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := NewIntegration(httpMethod(func(i *apimodel.Integration) {
				i.Type = apimodel.IntegrationHTTPProxy
				i.RequestParameters["integration.request.header.X-Caller"] = c.from
			}), nil)
			if err != nil {
				t.Fatal(err)
			}
			call, f := i.Request(source(func(s *Source) {
				s.Request.Headers, s.Context.Authorizer["principalId"] = c.sent, c.principal
			}), false)
			if f != nil {
				t.Fatal(f.Reason)
			}
			got := exchange.Headers{}
			for _, line := range call.Headers {
				if line.Name[0] == 'X' && line.Name != "X-Amzn-Apigateway-Api-Id" && line.Name[:6] != "X-Forw" ||
					line.Name[0] == 'x' {
					got = append(got, line)
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("the backend gets %v, want %s", got, c.want)
			}
		})
	}
}
