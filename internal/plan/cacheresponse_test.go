package plan

import (
	"strings"
	"testing"
	"time"
)

func TestWrongCacheResponses(t *testing.T) {
	public := Public{"the catalogue"}
	minute := CacheResponse{TTL: time.Minute}
	testRefusals(t, []refusal{
		{"a guarded route", add(handle("GET /a", fn, minute)),
			`route "GET /a": it has CacheResponse, and the API's Included guards it: API Gateway does not keep answers by the ` +
				`caller, so one caller would get the answer of another: ` +
				`leave it out and cache in the function, or make the route Public`},
		{"a key", add(handle("GET /a", fn, KeyOnly{"x"}, minute)),
			`route "GET /a": it has CacheResponse and needs an API key: API Gateway does not keep answers by the key, so one ` +
				`caller would get the answer of another: leave one of the two out`},
		{"another verb", add(handle("POST /a", fn, public, minute)),
			`route "POST /a": it has CacheResponse, and its verb is POST: API Gateway would keep the answer of a request that ` +
				`may change something, or of several verbs as one: leave it out, or write a route for GET`},
		{"every verb", add(handle("ANY /a", fn, public, minute)), `and its verb is ANY`},
		{"streamed", add(handle("GET /a", fn, public, minute, Streamed{})),
			`it has CacheResponse and streams its answers, which API Gateway does not keep: leave one of the two out`},
		{"twice", add(handle("GET /a", fn, public, minute, minute)), "it has CacheResponse twice: leave one of them out"},
		{"no time", add(handle("GET /a", fn, public, CacheResponse{})),
			"it has CacheResponse(0s): want whole seconds, of 1s to 1h0m0s"},
		{"too long", add(handle("GET /a", fn, public, CacheResponse{TTL: time.Hour + time.Second})), "CacheResponse(1h0m1s)"},
		{"a part of a second", add(handle("GET /a", fn, public, CacheResponse{TTL: 1500 * time.Millisecond})),
			"CacheResponse(1.5s)"},
		{"an empty key", add(handle("GET /a", fn, public, CacheResponse{time.Minute, []CacheKey{{}}})),
			"its CacheResponse has an empty CacheKey: make it with CacheKeyQuery or CacheKeyHeader"},
		{"not a name", add(handle("GET /a", fn, public, CacheResponse{time.Minute, []CacheKey{{"querystring", "a b"}}})),
			`its CacheResponse has the key "a b": want the name of a parameter, of letters, digits and . _ $ -`},
		{"a key twice", add(handle("GET /a", fn, public,
			CacheResponse{time.Minute, []CacheKey{{"querystring", "a"}, {"querystring", "a"}}})),
			`its CacheResponse has the key "a" twice: leave one out`},
		{"a size without a route", func(p *Props) { p.Stage.CacheSize = "0.5" },
			"Stage.CacheSize is set, and no route has CacheResponse, " +
				"so that a cache would be paid for and not used: leave it out"},
		{"not a size", both(func(p *Props) { p.Stage.CacheSize = "1" }, add(handle("GET /a", fn, public, minute))),
			`Stage.CacheSize is "1": want one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237, in GB`},
		{"a cluster of one's own", both(func(p *Props) { p.RestAPI = &RestAPI{NoCacheCluster: true} },
			add(handle("GET /a", fn, public, minute))),
			"RestApiProps.DeployOptions set CacheClusterEnabled or CacheClusterSize, and routes have CacheResponse, which " +
				"makes the cache: leave them out, and set Stage.CacheSize for its size"},
		{
			"no stage",
			both(func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }, add(handle("GET /a", fn, public, minute))),
			`route "GET /a" has settings of its stage, such as Throttle or CacheResponse, and there is no stage`,
		},
		{"an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("a"), minute}})),
			"its Either holds CacheResponse, which is not a requirement of who calls"},
	})
}

// Everything that an answer depends on is part of the key.
func TestCacheKeys(t *testing.T) {
	p, err := New(table(both(func(p *Props) { p.CORS = &CORS{AllowOrigins: []string{"https://a.example.com"}} },
		add(handle("GET /toys/{id}/{rest+}", fn, Public{"x"}, Required{"querystring", []string{"page"}},
			CacheResponse{time.Minute, []CacheKey{{"header", "Accept"}, {"querystring", "page"}, {"header", "origin"}}}),
			handle("GET /toys", fn, Public{"x"})))))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Routes {
		want := ""
		if r.Cache != nil {
			want = "method.request.path.id method.request.path.rest method.request.querystring.page " +
				"method.request.header.Accept method.request.header.origin"
		}
		if got := strings.Join(p.CacheKeys(r), " "); got != want {
			t.Errorf("%s is cached by %q, want %q", r.Pattern, got, want)
		}
	}
	if size := p.CacheSize(); size != "0.5" {
		t.Errorf("the cache has %s GB, want the smallest", size)
	}
}
