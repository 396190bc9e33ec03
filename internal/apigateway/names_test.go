package apigateway

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestHeaderNames checks that a function gets the names of headers as the client wrote them, also from the server of a
// test, which is that of "gatehouse dev".
func TestHeaderNames(t *testing.T) {
	r := bare()
	addRoute(r, "GET /open/{id}", proxy("Fn"))
	s := serve(t, r)
	answer := s.raw(
		t,
		"GET /prod/open/1 HTTP/1.1\nhost: a\nx-lower: 1\nX-UPPER: 2\nX-Tag: a\nx-tag: b\nConnection: close\n\n",
	)
	_, body, _ := strings.Cut(answer, "\r\n\r\n")
	var event struct {
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatalf("%v: %q", err, answer)
	}
	for name, want := range map[string][]string{"x-lower": {"1"}, "X-UPPER": {"2"}, "X-Tag": {"a"}, "x-tag": {"b"}} {
		if got := event.MultiValueHeaders[name]; !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q, in %v", name, got, want, event.MultiValueHeaders)
		}
	}
}
