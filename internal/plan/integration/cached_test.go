package integration

import (
	"strings"
	"testing"
)

// The integration shows which parts of a request it sends on, and so what its answers may depend on.
func TestWrongCacheKeys(t *testing.T) {
	const responses = `"integrationResponses":[{"statusCode":"200"}]}`
	mapped := func(target, source string) string {
		return `{"type":"HTTP","requestParameters":{"integration.request.` + target + `":"` + source + `"},` + responses
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
		{"the authorizer's answer", mapped("header.A", "context.authorizer.principalId"),
			dependsOn + "context.authorizer.principalId on, which may differ between callers"},
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
		{"a stream", `{"type":"HTTP_PROXY","responseTransferMode":"STREAM"}`,
			"it has CacheResponse, and its integration streams its answers, which API Gateway does not cache"},
		{"a key of its own", `{"type":"HTTP_PROXY","cacheKeyParameters":["method.request.querystring.size"],` +
			`"requestParameters":{"integration.request.querystring.s":"method.request.querystring.size"}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Route{Pattern: mustParse(t, "GET /toys/{id}"), Cached: true, CacheKeys: []string{
				"method.request.path.id", "method.request.querystring.page", "method.request.header.Accept",
			}}
			_, err := r.Derive(bound(t, tt.integration), nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}
