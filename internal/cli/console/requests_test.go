package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TestRing checks that the last requests are recorded without bodies, the newest first.
func TestRing(t *testing.T) {
	c := newConsole(t, shop())
	if got := get[requests](t, c, "/~/requests"); got.Last != 0 || len(got.Requests) != 0 || got.Run == "" {
		t.Errorf("before any: %+v", got)
	}
	for n := range kept + 5 {
		c.call(t, fmt.Sprintf("GET /prod/open?n=%d", n))
	}
	all := get[requests](t, c, "/~/requests")
	if len(all.Requests) != kept || all.Last != kept+5 || all.Requests[0].Seq != kept+5 ||
		all.Requests[kept-1].Seq != 6 {
		t.Errorf(
			"%d requests, from %d to %d, last %d",
			len(all.Requests),
			all.Requests[0].Seq,
			all.Requests[len(all.Requests)-1].Seq,
			all.Last,
		)
	}
	for after, want := range map[int]int{0: kept, 5: kept, 6: kept - 1, kept + 4: 1, kept + 5: 0, 100_000: 0} {
		if got := get[requests](t, c, fmt.Sprintf("/~/requests?after=%d", after)); len(got.Requests) != want ||
			got.Last != kept+5 {
			t.Errorf("after %d: %d requests, want %d", after, len(got.Requests), want)
		}
	}
	if a := c.Serve(t.Context(), request("GET /~/requests/"+all.Requests[kept-1].ID)); a.Status != 200 {
		t.Errorf("the oldest: %d: %s", a.Status, a.Body)
	}
	for _, e := range c.ring.entries {
		if e.Answer.Body != nil {
			t.Fatal("an answer's body is recorded")
		}
	}
}

// TestRingIsSmall checks that the ring keeps only a part of a function's output, and does not change the record.
func TestRingIsSmall(t *testing.T) {
	const megabyte = 1 << 20
	token := "eyJhbGciOiJSUzI1NiJ9." + strings.Repeat("x", longest) + ".signature"
	long := "it failed with " + token + strings.Repeat(" and so on", megabyte/10)
	record := &apigateway.Record{Request: request("GET /prod/open"), Route: "GET /open", Reason: long,
		Answer: exchange.Answer{Body: make([]byte, megabyte), Headers: exchange.Headers{{Name: "X", Value: long}}},
		Verdict: checks.Verdict{
			Denial: &mapping.Failure{Reason: long},
			Trace:  []checks.Step{{Check: "policy", Detail: long}},
		}}
	record.Request.RequestID = "long"
	c := newConsole(t, shop())
	c.Record(record)
	if record.Reason != long || record.Verdict.Trace[0].Detail != long || record.Answer.Headers[0].Value != long ||
		len(record.Answer.Body) != megabyte {
		t.Error("the record was changed")
	}
	a := c.Serve(t.Context(), request("GET /~/requests/long"))
	if len(a.Body) > 6*longest || !bytes.Contains(a.Body, []byte("bytes in all")) ||
		bytes.Contains(a.Body, []byte("eyJ")) {
		t.Errorf("%d bytes: %.5000s", len(a.Body), a.Body)
	}
	for _, text := range []string{"", "a b", strings.Repeat("x", longest)} {
		if got := short(text); got != text {
			t.Errorf("a text of %d bytes became %q", len(text), got)
		}
	}
	if got := short(strings.Repeat("x", longest+1)); got != fmt.Sprintf(" … (%d bytes in all)", longest+1) {
		t.Errorf("a word that is too long: %.100s", got)
	}
}

func TestRingConcurrently(t *testing.T) {
	var r ring
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				r.add(&apigateway.Record{Request: &exchange.Request{RequestID: "id", Body: []byte("body")}})
				if entries, _ := r.after(0); len(entries) > kept {
					t.Errorf("%d entries", len(entries))
				}
				r.find("id")
			}
		})
	}
	all.Wait()
	entries, last := r.after(0)
	if last != 4000 || len(entries) != kept {
		t.Errorf("last %d, %d entries", last, len(entries))
	}
	for i, e := range entries {
		if e.seq != last-i {
			t.Fatalf("entry %d is number %d", i, e.seq)
		}
	}
}

// has reports whether these steps, as "check outcome", are among the decision's in their order, and end it.
func (d decision) has(want []string) bool {
	for i, s := range d.Steps {
		if s.Check+" "+s.Outcome == want[0] {
			if want = want[1:]; len(want) == 0 {
				return i == len(d.Steps)-1
			}
		}
	}
	return false
}

func decisionOf(t *testing.T, c *tested, a exchange.Answer) decision {
	t.Helper()
	return get[decision](t, c, "/~/requests/"+a.Headers.Get("x-amzn-RequestId"))
}

func TestDecision(t *testing.T) {
	c := newConsole(t, shop())
	token := func(r devissuer.TokenRequest) string {
		text, err := c.gateway.Issuer().Mint(r)
		if err != nil {
			t.Fatal(err)
		}
		return "X-Shop: Bearer " + text
	}
	pool := get[apis](t, c, "/~/apis").Issuers
	i := slices.IndexFunc(pool, func(i issuer) bool { return strings.Contains(i.URL, "cognito") })
	if i < 0 {
		t.Fatalf("no user pool: %+v", pool)
	}
	access := devissuer.TokenRequest{
		Issuer:  pool[i].URL,
		Use:     devissuer.Access,
		Subject: "jane",
		Scopes:  []string{"orders/read"},
	}
	for _, tt := range []struct {
		name, target string
		headers      []string
		status       int
		want         []string
		last         string // of the step that decided
	}{
		{
			"public",
			"GET /prod/open",
			nil,
			200,
			[]string{"route passed", "resource policy passed", "integration passed"},
			"answered 200 without a function",
		},
		{
			"a token",
			"GET /prod/orders",
			[]string{token(access)},
			200,
			[]string{
				"route passed",
				"identity source passed",
				"token passed",
				"scopes passed",
				"resource policy passed",
				"integration passed",
			},
			"answered 200 without a function",
		},
		{
			"no token",
			"GET /prod/orders",
			nil,
			401,
			[]string{"route passed", "identity source stopped", "integration not reached"},
			"an earlier check answered the request",
		},
		{
			"no scope",
			"GET /prod/orders",
			[]string{token(devissuer.TokenRequest{Issuer: pool[i].URL, Use: devissuer.Access})},
			401,
			[]string{"route passed", "identity source passed", "token passed", "scopes stopped", "integration not reached"},
			"an earlier check answered the request",
		},
		{"no route", "GET /prod/gone", nil, 403, []string{"route stopped"}, "no route matches GET /gone"},
		{"no stage", "GET /test/open", nil, 403, []string{"route stopped"}, `there is no stage "test"`},
		{"not served", "GET /prod/far", nil, 501, []string{"route passed", "integration stopped"}, "Far"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := c.call(t, tt.target, tt.headers...)
			d := decisionOf(t, c, a)
			if a.Status != tt.status || d.Status != tt.status || !d.has(tt.want) {
				t.Errorf("%d: got %+v\nwant %d: %q", a.Status, d.Steps, tt.status, tt.want)
			}
			if last := d.Steps[len(d.Steps)-1].Detail; !strings.Contains(last, tt.last) {
				t.Errorf("the last step: %q, want %q", last, tt.last)
			}
			if tt.name == "a token" &&
				(d.Principal != "jane" || len(d.Claims) != 1 || !strings.Contains(string(d.Claims[0].Claims), `"sub":"jane"`)) {
				t.Errorf("principal %q, claims %s", d.Principal, d.Claims)
			}
		})
	}
}

// TestIntegration checks the step "integration" of a request.
func TestIntegration(t *testing.T) {
	for _, tt := range []struct {
		name   string
		record apigateway.Record
		want   step
	}{
		{
			"a function",
			apigateway.Record{Answer: exchange.Answer{Status: 201}, IntegrationTime: 3210 * time.Microsecond},
			step{Check: "integration", Outcome: passed, Detail: "the function answered 201 in 3.21 ms"},
		},
		{
			"a function's own 403",
			apigateway.Record{Answer: exchange.Answer{Status: 403}, IntegrationTime: time.Second},
			step{Check: "integration", Outcome: passed, Detail: "the function answered 403 in 1000 ms"},
		},
		{
			"a failure",
			apigateway.Record{
				Answer:          exchange.Answer{Status: 502},
				IntegrationTime: time.Second,
				Reason:          "the function failed: it crashed",
			},
			step{Check: "integration", Outcome: stopped, Detail: "the function failed: it crashed"},
		},
		{
			"a denial of no check",
			apigateway.Record{
				Answer:  exchange.Answer{Status: 500},
				Verdict: checks.Verdict{Denial: &mapping.Failure{Reason: "authorization is not known"}},
			},
			step{Check: "integration", Outcome: stopped, Detail: "authorization is not known"},
		},
	} {
		if got := integration(entry{Record: tt.record}); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestNoCredential checks that the page never gets credentials of a request.
func TestNoCredential(t *testing.T) {
	c := newConsole(t, shop())
	const opaque = "opaque-credential-"
	token, err := c.gateway.Issuer().Mint(
		devissuer.TokenRequest{
			Issuer:  "https://idp.example.com",
			Subject: "jane",
			Claims:  map[string]any{"inner": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJqYW5lIn0."},
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	signature := token[strings.LastIndexByte(token, '.')+1:]
	answers := []exchange.Answer{
		c.call(
			t,
			"GET /prod/open?access_token="+opaque+"1&limit=10&"+opaque+"2",
			"Authorization: Bearer "+token,
			"Cookie: theme=dark; id="+opaque+"3",
			"X-API-Key: "+opaque+"4",
		),
		c.call(t, "GET /prod/orders", "X-Shop: "+opaque+"5", "X-Amz-Security-Token: "+opaque+"6"), // an identity source
		c.call(
			t,
			"GET /prod/"+token,
			"Authorization: Basic "+opaque+"7",
			"Referer: https://a/?t="+opaque+"8",
		), // in the path
		c.call(
			t,
			"GET /prod/signed?X-Amz-Security-Token="+opaque+"9&X-Amz-Signature="+opaque+"10",
			"Authorization: AWS4-HMAC-SHA256 Credential=a, Signature="+opaque+"11",
		),
		c.call(t, "GET /prod/query?access="+opaque+"12", "X-Session-Of: "+opaque+"13", "X-Note: the token is "+token),
	}
	callback := request("GET /prod/auth/callback?code="+opaque+"18&state="+opaque+"19",
		"Cookie: __Host-session="+opaque+"20; __Host-login-a="+opaque+"21", "Sec-Fetch-Site: cross-site")
	callback.RequestID = "callback"
	said := "the code " + opaque + "18 of the state " + opaque + "19, with " + opaque + "20 and " + opaque + "21, got " +
		opaque + "22"
	c.Record(&apigateway.Record{
		Request: callback, Route: "GET /auth/callback", Reason: said,
		Answer: exchange.Answer{Status: 500, Headers: exchange.Headers{
			{Name: "Set-Cookie", Value: "__Host-session=" + opaque + "22; Path=/"}}},
		Verdict: checks.Verdict{Trace: []checks.Step{{Check: "policy", Passed: true, Detail: said}}},
	})
	answers = append(answers, exchange.Answer{})
	c.Record(
		&apigateway.Record{
			Request: request("GET /prod/open", "Authorization: "+opaque+"14"),
			Route:   "GET /open",
			Reason:  "who sent " + opaque + "14 may not",
			Answer: exchange.Answer{
				Headers: exchange.Headers{
					{Name: "Set-Cookie", Value: "id=" + opaque + "15"},
					{Name: "Location", Value: "/x?code=" + opaque + "16"},
					{Name: "Location", Value: "/x#access_token=" + opaque + "17"},
				},
			},
			Verdict: checks.Verdict{
				Principal: opaque + "14",
				Trace:     []checks.Step{{Check: "policy", Detail: "for " + opaque + "14"}},
			},
		},
	)
	data := [][]byte{
		c.Serve(t.Context(), request("GET /~/requests")).Body,
		c.Serve(t.Context(), request("GET /~/apis")).Body,
	}
	for _, e := range append([]entry(nil), must(c.ring.after(0))...) {
		a := c.Serve(t.Context(), request("GET /~/requests/"+e.Request.RequestID))
		if a.Status != 200 {
			t.Fatalf("%d: %s", a.Status, a.Body)
		}
		data = append(data, a.Body)
	}
	if len(data) != 2+len(answers)+1 {
		t.Fatalf("%d answers", len(data))
	}
	for _, text := range data {
		for _, secret := range []string{
			opaque,
			signature,
			token[:20],
			"eyJ",
			c.gateway.AccessKeys()[0].Secret,
			"a-key-of-twenty-signs",
		} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%q is in %s", secret, text)
			}
		}
	}
	// Helpful details remain.
	d := decisionOf(t, c, answers[0])
	if len(d.Claims) != 1 || !strings.Contains(string(d.Claims[0].Claims), `"sub":"jane"`) ||
		d.Shown.Query != "access_token=[not shown]&limit=10&[not shown]" {
		t.Errorf("claims %s, query %q", d.Claims, d.Shown.Query)
	}
	if !slices.Contains(d.Headers, [2]string{"Authorization", "Bearer [not shown]"}) ||
		!slices.Contains(d.Headers, [2]string{"Cookie", "[not shown]"}) {
		t.Errorf("headers %q", d.Headers)
	}
}

// A preflight of a dev server's page is answered before a route is looked for.
func TestDecisionOnPreflight(t *testing.T) {
	got := steps(entry{Record: apigateway.Record{Answer: exchange.Answer{Status: 204}}})
	if len(got) != 1 || got[0].Outcome != notReached || !strings.Contains(got[0].Detail, "--cors-origin") {
		t.Errorf("got %+v", got)
	}
}

func must(entries []entry, _ int) []entry { return entries }

// TestNoRead checks that a text that only looks like a token is not shown.
func TestNoRead(t *testing.T) {
	same := func(text string) string { return text }
	for _, token := range []string{
		"eyJhbGciOiJub25lIn0.bm8ganNvbg.x",
		"eyJhbGciOiJub25lIn0.W10.x",
		"eyJhbGciOiJub25lIn0.%%.x",
		"e30.eyJhIjo.x",
	} {
		if got, ok := read(token, same); ok {
			t.Errorf("%s: %s", token, got.Claims)
		}
	}
	if got, ok := read("eyJhbGciOiJub25lIn0.eyAiYSI6IDEgfQ.x", same); !ok || string(got.Claims) != `{"a":1}` {
		t.Errorf("%s", got.Claims)
	}
}

// FuzzDecision checks for all inputs that the page gets JSON without any part of the credential.
func FuzzDecision(f *testing.F) {
	f.Add("GET", "/prod/open", "a=b&token=c", "X-Note", "a note", "a reason")
	f.Add("GET", "/prod/\xff", "&&=;%zz", "Cookie", "=;=", "\x00\n")
	f.Add("", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, verb, path, query, name, value, reason string) {
		const secret = "s3cr3t-value-of-a-caller"
		r := &exchange.Request{
			Verb:      verb,
			RawPath:   path,
			RawQuery:  query,
			RequestID: "id",
			Headers:   exchange.Headers{{Name: name, Value: value}, {Name: "Authorization", Value: "Bearer " + secret}},
		}
		c := &Console{view: &view{}}
		c.ring.add(
			&apigateway.Record{
				Request: r,
				Route:   path,
				Reason:  reason + secret + reason,
				Verdict: checks.Verdict{Trace: []checks.Step{{Check: "policy", Detail: reason + secret}}},
			},
		)
		e, ok := c.ring.find("id")
		if !ok {
			t.Fatal("it is not found")
		}
		text, err := json.Marshal(c.view.decision(e))
		if err != nil || bytes.Contains(text, []byte(secret)) {
			t.Errorf("%v: %s", err, text)
		}
	})
}
