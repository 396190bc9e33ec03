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
				`caller, so one caller would get the answer of another: leave it out and cache in the function, or make the route Public`},
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
			"Stage.CacheSize is set, and no route has CacheResponse, so that a cache would be paid for and not used: leave it out"},
		{"not a size", both(func(p *Props) { p.Stage.CacheSize = "1" }, add(handle("GET /a", fn, public, minute))),
			`Stage.CacheSize is "1": want one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237, in GB`},
		{"a cluster of one's own", both(func(p *Props) { p.RestAPI = &RestAPI{NoCacheCluster: true} },
			add(handle("GET /a", fn, public, minute))),
			"RestApiProps.DeployOptions set CacheClusterEnabled or CacheClusterSize, and routes have CacheResponse, which makes " +
				"the cache: leave them out, and set Stage.CacheSize for its size"},
		{
			"no stage",
			both(func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }, add(handle("GET /a", fn, public, minute))),
			`route "GET /a" has settings of its stage, such as Throttle or CacheResponse, and there is no stage`,
		},
		{"an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("a"), minute}})),
			"its Either holds CacheResponse, which is not a requirement of who calls"},
	})
	r := PlannedRoute{Pattern: mustParse(t, "GET /a"), Cache: &minute}
	_, err := (&Plan{}).Derive(r, bound(t, `{"type":"HTTP_PROXY","responseTransferMode":"STREAM"}`), nil)
	if want := "it has CacheResponse, and its integration streams its answers, which API Gateway does not keep"; err == nil ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("error %v does not hold %s", err, want)
	}
}

// The integration shows which parts of a request it sends on, and so what its answers may depend on.
func TestAnswersThatAreKeptByTooLittle(t *testing.T) {
	const responses = `"integrationResponses":[{"statusCode":"200"}]}`
	mapped := func(to, from string) string {
		return `{"type":"HTTP","requestParameters":{"integration.request.` + to + `":"` + from + `"},` + responses
	}
	template := func(text string) string {
		return `{"type":"MOCK","requestTemplates":{"application/json":"` + text + `"},` + responses
	}
	const dependsOn = `route "GET /toys/{id}": it has CacheResponse, and its integration sends `
	for _, tt := range []struct{ name, integration, want string }{
		{"a parameter of the query", mapped("querystring.size", "method.request.querystring.size"),
			dependsOn + "the request's " +
				"size on, which is not a part of the cache key, so one request would get the answer to another: give " +
				"CacheResponse CacheKeyQuery"},
		{"all values of it", mapped("querystring.size", "method.request.multivaluequerystring.size"), "CacheKeyQuery"},
		{"a header", mapped("header.A", "method.request.header.X-Shop"),
			"the request's X-Shop on, which is not a part of the " +
				"cache key, so one request would get the answer to another: give CacheResponse CacheKeyHeader"},
		{"a header of the name of a parameter", mapped("header.A", "method.request.header.page"), "CacheKeyHeader"},
		{"the caller", mapped("header.A", "context.identity.sourceIp"),
			dependsOn + "context.identity.sourceIp on, which may " +
				"differ between callers, so one caller would get the answer of another: leave one of the two out"},
		{"the body", mapped("header.A", "method.request.body.a"), dependsOn + "method.request.body.a on"},
		{"a template", template(`{\"size\": \"$input.params('size')\"}`), dependsOn + "the request's size on, which is " +
			"not a part of the cache key, so one request would get the answer to another: give CacheResponse CacheKeyQuery or " +
			"CacheKeyHeader"},
		{"a template with the caller", template(`$context.identity.userAgent`), dependsOn + "$context.identity.userAgent on"},
		{"what is kept", mapped("querystring.page", "method.request.querystring.page"), ""},
		{"the path", mapped("path.id", "method.request.path.id"), ""},
		{"a header in another case", mapped("header.A", "method.request.header.accept"), ""},
		{"a text", mapped("header.A", "'method.request.header.A'"), ""},
		{"the stage", mapped("header.A", "context.stage"), ""},
		{"a template of what is kept", template(`$input.params('id') $input.params(\"page\") ${input.params('accept')}`), ""},
		{"a key of its own", `{"type":"HTTP_PROXY","cacheKeyParameters":["method.request.querystring.size"],` +
			`"requestParameters":{"integration.request.querystring.s":"method.request.querystring.size"}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := PlannedRoute{Pattern: mustParse(t, "GET /toys/{id}"), Cache: &CacheResponse{time.Minute, []CacheKey{
				{"querystring", "page"}, {"header", "Accept"},
			}}}
			_, err := (&Plan{}).Derive(r, bound(t, tt.integration), nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error\n\t%v\ndoes not hold\n\t%s", err, tt.want)
			}
		})
	}
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
			want = "method.request.path.id method.request.path.rest method.request.querystring.page method.request.header.Accept " +
				"method.request.header.origin"
		}
		if got := strings.Join(p.CacheKeys(r), " "); got != want {
			t.Errorf("%s is kept by %q, want %q", r.Pattern, got, want)
		}
	}
	if size := p.CacheSize(); size != "0.5" {
		t.Errorf("the cache has %s GB, want the smallest", size)
	}
}

func TestMissingParameters(t *testing.T) {
	i := Integration{Parameters: map[string]string{
		"integration.request.path.key":       "method.request.path.key",
		"integration.request.header.A":       "method.request.multivalueheader.A",
		"integration.request.querystring.q":  "method.request.querystring.q",
		"integration.request.header.Subject": "context.authorizer.principalId",
		"integration.request.header.Text":    "'method.request.path.x'",
		"integration.request.header.Body":    "method.request.body.name",
		"integration.request.header.Known":   "method.request.header.Known",
	}}
	got := i.MissingParameters(map[string]any{"method.request.header.Known": true})
	same(t, "missing parameters", []any{got}, `[{"method.request.path.key":true,"method.request.header.A":false,
		"method.request.querystring.q":false}]`)
}
