package apigateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// TestKeptAnswers has a stage that caches the answers of a route by its path, a query parameter and a header, and a
// backend that numbers its answers.
func TestKeptAnswers(t *testing.T) {
	var asked atomic.Int64
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/gone") {
			w.WriteHeader(http.StatusGone)
		}
		fmt.Fprintf(w, "answer %d", asked.Add(1))
	}))
	defer backend.Close()
	toys := func(keys ...any) object {
		return object{
			"Type": "HTTP_PROXY", "IntegrationHttpMethod": "ANY", "Uri": backend.URL + "/toys/{id}",
			"RequestParameters": object{"integration.request.path.id": "method.request.path.id"}, "CacheKeyParameters": keys,
		}
	}
	r := bare()
	addRoute(r, "GET /toys/{id}", toys("method.request.path.id", "method.request.querystring.page",
		"method.request.header.Accept-Language"))
	addRoute(r, "ANY /all/{id}", toys())
	addRoute(r, "GET /fresh/{id}", toys())
	stage := r["Stage"].(object)["Properties"].(object)
	stage["CacheClusterEnabled"] = true
	stage["MethodSettings"] = []any{
		object{"HttpMethod": "GET", "ResourcePath": "/~1toys~1{id}", "CachingEnabled": true, "CacheTtlInSeconds": 60},
		object{"HttpMethod": "*", "ResourcePath": "/~1all~1{id}", "CachingEnabled": true},
	}
	clock := testclock.New(time.Unix(1_800_000_000, 0))
	s := serve(t, r, func(o *Options) { o.Caches, o.Now = true, clock.Now })
	for i, c := range []struct {
		target, header string
		wait           time.Duration // before it
		want           string
	}{
		{"GET /prod/toys/1", "", 0, "200 answer 1"},
		{"GET /prod/toys/1", "", 59 * time.Second, "200 answer 1"},
		{"GET /prod/toys/1?debug=1", "Cache-Control: max-age=0", 0, "200 answer 1"},
		{"GET /prod/toys/2", "", 0, "200 answer 2"},
		{"GET /prod/toys/1?page=2", "", 0, "200 answer 3"},
		{"GET /prod/toys/1?page=2&page=3", "", 0, "200 answer 4"},
		{"GET /prod/toys/1", "Accept-Language: de", 0, "200 answer 5"},
		{"GET /prod/toys/1", "accept-language: de", 0, "200 answer 5"},
		{"GET /prod/toys/1", "", time.Second, "200 answer 6"},
		{"GET /prod/toys/gone", "", 0, "410 answer 7"},
		{"GET /prod/toys/gone", "", 0, "410 answer 7"},
		{"GET /prod/fresh/1", "", 0, "200 answer 8"},
		{"GET /prod/fresh/1", "", 0, "200 answer 9"},
		{"GET /prod/all/1", "", 0, "200 answer 10"},
		{"GET /prod/all/2", "", 0, "200 answer 10"}, // as on AWS, where no parameter is a key by itself
		{"POST /prod/all/1", "", 0, "200 answer 11"},
	} {
		clock.Advance(c.wait)
		var lines []string
		if c.header != "" {
			lines = append(lines, c.header)
		}
		if got := s.send(t, c.target, lines...); fmt.Sprint(got.status, " ", got.body) != c.want {
			t.Errorf("request %d, %s %s: got %d %s, want %s", i, c.target, c.header, got.status, got.body, c.want)
		}
	}
	first, second := s.send(t, "GET /prod/toys/9"), s.send(t, "GET /prod/toys/9")
	const header = "X-Amzn-Requestid"
	if second.body != first.body || second.header.Get(header) == first.header.Get(header) ||
		len(second.header.Values(header)) != 1 {
		t.Errorf("got the headers %v and %v, want an id of each request's own", first.header, second.header)
	}
	trace := second.record.Verdict.Trace
	if last := trace[len(trace)-1]; last.Check != "kept answer" || last.Detail != "the answer was kept 0s ago, for 1m0s" {
		t.Errorf("got the trace %+v", trace)
	}
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := s.send(t, "GET /prod/toys/9"); got.body == first.body {
		t.Error("an answer is still cached after the assembly is loaded again")
	}
	if problems := strings.Join(s.Problems(), "\n"); strings.Contains(problems, "cached") {
		t.Errorf("got the problems %s", problems)
	}

	plain := serve(t, r)
	if a, b := plain.send(t, "GET /prod/toys/1"), plain.send(t, "GET /prod/toys/1"); a.body == b.body {
		t.Error("an answer is cached without Caches")
	}
	const note = "Shop/Stage: the responses of GET /toys/{id} are not cached"
	if problems := strings.Join(plain.Problems(), "\n"); !strings.Contains(problems, note) {
		t.Errorf("got the problems %s, want %s", problems, note)
	}
}
