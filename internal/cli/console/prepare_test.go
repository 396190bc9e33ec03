package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// form returns the data that the page sends, with changes.
func form(verb, path, credential string, changes ...object) object {
	out := object{"stage": "prod", "route": object{"verb": verb, "path": path}, "verb": verb, "credential": credential}
	for _, change := range changes {
		for name, value := range change {
			out[name] = value
		}
	}
	return out
}

// prepared is a request that the page has to make.
func (c *tested) prepared(t *testing.T, form object) prepared {
	t.Helper()
	a := c.post(t, form)
	if a.Status != http.StatusOK {
		t.Fatalf("%d: %s", a.Status, a.Body)
	}
	var out prepared
	if err := json.Unmarshal(a.Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// made makes it.
func (c *tested) made(t *testing.T, p prepared) exchange.Answer {
	t.Helper()
	r := request(p.Verb + " " + p.URL)
	for _, h := range p.Headers {
		r.Headers = append(r.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	r.Body = []byte(p.Body)
	return c.gateway.Serve(t.Context(), r)
}

func poolURL(t *testing.T, c *tested) string {
	t.Helper()
	for _, i := range get[apis](t, c, "/~/apis").Issuers {
		if strings.Contains(i.URL, "cognito") {
			return i.URL
		}
	}
	t.Fatal("there is no user pool")
	return ""
}

// TestPrepare checks that a request that the form makes gets the expected answer.
func TestPrepare(t *testing.T) {
	c := newConsole(t, shop())
	pool := poolURL(t, c)
	token := func(use string, scopes ...string) object {
		return object{"token": object{"issuer": pool, "use": use, "scopes": scopes}}
	}
	for _, tt := range []struct {
		name   string
		form   object
		status int
		url    string
	}{
		{"nothing", form("GET", "/open", "none"), 200, "/prod/open"},
		{"a token with its scope", form("GET", "/orders", "token", token("access", "orders/read")), 200, "/prod/orders"},
		{"a token without it", form("GET", "/orders", "token", token("access")), 401, "/prod/orders"},
		{
			"a token that has expired",
			form("GET", "/orders", "token", object{"token": object{
				"issuer":  pool,
				"use":     "access",
				"expires": "-1m",
				"scopes":  []string{"orders/read"},
			}}),
			401,
			"/prod/orders",
		},
		{
			"an ID token, and a path with an escape",
			form("GET", "/orders/{id}", "token", token("id"), object{"params": object{"id": "a b/c"}}),
			200,
			"/prod/orders/a%20b%2Fc",
		},
		{
			"a greedy path",
			form("ANY", "/files/{name+}", "none", object{
				"verb":    "PUT",
				"params":  object{"name": "a/b c"},
				"body":    "x",
				"headers": "Content-Type: application/json",
			}),
			200,
			"/prod/files/a/b%20c",
		},
		{"a query", form("GET", "/open", "none", object{"query": "?a=b&c"}), 200, "/prod/open?a=b&c"},
		{
			"a signature with temporary credentials",
			form("GET", "/signed", "key", object{"key": c.gateway.AccessKeys()[1].ID}),
			200,
			"/prod/signed",
		},
		{
			"a signature",
			form("GET", "/signed", "key", object{"key": c.gateway.AccessKeys()[0].ID, "query": "b=x+y&a=%2F&c"}),
			200,
			"/prod/signed?a=%2F&b=x%20y&c=",
		},
		{"no signature", form("GET", "/signed", "none"), 403, "/prod/signed"},
		{"an API key, which is added", form("POST", "/keyed", "none", object{"body": "{}"}), 200, "/prod/keyed"},
		{"another API key", form("POST", "/keyed", "none", object{"headers": "x-api-key: mine"}), 403, "/prod/keyed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := c.prepared(t, tt.form)
			if p.URL != tt.url {
				t.Errorf("URL %q, want %q", p.URL, tt.url)
			}
			if a := c.made(t, p); a.Status != tt.status {
				t.Errorf("%d, want %d: %s: %+v", a.Status, tt.status, a.Body, p)
			}
			if !strings.HasPrefix(p.Curl, "curl -i ") || !strings.Contains(p.Curl, base+"/prod/") ||
				strings.Count(p.Curl, "Content-Type") > 1 {
				t.Errorf("curl: %s", p.Curl)
			}
		})
	}
}

// TestPrepareToken checks that the token is as requested, and in the place where the authorizer expects it.
func TestPrepareToken(t *testing.T) {
	c := newConsole(t, shop())
	ask := object{
		"token": object{
			"issuer":   "https://idp.example.com",
			"subject":  "jane",
			"scopes":   []string{"a", "b"},
			"groups":   []string{"The Staff"},
			"roles":    []string{"r"},
			"claims":   `{"tenant": "acme", "level": 3, "aud": null}`,
			"audience": "shop",
		},
	}
	header := c.prepared(t, form("GET", "/open", "token", ask))
	if len(header.Headers) != 1 || header.Headers[0][0] != "Authorization" ||
		!strings.HasPrefix(header.Headers[0][1], "Bearer eyJ") {
		t.Errorf("headers %q", header.Headers)
	}
	var claims map[string]any
	if err := json.Unmarshal(header.Token.Claims, &claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"iss":    "https://idp.example.com",
		"sub":    "jane",
		"scope":  "a b",
		"tenant": "acme",
		"level":  3.0,
		"aud":    nil,
	} {
		if claims[name] != want {
			t.Errorf("%s: %v, want %v", name, claims[name], want)
		}
	}
	if cookie := c.prepared(t, form("GET", "/cookie", "token", ask)); len(cookie.Cookies) != 1 ||
		!strings.HasPrefix(cookie.Cookies[0], "session-of=eyJ") ||
		len(cookie.Headers) > 0 ||
		!strings.Contains(cookie.Curl, "Cookie: session-of=eyJ") {
		t.Errorf("a cookie: %+v", cookie)
	}
	if query := c.prepared(t, form("GET", "/query", "token", ask, object{"query": "a=b"})); !strings.HasPrefix(
		query.URL,
		"/prod/query?a=b&access=eyJ",
	) {
		t.Errorf("a query: %+v", query)
	}
	// A prepared request can be sent again, to any route.
	again := c.prepared(t, form("GET", "/query", "bearer", object{"bearer": " " + header.Token.Text + "\n"}))
	if again.URL != "/prod/query?access="+header.Token.Text || again.Token != nil {
		t.Errorf("again: %+v", again)
	}
	if shop := c.prepared(t, form("GET", "/orders", "token", ask)); shop.Headers[0][0] != "X-Shop" {
		t.Errorf("an identity source: %+v", shop)
	}
}

// TestPrepareErrors checks that each error names its field.
func TestPrepareErrors(t *testing.T) {
	c := newConsole(t, shop())
	idp := func(more object) object {
		out := object{"issuer": "https://idp.example.com"}
		for name, value := range more {
			out[name] = value
		}
		return object{"token": out}
	}
	for _, tt := range []struct {
		name, field, want string
		form              object
	}{
		{"no such route", "route", "there is no GET /gone", form("GET", "/gone", "none")},
		{"no such stage", "route", "of the stage test", form("GET", "/open", "none", object{"stage": "test"})},
		{"no such verb", "verb", "want one of GET", form("ANY", "/files/{name+}", "none", object{"verb": "TRACE"})},
		{"no verb of an ANY route", "verb", "want one of GET", form("ANY", "/files/{name+}", "none", object{"verb": ""})},
		{"a part of the path is missing", "params.id", "give it a value", form("GET", "/orders/{id}", "none")},
		{
			"a part of a greedy path is empty",
			"params.name",
			"give it a value",
			form("ANY", "/files/{name+}", "none", object{"verb": "GET", "params": object{"name": "a//b"}}),
		},
		{
			"a part that browsers take out",
			"params.id",
			`takes ".."`,
			form("GET", "/orders/{id}", "none", object{"params": object{"id": ".."}}),
		},
		{"a query with a space", "query", "write it as %XX", form("GET", "/open", "none", object{"query": "a=b c"})},
		{
			"a query with a line break",
			"query",
			"write it as %XX",
			form("GET", "/open", "none", object{"query": "a=b\r\nX: y"}),
		},
		{
			"a query that cannot be signed",
			"query",
			"invalid URL escape",
			form("GET", "/signed", "key", object{"query": "a=%zz", "key": c.gateway.AccessKeys()[0].ID}),
		},
		{"no header", "headers", "want a line such as", form("GET", "/open", "none", object{"headers": "Accept"})},
		{
			"a name that no header has",
			"headers",
			"want a line such as",
			form("GET", "/open", "none", object{"headers": "A b: c"}),
		},
		{
			"a header of the browser's",
			"headers",
			"no page set Cookie",
			form("GET", "/open", "none", object{"headers": "Cookie: a=b"}),
		},
		{
			"two tokens",
			"headers",
			"X-Shop is there already",
			form("GET", "/orders", "token", object{
				"headers": "x-shop: a",
				"token":   object{"issuer": poolURL(t, c), "use": "access"},
			}),
		},
		{
			"two signatures",
			"headers",
			"Authorization is there already",
			form("GET", "/signed", "key", object{"headers": "authorization: a", "key": c.gateway.AccessKeys()[0].ID}),
		},
		{"a body of GET", "body", "no body with GET", form("GET", "/open", "none", object{"body": "{}"})},
		{"no such credential", "credential", "want token, bearer, key or none", form("GET", "/open", "cookie")},
		{"no token", "bearer", "without Bearer before it", form("GET", "/orders", "bearer")},
		{
			"a token with its scheme",
			"bearer",
			"without Bearer before it",
			form("GET", "/orders", "bearer", object{"bearer": "Bearer a.b.c"}),
		},
		{
			"a token with a line break",
			"bearer",
			"without Bearer before it",
			form("GET", "/orders", "bearer", object{"bearer": "a.b\r\nX: c"}),
		},
		{"no such key", "key", "no development key", form("GET", "/signed", "key", object{"key": "AKIA"})},
		{"several issuers", "issuer", "more than one issuer", form("GET", "/open", "token")},
		{
			"no such issuer",
			"issuer",
			"no such issuer",
			form("GET", "/open", "token", object{"token": object{"issuer": "https://other.example.com"}}),
		},
		{"an unknown use", "use", `want access or id`, form("GET", "/open", "token", idp(object{"use": "refresh"}))},
		{
			"an invalid time",
			"expires",
			"want a time such as",
			form("GET", "/open", "token", idp(object{"expires": "soon"})),
		},
		{"no time at all", "expires", "want a time such as", form("GET", "/open", "token", idp(object{"expires": "10ms"}))},
		{
			"claims that are not JSON",
			"claims",
			"want one JSON object",
			form("GET", "/open", "token", idp(object{"claims": "tenant=acme"})),
		},
		{
			"claims that are a list",
			"claims",
			"want one JSON object",
			form("GET", "/open", "token", idp(object{"claims": "[]"})),
		},
		{
			"claims that are null",
			"claims",
			"want one JSON object",
			form("GET", "/open", "token", idp(object{"claims": "null"})),
		},
		{"two objects", "claims", "want one JSON object", form("GET", "/open", "token", idp(object{"claims": "{} {}"}))},
		{
			"claims that make the token too large",
			"claims",
			"give it fewer claims",
			form("GET", "/open", "token", idp(object{"claims": `{"a":"` + strings.Repeat("x", 20_000) + `"}`})),
		},
		{
			"an ID token with scopes",
			"scopes",
			"an ID token has no scopes",
			form("GET", "/open", "token", idp(object{"use": "id", "scopes": []string{"a"}})),
		},
		{
			"a scope of two words",
			"scopes",
			"without spaces",
			form("GET", "/open", "token", idp(object{"scopes": []string{"a b"}})),
		},
		{"an empty group", "groups", "a group is empty", form("GET", "/open", "token", idp(object{"groups": []string{""}}))},
		{"an empty role", "roles", "a role is empty", form("GET", "/open", "token", idp(object{"roles": []string{""}}))},
		{"not the form's", "", "not what the form sends", object{"stag": "prod"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := c.post(t, tt.form)
			var got struct{ Field, Error string }
			if err := json.Unmarshal(a.Body, &got); err != nil {
				t.Fatalf("%v: %s", err, a.Body)
			}
			if a.Status != 400 || got.Field != tt.field || !strings.Contains(got.Error, tt.want) {
				t.Errorf("%d, field %q: %s\nwant field %q: %s", a.Status, got.Field, got.Error, tt.field, tt.want)
			}
		})
	}
	for _, body := range []string{"", "[]", "{", `{} {}`, `{"stage": 1}`} {
		r := request("POST /~/prepare", "Content-Type: application/json")
		r.Body = []byte(body)
		if a := c.Serve(t.Context(), r); a.Status != 400 || !strings.Contains(string(a.Body), "not what the form sends") {
			t.Errorf("%q: %d: %s", body, a.Status, a.Body)
		}
	}
}

func TestNoIssuer(t *testing.T) {
	c := newConsole(t, object{
		"Api":        shop()["Api"],
		"Deployment": shop()["Deployment"],
		"Stage":      shop()["Stage"],
		"Open":       path("", "open"),
		"GetOpen":    method("Open", "GET", "NONE"),
	})
	if a := c.post(t, form("GET", "/open", "token")); a.Status != 400 ||
		!strings.Contains(string(a.Body), `"field":"credential"`) {
		t.Errorf("%d: %s", a.Status, a.Body)
	}
}

// TestAPIs checks the routes with their access, and the values of the form.
func TestAPIs(t *testing.T) {
	c := newConsole(t, shop())
	got := get[apis](t, c, "/~/apis")
	if got.URL != base || got.Version != 1 || len(got.APIs) != 1 || got.APIs[0].Name != "Shop/shop" ||
		!slices.Equal(got.APIs[0].Stages, []string{"prod"}) ||
		len(got.Keys) != 2 {
		t.Errorf("%+v", got)
	}
	route := func(verb, path string) route {
		for _, r := range got.APIs[0].Routes {
			if r.Verb == verb && r.Path == path {
				return r
			}
		}
		t.Fatalf("the route %s %s is missing", verb, path)
		return route{}
	}
	if r := route("GET", "/orders"); r.Kind != "cognito" || r.Authorizer != "pool" ||
		r.Who != "scope orders/read" ||
		r.Use != "access" ||
		len(r.Issuers) != 1 ||
		r.CacheSeconds == nil {
		t.Errorf("%+v", r)
	}
	if r := route("GET", "/orders/{id}"); r.Use != "id" || r.Requires != nil {
		t.Errorf("%+v", r)
	}
	if got := route("GET", "/orders").Caller; got == nil || !slices.Equal(got.Scopes, []string{"orders/read"}) {
		t.Errorf("the caller of GET /orders is %+v", got)
	}
	if r := route("GET", "/far"); !strings.HasPrefix(r.NotServed, "its integration ") ||
		!strings.Contains(r.NotServed, "--allow-network") {
		t.Errorf("%+v", r)
	}
	if r := route("POST", "/keyed"); !r.APIKey || r.Kind != "none" || r.Issuers != nil {
		t.Errorf("%+v", r)
	}
	if r := route("GET", "/query"); r.Kind != "request" || *r.CacheSeconds != 0 || len(r.Issuers) != 1 {
		t.Errorf("%+v", r)
	}
}

// TestReload checks that the page shows a reloaded API, and is notified of it.
func TestReload(t *testing.T) {
	c := newConsole(t, shop())
	before := get[requests](t, c, "/~/requests")
	changed := shop()
	changed["Added"], changed["GetAdded"] = path("", "added"), method("Added", "GET", "NONE")
	delete(changed, "GetOpen")
	write(t, c.dir, changed)
	if err := c.gateway.Reload(); err != nil {
		t.Fatal(err)
	}
	after := get[requests](t, c, "/~/requests")
	if after.APIs != before.APIs+1 || after.Run != before.Run {
		t.Errorf("before %+v, after %+v", before, after)
	}
	routes := get[apis](t, c, "/~/apis").APIs[0].Routes
	if !slices.ContainsFunc(routes, func(r route) bool { return r.Path == "/added" }) ||
		slices.ContainsFunc(routes, func(r route) bool { return r.Path == "/open" }) {
		t.Errorf("%+v", routes)
	}
	if again := get[requests](t, c, "/~/requests"); again.APIs != after.APIs {
		t.Errorf("the page is notified although nothing has changed: %+v", again)
	}
}
