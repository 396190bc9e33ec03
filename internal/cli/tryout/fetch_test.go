package tryout

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

func TestFetch(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   Example
		want string
	}{
		{"only the URL", Example{Verb: "GET", URL: "http://h/p"}, `await fetch("http://h/p")`},
		{
			"all of it",
			Example{
				Verb: "POST", URL: "http://h/p?a=<b>", Headers: []string{"A: it's \"x\"", "A: y"}, Cookies: "id=1",
				Body: `{"a": 1}`,
			},
			`await fetch("http://h/p?a=<b>", {
  method: "POST",
  headers: [
    ["A", "it's \"x\""],
    ["A", "y"],
    ["Content-Type", "application/json"],
  ],
  credentials: "include",
  body: "{\"a\": 1}",
})`,
		},
		{
			"what a page cannot set",
			Example{
				Verb: "GET", URL: "http://h/p",
				Headers: []string{"Origin: http://a", "Sec-Fetch-Site: same-origin", "Cookie: a=b"},
			},
			`await fetch("http://h/p", {
  credentials: "include",
})`,
		},
		{
			"a body without a type",
			Of("PUT", "http://h/p", exchange.Headers{{Name: "Host", Value: "h"}}, "x\n"),
			`await fetch("http://h/p", {
  method: "PUT",
  body: "x\n",
})`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.Fetch(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestOf(t *testing.T) {
	got := Of("POST", "http://h/p", exchange.Headers{
		{Name: "host", Value: "h"},
		{Name: "Accept-Encoding", Value: "gzip"},
		{Name: "cookie", Value: "a=b"},
		{Name: "X-Note", Value: "it's"},
		{Name: "content-type", Value: "text/plain"},
		{Name: "Content-Length", Value: "3"},
	}, "abc").Curl()
	if want := `curl -i -X POST -b a=b -H 'X-Note: it'\''s' -H 'content-type: text/plain' -d abc http://h/p`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := Of("PUT", "http://h/p", nil, "x").Curl(); got != `curl -i -X PUT -H Content-Type: -d x http://h/p` {
		t.Errorf("without a type: %s", got)
	}
}
