package apigateway

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// request is one without a body, with headers "Name: value".
func request(verb, path string, headers ...string) *exchange.Request {
	r := &exchange.Request{Verb: verb, RawPath: path, Host: "127.0.0.1:3000", Protocol: "HTTP/1.1", SourceIP: "127.0.0.1"}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: value})
	}
	return r
}

func TestSplitStage(t *testing.T) {
	for _, c := range []struct{ path, stage, rest string }{
		{"/prod/orders", "prod", "/orders"},
		{"/prod", "prod", "/"},
		{"/prod/", "prod", "/"},
		{"/prod//", "prod", "/"},
		{"/prod//x", "prod", "/x"},
		{"/prod///x//y/", "prod", "/x//y/"},
		{"/prod/%2Fx", "prod", "/%2Fx"},
		{"/", "", "/"},
		{"", "", "/"},
		{"//prod/x", "prod", "/x"},
		{"///prod", "prod", "/"},
	} {
		if stage, rest := splitStage(c.path); stage != c.stage || rest != c.rest {
			t.Errorf("%q: got %q and %q, want %q and %q", c.path, stage, rest, c.stage, c.rest)
		}
	}
}
