package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStreamedRoutes(t *testing.T) {
	p, err := New(table(add(
		handle("GET /chat", fn, Streamed{}),
		handle("ANY /files/{path+}", fn, Streamed{}),
		handle("ANY /mixed", fn, Streamed{}),
		handle("GET /mixed", fn),
		withOptions(handle("GET /options", fn), func(r *Route) { r.Streams = true }),
		handle("GET /other", 2, Streamed{}),
	)))
	if err != nil {
		t.Fatal(err)
	}
	streamed, buffered := p.StreamedRoutes(fn)
	if got, want := StreamedText(streamed), "GET /chat;ANY /files/{path+};DELETE /mixed;HEAD /mixed;OPTIONS /mixed;"+
		"PATCH /mixed;POST /mixed;PUT /mixed;GET /options"; got != want {
		t.Errorf("streamed are %q, want %q", got, want)
	}
	if got, want := fmt.Sprint(buffered), "[GET /health GET /mixed GET /orders]"; got != want {
		t.Errorf("buffered are %s, want %s", got, want)
	}
	for _, tt := range []struct {
		streamed, buffered, want string
	}{
		{"GET /a", "GET /b", ""},
		{"GET /a", "POST /a", ""},
		{"GET /a", "GET /a", `it answers "GET /a", which is Streamed, and "GET /a", which is not`},
		{"ANY /a", "GET /a", `it answers "ANY /a"`},
		{"GET /a", "ANY /a", `and "ANY /a", which is not`},
	} {
		err := StreamsBeside([]string{tt.streamed}, []string{tt.buffered})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s besides %s: %v, want %q", tt.streamed, tt.buffered, err, tt.want)
		}
	}
}

func TestWrongStreams(t *testing.T) {
	testRefusals(t, []refusal{
		{"buffered by its options", add(withOptions(handle("GET /a", fn, Streamed{}), func(r *Route) { r.Buffers = true })),
			`route "GET /a": it is Streamed, and its IntegrationOptions set ResponseTransferMode to BUFFERED: leave one of ` +
				`them`},
		{"not a proxy", add(withOptions(handle("GET /a", fn, Streamed{}), func(r *Route) { r.NoProxy = true })),
			`route "GET /a": its IntegrationOptions turn the proxy integration off`},
		{"too long", add(withOptions(handle("GET /a", fn, Streamed{}), func(r *Route) { r.Timeout = time.Hour })),
			`route "GET /a": its IntegrationOptions set Timeout to 1h0m0s, and API Gateway streams an answer for up to 15m0s`},
		{"compressed", both(add(handle("GET /a", fn, Streamed{})), func(p *Props) { p.RestAPI = &RestAPI{Compresses: true} }),
			`route "GET /a": it is Streamed, and RestApiProps have MinCompressionSize, with which API Gateway compresses whole`},
		{"an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), Streamed{}}})),
			`its Either holds Streamed, which is not a requirement of who calls: write it beside Either`},
	})
}
