package console

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// posted sends data as the page does, and decodes the answer.
func posted[T any](t *testing.T, c *tested, path string, form any, status int) (out T) {
	t.Helper()
	text, err := json.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}
	r := request("POST "+path, "Content-Type: application/json", "Origin: "+base, "Sec-Fetch-Site: same-origin")
	r.Body = text
	a := c.Serve(t.Context(), r)
	if a.Status != status {
		t.Fatalf("%s: %d, want %d: %s", path, a.Status, status, a.Body)
	}
	if err := json.Unmarshal(a.Body, &out); err != nil {
		t.Fatalf("%s: %v: %s", path, err, a.Body)
	}
	return out
}

type refusal struct{ Field, Error string }

func idOf(a exchange.Answer) string { return a.Headers.Get("x-amzn-RequestId") }

// newest returns the last request, unchanged.
func (c *tested) newest(t *testing.T) *exchange.Request {
	t.Helper()
	entries, _ := c.ring.after(0)
	if len(entries) == 0 {
		t.Fatal("no request is recorded")
	}
	return entries[0].Request
}

// TestReplay sends a request again, with its credentials, which the page does not have, and with headers that a page
// cannot set.
func TestReplay(t *testing.T) {
	c := newConsole(t, shop())
	token, err := c.gateway.Issuer().Mint(devissuer.TokenRequest{
		Issuer: poolURL(t, c), Use: devissuer.Access, Scopes: []string{"orders/read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := c.call(t, "GET /prod/orders?page=2&access_token=opaque-credential", "X-Shop: Bearer "+token,
		"Origin: https://shop.example.com", "Cookie: id=opaque-cookie", "X-Note: one", "x-note: two")
	if first.Status != 200 {
		t.Fatalf("%d: %s", first.Status, first.Body)
	}
	before := c.newest(t)
	got := posted[replayed](t, c, "/~/replay", object{"id": idOf(first)}, 200)
	after := c.newest(t)
	if got.Status != 200 || got.ID == idOf(first) || got.ID != after.RequestID || got.Fresh {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(before.Headers, after.Headers); diff != "" || after.RawQuery != before.RawQuery {
		t.Errorf("query %q: %s", after.RawQuery, diff)
	}

	d := decisionOf(t, c, first)
	lines := func(d decision) string {
		var out []string
		for _, h := range d.Headers {
			out = append(out, h[0]+": "+h[1])
		}
		return strings.Join(out, "\n")
	}
	if d.Shown.Path != "/prod/orders" || d.Shown.Query != "page=2&access_token=[not shown]" ||
		strings.Contains(lines(d), "opaque") || !strings.Contains(lines(d), "X-Shop: Bearer [not shown]") {
		t.Errorf("shown: %+v", d.Shown)
	}
	edited := object{
		"verb": "GET", "target": "/prod/orders?access_token=[not shown]&page=3",
		"headers": strings.Replace(lines(d), "X-Note: one", "X-Note: three", 1) + "\nX-Added: 1\n", "body": nil,
	}
	got = posted[replayed](t, c, "/~/replay", object{"id": idOf(first), "edit": edited}, 200)
	after = c.newest(t)
	want := append(exchange.Headers(nil), before.Headers...)
	want = append(want, exchange.Header{Name: "X-Added", Value: "1"})
	for i := range want {
		if want[i].Name == "X-Note" {
			want[i].Value = "three"
		}
	}
	if diff := cmp.Diff(want, after.Headers); diff != "" || got.Status != 200 ||
		after.RawQuery != "access_token=opaque-credential&page=3" {
		t.Errorf("%d, query %q: %s", got.Status, after.RawQuery, diff)
	}
	if text, err := json.Marshal(got); err != nil || strings.Contains(string(text), "opaque") {
		t.Errorf("the page gets %s", text)
	}
}

// TestReplayErrors names the field that is wrong.
func TestReplayErrors(t *testing.T) {
	c := newConsole(t, shop())
	id := idOf(c.call(t, "GET /prod/open", "Authorization: Bearer opaque-credential"))
	for _, tt := range []struct {
		name, field, want string
		edit              object
	}{
		{"a method with a space", "verb", "want a method", object{"verb": "GE T"}},
		{"no method", "verb", "want a method", object{"verb": ""}},
		{"no slash", "target", "begins with a slash", object{"target": "prod/open"}},
		{"a space", "target", "write it as %XX", object{"target": "/prod/a b"}},
		{"a line break", "target", "write it as %XX", object{"target": "/prod/a\r\nX: y"}},
		{"a fragment", "target", "write it as %XX", object{"target": "/prod/a#b"}},
		{"a header without a value", "headers", "want a line such as", object{"headers": "Accept"}},
		{"a header with a space", "headers", "want a line such as", object{"headers": "A b: c"}},
		{"a credential that is not there", "headers", "Cookie has [not shown]", object{"headers": "Cookie: [not shown]"}},
		{"a credential twice", "headers", "Authorization has [not shown]",
			object{"headers": "Authorization: Bearer [not shown]\nAuthorization: Bearer [not shown]"}},
		{"a credential in the query", "target", "the query has [not shown]", object{"target": "/prod/open?a=[not shown]"}},
		{"a credential in the path", "target", "the path has [not shown]", object{"target": "/[not shown]"}},
		{"a credential in the body", "body", "the body has [not shown]", object{"body": `{"password":"[not shown]"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edit := object{"verb": "GET", "target": "/prod/open", "headers": "", "body": nil}
			for name, value := range tt.edit {
				edit[name] = value
			}
			got := posted[refusal](t, c, "/~/replay", object{"id": id, "edit": edit}, 400)
			if got.Field != tt.field || !strings.Contains(got.Error, tt.want) {
				t.Errorf("%+v, want %s: %s", got, tt.field, tt.want)
			}
		})
	}
	posted[refusal](t, c, "/~/replay", object{"id": "gone"}, http.StatusNotFound)
	posted[refusal](t, c, "/~/copy", object{"id": "gone"}, http.StatusNotFound)
	posted[refusal](t, c, "/~/replay", object{"of": "gone"}, 400)
	posted[refusal](t, c, "/~/copy", object{}, http.StatusNotFound)
	posted[refusal](t, c, "/~/clear", object{"a": 1}, 400)
}

// TestReplayBody sends bodies unchanged, up to the size that is recorded.
func TestReplayBody(t *testing.T) {
	c := newConsole(t, shop())
	call := func(body string, headers ...string) string {
		r := request("POST /prod/files/a", append(headers, "Content-Type: text/plain")...)
		r.Body = []byte(body)
		return idOf(c.gateway.Serve(t.Context(), r))
	}
	secret := `{"user": "jane", "password": "hunter2-hunter2", "note": "a \"b\" c"}`
	id := call(secret)
	d := get[decision](t, c, "/~/requests/"+id)
	if d.Shown.Body.Text != `{"user": "jane", "password": "[not shown]", "note": "a \"b\" c"}` ||
		d.Shown.Body.Size != len(secret) {
		t.Errorf("shown: %+v", d.Shown.Body)
	}
	edit := object{"verb": "PUT", "target": "/prod/files/b", "headers": "Content-Length: 1", "body": d.Shown.Body.Text}
	posted[replayed](t, c, "/~/replay", object{"id": id, "edit": edit}, 200)
	r := c.newest(t)
	if string(r.Body) != secret || r.Verb != "PUT" || r.RawPath != "/prod/files/b" ||
		r.Headers.Get("Content-Length") != "68" {
		t.Errorf("%s %s %v: %s", r.Verb, r.RawPath, r.Headers, r.Body)
	}
	edit["body"] = "another"
	posted[replayed](t, c, "/~/replay", object{"id": id, "edit": edit}, 200)
	if r := c.newest(t); string(r.Body) != "another" || r.Headers.Get("Content-Length") != "7" {
		t.Errorf("%v: %s", r.Headers, r.Body)
	}
	edit["body"] = ""
	posted[replayed](t, c, "/~/replay", object{"id": id, "edit": edit}, 200)
	if r := c.newest(t); len(r.Body) > 0 || r.Headers.Has("Content-Length") {
		t.Errorf("%v: %s", r.Headers, r.Body)
	}

	binary := call("\x00\xff")
	if d := get[decision](t, c, "/~/requests/"+binary); d.Shown.Body.Text != "" || d.Shown.Body.Lost != "it is not text" {
		t.Errorf("shown: %+v", d.Shown.Body)
	}
	posted[replayed](t, c, "/~/replay", object{"id": binary}, 200)
	if r := c.newest(t); string(r.Body) != "\x00\xff" {
		t.Errorf("%q", r.Body)
	}

	large := call(strings.Repeat("x", mostBody+1))
	got := posted[refusal](t, c, "/~/replay", object{"id": large}, 400)
	if got.Field != "body" || !strings.Contains(got.Error, "its 65537 bytes are more than the 65536") {
		t.Errorf("%+v", got)
	}
}

// TestReplayRenews checks that a token that has expired since the request is renewed, and one that had expired before
// is not.
func TestReplayRenews(t *testing.T) {
	c := newConsole(t, shop())
	mint := func(expires time.Duration) string {
		token, err := c.gateway.Issuer().Mint(devissuer.TokenRequest{
			Issuer: poolURL(t, c), Use: devissuer.Access, Scopes: []string{"orders/read"}, Subject: "jane", Expires: expires,
			Claims: map[string]any{"tenant": "acme", "level": json.Number("12345678901234567890")},
		})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	record := func(id, token string, ago time.Duration) {
		r := request("GET /prod/orders", "X-Shop: Bearer "+token)
		r.RequestID = id
		c.Record(&apigateway.Record{Request: r, Route: "GET /orders", Time: time.Now().Add(-ago)})
	}
	token := mint(-30 * time.Minute)
	record("valid then", token, time.Hour)
	record("expired then", token, time.Minute)
	got := posted[replayed](t, c, "/~/replay", object{"id": "valid then"}, 200)
	if !got.Fresh || got.Status != 200 {
		t.Errorf("valid then: %+v", got)
	}
	claims, ok := payload(strings.TrimPrefix(c.newest(t).Headers.Get("X-Shop"), "Bearer "))
	if !ok || claims.Get("tenant").Raw() != `"acme"` || claims.Get("level").Raw() != "12345678901234567890" ||
		claims.Get("sub").Raw() != `"jane"` {
		t.Errorf("the new token: %s", claims.Raw())
	}
	if got := posted[replayed](t, c, "/~/replay", object{"id": "expired then"}, 200); got.Fresh || got.Status != 401 {
		t.Errorf("expired then: %+v", got)
	}
}

// TestReplaySignature checks that a development key signs again, because a signature is valid for five minutes and for
// one request.
func TestReplaySignature(t *testing.T) {
	c := newConsole(t, shop())
	for _, k := range c.gateway.AccessKeys()[:2] {
		p := c.prepared(t, form("GET", "/signed", "key", object{"key": k.ID}))
		made := c.made(t, p)
		if made.Status != 200 {
			t.Fatalf("%d: %s", made.Status, made.Body)
		}
		var lines []string
		for _, h := range get[decision](t, c, "/~/requests/"+idOf(made)).Headers {
			lines = append(lines, h[0]+": "+h[1])
		}
		edit := object{"verb": "GET", "target": "/prod/signed?b=1&a=2", "headers": strings.Join(lines, "\n"), "body": nil}
		if got := posted[replayed](t, c, "/~/replay", object{"id": idOf(made), "edit": edit}, 200); got.Status != 200 {
			t.Errorf("%s: %+v", k.ID, got)
		}
	}
}

func TestClear(t *testing.T) {
	c := newConsole(t, shop())
	id := idOf(c.call(t, "GET /prod/open"))
	before := get[requests](t, c, "/~/requests")
	posted[object](t, c, "/~/clear", object{}, 200)
	after := get[requests](t, c, "/~/requests")
	if len(before.Requests) != 1 || len(after.Requests) != 0 || after.Run == before.Run {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if a := c.Serve(t.Context(), request("GET /~/requests/"+id)); a.Status != 404 {
		t.Errorf("a request that was cleared: %d", a.Status)
	}
	c.call(t, "GET /prod/open")
	if got := get[requests](t, c, "/~/requests"); len(got.Requests) != 1 || got.Last != 2 || got.Run != after.Run {
		t.Errorf("after another: %+v", got)
	}
}

// TestCopy writes requests for a shell and for JavaScript, with variables for credentials that the console does not
// show.
func TestCopy(t *testing.T) {
	c := newConsole(t, shop())
	for _, tt := range []struct {
		name, target, body string
		headers            []string
		curl, fetch        string
		note               string
	}{
		{
			"no credentials", "GET /prod/open?a=b", "", []string{"X-Note: it's"},
			`curl -i -H 'X-Note: it'\''s' 'http://127.0.0.1:3000/prod/open?a=b'`,
			"await fetch(\"http://127.0.0.1:3000/prod/open?a=b\", {\n  headers: [\n    [\"X-Note\", \"it's\"],\n  ],\n})", "",
		},
		{
			"credentials", "POST /prod/keyed?access_token=opaque-query&b=1", `{"secret": "of a body", "u": "\uffff"}`,
			[]string{
				"Authorization: Basic opaque-credential", "Cookie: id=opaque-cookie", "X-API-Key: a-key-of-twenty-signs",
				"X-Session-Of: opaque-session", "Content-Type: application/json",
			},
			`curl -i -X POST -b "$COOKIE" -H 'Authorization: Basic '"$TOKEN" -H 'X-API-Key: a-key-of-twenty-signs' ` +
				`-H 'X-Session-Of: '"$X_SESSION_OF" -H 'Content-Type: application/json' ` +
				`-d '{"secret": "[not shown]", "u": "\uffff"}' 'http://127.0.0.1:3000/prod/keyed?access_token='"$PART"'&b=1'`,
			`await fetch("http://127.0.0.1:3000/prod/keyed?access_token=" + PART + "&b=1", {
  method: "POST",
  headers: [
    ["Authorization", "Basic " + TOKEN],
    ["X-API-Key", "a-key-of-twenty-signs"],
    ["X-Session-Of", "" + X_SESSION_OF],
    ["Content-Type", "application/json"],
  ],
  credentials: "include",
  body: "{\"secret\": \"[not shown]\", \"u\": \"\\uffff\"}",
})`,
			"set it to the credential first",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request(tt.target, tt.headers...)
			r.Body = []byte(tt.body)
			got := posted[copies](t, c, "/~/copy", object{"id": idOf(c.gateway.Serve(t.Context(), r))}, 200)
			if got.Curl != tt.curl {
				t.Errorf("curl:\n got %s\nwant %s", got.Curl, tt.curl)
			}
			fetch := strings.ReplaceAll(tt.fetch, `"" + `, "")
			if got.Fetch != fetch {
				t.Errorf("fetch:\n got %s\nwant %s", got.Fetch, fetch)
			}
			if !strings.Contains(strings.Join(got.Note, " "), tt.note) || tt.note == "" && got.Note != nil {
				t.Errorf("note %q", got.Note)
			}
		})
	}

	// A token of the development issuer is made anew, and the copy works.
	token, err := c.gateway.Issuer().Mint(devissuer.TokenRequest{
		Issuer: poolURL(t, c), Use: devissuer.Access, Scopes: []string{"orders/read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := posted[copies](t, c, "/~/copy", object{"id": idOf(c.call(t, "GET /prod/orders", "X-Shop: Bearer "+token))}, 200)
	_, value, _ := strings.Cut(got.Curl, "'X-Shop: ")
	value, _, _ = strings.Cut(value, "'")
	if strings.Contains(got.Curl, token) || len(got.Note) > 0 || !strings.Contains(got.Fetch, `["X-Shop", "Bearer eyJ`) {
		t.Errorf("%+v", got)
	}
	if a := c.call(t, "GET /prod/orders", "X-Shop: "+value); a.Status != 200 {
		t.Errorf("the copy is answered %d: %s", a.Status, value)
	}

	// A development key signs again.
	p := c.prepared(t, form("GET", "/signed", "key", object{"key": c.gateway.AccessKeys()[0].ID}))
	got = posted[copies](t, c, "/~/copy", object{"id": idOf(c.made(t, p))}, 200)
	if !strings.Contains(got.Curl, "--aws-sigv4 aws:amz:eu-west-1:execute-api --user "+c.gateway.AccessKeys()[0].ID) ||
		strings.Contains(got.Curl, "X-Amz-Date") || !strings.Contains(got.Fetch, `["X-Amz-Date", "`) || len(got.Note) != 1 {
		t.Errorf("signed: %+v", got)
	}
}

func FuzzAgain(f *testing.F) {
	f.Add(
		"GET",
		"/prod/a?token=[not shown]&b=c",
		"Authorization: Bearer [not shown]\nA: b",
		"body",
		"token=s3cr3t-value-of-a-caller&b",
	)
	f.Add("", "", "", "", ";&=&&")
	f.Add("POST", "/?[not shown]", "A: \r\n b", "[not shown]", "a;b=%zz")
	f.Fuzz(func(t *testing.T, verb, target, headers, body, query string) {
		old := &exchange.Request{
			Verb: "GET", RawPath: "/prod/a", RawQuery: query, Body: []byte(`{"token":"s3cr3t"}`),
			Headers: exchange.Headers{{Name: "Authorization", Value: "Bearer s3cr3t-value-of-a-caller"}},
		}
		v := &view{}
		e := entry{Record: apigateway.Record{Request: old}, size: len(old.Body)}
		r, err := v.again(e, &edit{Verb: verb, Target: target, Headers: headers, Body: &body})
		if err != nil {
			return
		}
		if strings.Join(splitQuery(query), "") != query {
			t.Fatalf("%q is split into %q", query, splitQuery(query))
		}
		if strings.ContainsAny(r.RawPath+r.RawQuery, "\r\n") && !strings.ContainsAny(query, "\r\n") ||
			!strings.HasPrefix(r.RawPath, "/") {
			t.Errorf("path %q, query %q", r.RawPath, r.RawQuery)
		}
		for _, h := range r.Headers {
			if strings.ContainsAny(h.Name+h.Value, "\r\n") {
				t.Errorf("header %q: %q", h.Name, h.Value)
			}
		}
		if old.Headers[0].Value != "Bearer s3cr3t-value-of-a-caller" || old.RawQuery != query {
			t.Error("the request of the past is changed")
		}
	})
}

// TestReplayCompressed sends again a body that API Gateway has decompressed, and one that it refused to decompress.
func TestReplayCompressed(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte("the body"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c := newConsole(t, shop())
	for _, tt := range []struct {
		name, target, body string
		status             int
		coded              bool // the request that is sent again
	}{
		{"one that reached its integration", "POST /prod/files/a", zipped.String(), 200, false},
		{"one that no route took", "POST /prod/gone", zipped.String(), 403, true},
		{"one that is not compressed", "POST /prod/files/a", "the body", 415, true},
	} {
		r := request(tt.target, "Content-Encoding: gzip", "Content-Type: application/json")
		r.Body = []byte(tt.body)
		first := c.gateway.Serve(t.Context(), r)
		got := posted[replayed](t, c, "/~/replay", object{"id": idOf(first)}, 200)
		if first.Status != tt.status || got.Status != tt.status {
			t.Errorf("%s: %d, and then %d, want %d", tt.name, first.Status, got.Status, tt.status)
		}
		if coded := c.newest(t).Headers.Has("Content-Encoding"); coded != tt.coded {
			t.Errorf("%s: it is sent again with Content-Encoding: %t", tt.name, coded)
		}
	}
}

// TestDrain checks that the page gets the start of an answer, as text.
func TestDrain(t *testing.T) {
	long := strings.Repeat("é", mostShown)
	for _, tt := range []struct {
		name   string
		answer exchange.Answer
		body   string
		more   bool
	}{
		{"nothing", exchange.Answer{}, "", false},
		{"a text", exchange.Answer{Body: []byte("é")}, "é", false},
		{"no text", exchange.Answer{Body: []byte("a\xff")}, "a\uFFFD", false},
		{"a long one", exchange.Answer{Body: []byte(long)}, long[:mostShown], true},
		{"a long one, cut in a character", exchange.Answer{Body: []byte("x" + long)}, "x" + long[:mostShown-2], true},
		{"a stream", exchange.Answer{Stream: io.NopCloser(strings.NewReader("parts"))}, "parts", false},
		{"a long stream", exchange.Answer{Stream: io.NopCloser(strings.NewReader(long))}, long[:mostShown], true},
		{
			"one that breaks off",
			exchange.Answer{Stream: io.NopCloser(io.MultiReader(strings.NewReader("part"), broken{}))}, "part", false,
		},
	} {
		if body, more := drain(tt.answer); body != tt.body || more != tt.more {
			t.Errorf("%s: %d bytes, more: %t; want %d bytes, %t", tt.name, len(body), more, len(tt.body), tt.more)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
