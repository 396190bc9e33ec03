package apigateway

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TestDryRun compares dry runs with the answers to the same requests, made afterwards.
func TestDryRun(t *testing.T) {
	r := shop()
	r["Unauthorized"] = resource("ApiGateway::GatewayResponse",
		object{"RestApiId": ref("Api"), "ResponseType": "MISSING_AUTHENTICATION_TOKEN", "StatusCode": "404"})
	r["Auth"].(object)["Properties"].(object)["AuthorizerResultTtlInSeconds"] = 300
	r["Keyed"] = path("", "keyed")
	r["GetKeyed"] = newMethod("Keyed", "GET", mock("keyed"), object{"ApiKeyRequired": true})
	s := serve(t, r)
	for _, tt := range []struct {
		name, target string
		headers      []string
		want         Outcome // of its reason a part
	}{
		{"a mock answers", "GET /prod/", nil, Outcome{Status: 200}},
		{"a function would answer", "GET /prod/orders", []string{bearer("allow")}, Outcome{}},
		{"no token", "GET /prod/orders", nil, Outcome{401, "identity source", "missing or empty"}},
		{"the authorizer denies", "GET /prod/orders", []string{bearer("deny")}, Outcome{403, "policy", "denies it"}},
		{"the authorizer fails", "GET /prod/orders", []string{bearer("error:no")}, Outcome{200, "authorizer", "no"}},
		{"no signature, and a custom status", "GET /prod/signed", nil, Outcome{404, "signature", ""}},
		{"no API key", "GET /prod/keyed", nil, Outcome{403, "API key", "is missing"}},
		{"no route", "GET /prod/gone", nil, Outcome{404, "", "no route matches GET /gone"}},
		{"no stage", "GET /test/orders", nil, Outcome{403, "", `there is no stage "test": begin the path with /prod`}},
		{"not served", "GET /prod/far", nil, Outcome{501, "", "--allow-network"}},
		{"a token of the pool", "GET /prod/account",
			[]string{bearer(s.Token(devissuer.TokenRequest{Use: devissuer.ID}))}, Outcome{Status: 200}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(tt.target, " ")
			request := &exchange.Request{Verb: verb, RawPath: path, SourceIP: "127.0.0.1"}
			for _, h := range tt.headers {
				name, value, _ := strings.Cut(h, ": ")
				request.Headers = append(request.Headers, exchange.Header{Name: name, Value: value})
			}
			before := len(s.told.all)
			got := s.DryRun(t.Context(), request)
			if got.Status != tt.want.Status || got.Check != tt.want.Check ||
				!strings.Contains(got.Reason, tt.want.Reason) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if len(s.told.all) != before {
				t.Error("the dry run is recorded")
			}
			reply := s.send(t, tt.target, tt.headers...)
			if got.Status == 0 {
				got.Status = http.StatusOK // as the function of the tests answers
			}
			if reply.status != got.Status || tt.want.Reason != "" && reply.record.Reason != got.Reason {
				t.Errorf("the answer to the request is %s because of %q, but the dry run's is %+v", reply, reply.record.Reason, got)
			}
			if cache := reply.record.Verdict.Cache; cache == "HIT" {
				t.Error("the answer of the authorizer was cached")
			}
		})
	}

	t.Run("an authorizer that does not answer in time", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		got := s.DryRun(ctx, &exchange.Request{Verb: "GET", RawPath: "/prod/orders",
			Headers: exchange.Headers{{Name: "Authorization", Value: "Bearer sleep"}}})
		if got.Check != "authorizer" {
			t.Errorf("got %+v", got)
		}
	})
}
