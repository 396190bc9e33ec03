package mapping

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// source is a request with something for every variable.
func source(change ...func(*Source)) *Source {
	s := &Source{
		Request: &exchange.Request{
			Verb:       "GET",
			Stage:      "prod",
			Path:       "/orders/a%2Fb",
			RawPath:    "/prod/orders/a%2Fb",
			RawQuery:   "q=1&q=a%20b&evil=x%0d%0aSet-Cookie:y",
			Host:       "127.0.0.1:3000",
			Protocol:   "HTTP/1.1",
			SourceIP:   "127.0.0.1",
			SourceVPC:  "vpc-1",
			RequestID:  "id-1",
			ExtendedID: "x-1",
			Time:       time.Date(2024, 7, 10, 12, 28, 36, 987_000_000, time.UTC),
			Headers: exchange.Headers{
				{Name: "Host", Value: "127.0.0.1:3000"},
				{Name: "Origin", Value: "https://b.example.com"},
				{Name: "user-agent", Value: "curl/8"},
			},
		},
		Params:         map[string]string{"id": "a%2Fb"},
		StageVariables: map[string]string{"table": "orders"},
		Context: Context{
			AccountID:    "123456789012",
			APIID:        "a1b2c3d4e5",
			Stage:        "prod",
			ResourceID:   "r1",
			ResourcePath: "/orders/{id}",
			Authorizer: map[string]string{
				"principalId": "user|1",
				"tier":        "gold",
				"claims.sub":  "s-1",
			},
			Identity: map[string]string{"caller": "AIDA", "apiKey": "k"},
		},
	}
	for _, c := range change {
		c(s)
	}
	return s
}

func withHeader(name, value string) func(*Source) {
	return func(s *Source) {
		s.Request.Headers = append(s.Request.Headers, exchange.Header{Name: name, Value: value})
	}
}
