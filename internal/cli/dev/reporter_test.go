package dev

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)

// reporterTo returns a reporter that waits for no announcement.
func reporterTo(out io.Writer, json bool, now func() time.Time) reporter {
	r := newReporter(&command.Process{Stdout: out, Now: now}, json)
	r.unannounced()
	return r
}

// TestBeforeTheAnnouncement checks that the output of functions that a dry run starts comes after the announcement, or
// at least is not lost.
func TestBeforeTheAnnouncement(t *testing.T) {
	line := lambdaruntime.LogLine{Function: "F", Text: "it starts"}
	for _, tt := range []struct {
		name string
		json bool
		then func(reporter)
		want []string
	}{
		{
			"text",
			false,
			func(r reporter) { r.announced(announcement{url: "http://127.0.0.1:1"}) },
			[]string{"listening on http://127.0.0.1:1\n", "    F | it starts\n"},
		},
		{
			"JSON",
			true,
			func(r reporter) { r.announced(announcement{url: "http://127.0.0.1:1"}) },
			[]string{`"listening"`, `"log"`},
		},
		{"stopped before it", false, reporter.unannounced, []string{"    F | it starts\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			r := newReporter(&command.Process{Stdout: &out, Now: time.Now}, tt.json)
			r.logged(line)
			if out.Len() > 0 {
				t.Fatalf("it is written at once: %s", &out)
			}
			tt.then(r)
			rest := out.String()
			for _, want := range tt.want {
				before, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("%q lacks %q, or has it before %q", &out, want, before)
				}
				rest = after
			}
			r.logged(line)
			if strings.Count(out.String(), "it starts") != 2 {
				t.Errorf("a later line is not written at once:\n%s", &out)
			}
			r.unannounced()
			if strings.Count(out.String(), "it starts") != 2 {
				t.Errorf("a line is written twice:\n%s", &out)
			}
		})
	}
}

func record(change func(*apigateway.Record)) *apigateway.Record {
	r := &apigateway.Record{
		Request: &exchange.Request{
			Verb:      "GET",
			RawPath:   "/prod/orders/42",
			RawQuery:  "token=" + token,
			RequestID: "a-request",
			Headers: exchange.Headers{
				{Name: "authorization", Value: "Bearer " + token},
				{Name: "x-api-key", Value: "opaque-key"},
			},
		},
		Answer: exchange.Answer{Status: 200}, Time: noon, Took: 23456 * time.Microsecond, Route: "GET /orders/{id}",
		Verdict: checks.Verdict{
			Authorizer:     "TOKEN",
			Cache:          "MISS",
			AuthorizerTime: 11 * time.Millisecond,
			Principal:      "jane",
		},
		IntegrationTime: 9 * time.Millisecond,
	}
	change(r)
	return r
}

func TestRequest(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		change    func(*apigateway.Record)
		want      string
	}{
		{
			"allowed",
			"",
			func(*apigateway.Record) {},
			"12:00:00.123  200  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  jane  23ms",
		},
		{"cached", "no function was asked", func(r *apigateway.Record) {
			r.Verdict.Cache, r.Verdict.AuthorizerTime, r.Took = "HIT", 0, 1234*time.Microsecond
		},
			"12:00:00.123  200  GET /prod/orders/42  [GET /orders/{id}]  TOKEN HIT  jane  1.2ms"},
		{"denied", "the reason is on the same line", func(r *apigateway.Record) {
			r.Answer.Status, r.Verdict.Principal, r.Reason = 403, "",
				"statement 2 of the authorizer's policy denies it\nand so does another"
		}, "12:00:00.123  403  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  -  23ms  " +
			"statement 2 of the authorizer's policy denies it; and so does another"},
		{"no route", "nothing was checked", func(r *apigateway.Record) {
			r.Route, r.Verdict, r.Answer.Status, r.Reason = "", checks.Verdict{}, 403, "no route"
		}, "12:00:00.123  403  GET /prod/orders/42  [-]  -  -  23ms  no route"},
		{
			"refused by the function",
			"no check of the gateway denied it",
			func(r *apigateway.Record) { r.Answer.Status = 403 },
			"12:00:00.123  403  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  jane  23ms  " +
				"the function itself answered 403",
		},
		{"not found by the function", "404 says it", func(r *apigateway.Record) { r.Answer.Status = 404 },
			"12:00:00.123  404  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  jane  23ms"},
		{"of a page that may read it", "the verdict has a line of its own", func(r *apigateway.Record) {
			r.Browser = browser.Verdict{Applies: true, Readable: true}
		}, "12:00:00.123  200  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  jane  23ms\n" +
			"    readable by the page"},
		{"of a page that may not", "with what changes it", func(r *apigateway.Record) {
			r.Browser = browser.Verdict{
				Applies: true, Why: "the page's origin null is not allowed, says " + token, Prop: "CORS.AllowOrigins",
				Fix: "add it",
			}
		}, "12:00:00.123  200  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  jane  23ms\n" +
			"    blocked by the browser: the page's origin null is not allowed, says [not shown]: add it"},
		{"public", "", func(r *apigateway.Record) { r.Verdict = checks.Verdict{Authorizer: "none"} },
			"12:00:00.123  200  GET /prod/orders/42  [GET /orders/{id}]  none  -  23ms"},
		{"credentials", "in a path and in what others say about the request", func(r *apigateway.Record) {
			r.Request.RawPath, r.Reason, r.Verdict.Principal = "/prod/"+token,
				"the header is Bearer "+token+", with opaque-key", "key opaque-key"
		}, "12:00:00.123  200  GET /prod/[not shown]  [GET /orders/{id}]  TOKEN MISS 11ms  key [not shown]  23ms  " +
			"the header is [not shown], with [not shown]"},
		{
			"escapes",
			"a terminal is told nothing",
			func(r *apigateway.Record) { r.Verdict.Principal, r.Reason = "\x1b[31mjane", "a\tb\u202ec" },
			"12:00:00.123  200  GET /prod/orders/42  [GET /orders/{id}]  TOKEN MISS 11ms  \\x1b[31mjane  23ms  a  b\\u202ec",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			reporterTo(&b, false, time.Now).answered(record(tt.change))
			if got := b.String(); got != tt.want+"\n" {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			b.Reset()
			reporterTo(&b, true, time.Now).answered(record(tt.change))
			if strings.Count(b.String(), "\n") != 1 || strings.Contains(b.String(), token) ||
				strings.Contains(b.String(), "opaque-key") {
				t.Errorf("JSON: %s", &b)
			}
		})
	}
}

func TestRequestJSON(t *testing.T) {
	var b bytes.Buffer
	reporterTo(&b, true, time.Now).answered(record(func(r *apigateway.Record) {
		r.Answer.Status, r.Reason = 403, "a <reason>"
	}))
	const want = `{"event":"request","time":"2026-03-01T12:00:00.123Z","status":403,"verb":"GET",` +
		`"path":"/prod/orders/42","route":"GET /orders/{id}",` +
		`"authorizer":{"kind":"TOKEN","cache":"MISS","ms":11},"principal":"jane","integrationMs":9,"ms":23.456,` +
		`"reason":"a <reason>","requestId":"a-request"}` + "\n"
	if got := b.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// waiting is an open request of an age at noon.
func waiting(path, function string, age time.Duration) pending {
	return pending{
		Arrival: apigateway.Arrival{
			Request: &exchange.Request{Verb: "GET", RawPath: path, RequestID: "a-request"},
			Time:    noon.Add(-age),
		},
		function: function,
	}
}

func TestOthers(t *testing.T) {
	now := func() time.Time { return noon }
	for _, tt := range []struct {
		name       string
		write      func(reporter)
		text, json string
	}{
		{"a function's line", func(r reporter) {
			r.logged(lambdaruntime.LogLine{
				Function:  "Orders-Backend",
				RequestID: "a-request",
				Stream:    lambdaruntime.Stdout,
				Text:      "got\t" + token,
			})
		}, "    Orders-Backend | got  [not shown]\n",
			`{"event":"log","time":"2026-03-01T12:00:00.123Z","function":"Orders-Backend","requestId":"a-request",` +
				`"stream":"stdout","text":"got\t[not shown]"}` + "\n"},
		{
			"before the first request",
			func(r reporter) {
				r.logged(lambdaruntime.LogLine{Function: "f", Stream: lambdaruntime.Platform, Text: "INIT", Cut: true})
			},
			"    f | INIT\n",
			`{"event":"log","time":"2026-03-01T12:00:00.123Z","function":"f","stream":"platform",` +
				`"text":"INIT","cut":true}` + "\n",
		},
		{
			"refused",
			func(r reporter) { r.refused(front.Refusal{Status: 400, Reason: "two Host headers"}) },
			"12:00:00.123  400  not understood: two Host headers\n",
			`{"event":"refused","time":"2026-03-01T12:00:00.123Z","status":400,"reason":"two Host headers"}` + "\n",
		},
		{
			"refused for its size",
			func(r reporter) { r.refused(front.Refusal{Status: 413, Reason: "too large"}) },
			"12:00:00.123  413  refused: too large\n",
			`{"event":"refused","time":"2026-03-01T12:00:00.123Z","status":413,"reason":"too large"}` + "\n",
		},
		{
			"the sources changed",
			func(r reporter) {
				r.changed(change{files: []string{"orders/serve.go"}, functions: []string{"Shop/Orders"}})
			},
			"12:00:00.123  orders/serve.go has changed: Shop/Orders is built again\n",
			`{"event":"changed","time":"2026-03-01T12:00:00.123Z",` +
				`"text":"orders/serve.go has changed: Shop/Orders is built again",` +
				`"files":["orders/serve.go"],"functions":["Shop/Orders"]}` + "\n",
		},
		{"reloaded", func(r reporter) {
			r.reloaded(reloaded{took: 1234 * time.Millisecond, problems: differences{all: []string{"Shop/Far: not served"}}})
		},
			"12:00:00.123  the new API is served, after 1.2 s\ndiffers from AWS: Shop/Far: not served\n",
			`{"event":"reloaded","time":"2026-03-01T12:00:00.123Z","text":"the new API is served, after 1.2 s"}` + "\n" +
				`{"event":"problem","text":"Shop/Far: not served"}` + "\n"},
		{"reloaded with other access", func(r reporter) {
			r.reloaded(reloaded{took: time.Second, access: &accessdiff.Diff{Changes: []accessdiff.Change{
				{API: "Shop/Api", Route: "GET /orders", Effect: accessdiff.Lost, Text: "GET /orders: everyone lost"},
			}}})
		},
			"12:00:00.123  the new API is served, after 1.0 s\n    Shop/Api\n      - GET /orders: everyone lost\n",
			`{"event":"reloaded","time":"2026-03-01T12:00:00.123Z","text":"the new API is served, after 1.0 s","access":` +
				`[{"api":"Shop/Api","route":"GET /orders","effect":"lost","text":"GET /orders: everyone lost"}]}` + "\n"},
		{"reloaded with another API", func(r reporter) {
			r.reloaded(reloaded{took: time.Second, stages: []servedStage{
				{api: "Shop/Admin", url: "http://127.0.0.1:3000/prod-admin", sees: "prod"},
			}})
		},
			"12:00:00.123  the new API is served, after 1.0 s\nShop/Admin is at http://127.0.0.1:3000/prod-admin, as another " +
				"API has the stage prod too: its functions see prod\n",
			`{"event":"reloaded","time":"2026-03-01T12:00:00.123Z","text":"the new API is served, after 1.0 s"}` + "\n" +
				`{"api":"Shop/Admin","event":"stage","url":"http://127.0.0.1:3000/prod-admin"}` + "\n"},
		{"reloaded with the same access", func(r reporter) {
			r.reloaded(reloaded{took: time.Second, access: &accessdiff.Diff{}})
		},
			"12:00:00.123  the new API is served, after 1.0 s; access is unchanged\n",
			`{"event":"reloaded","time":"2026-03-01T12:00:00.123Z",` +
				`"text":"the new API is served, after 1.0 s; access is unchanged"}` + "\n"},
		{"not reloaded", func(r reporter) { r.reloadFailed(errors.New("no app")) },
			"12:00:00.123  the old API is still served: no app\n",
			`{"event":"reload failed","time":"2026-03-01T12:00:00.123Z","text":"the old API is still served: no app"}` + "\n"},
		{"a request that takes long", func(r reporter) { r.slow(waiting("/prod/"+token, "Orders", 3200*time.Millisecond)) },
			"12:00:00.123  ...  GET /prod/[not shown]  no answer after 3.2 s: it waits for the function Orders\n",
			`{"event":"slow","time":"2026-03-01T12:00:00.123Z","requestId":"a-request","function":"Orders",` +
				`"text":"GET /prod/[not shown]  no answer after 3.2 s: it waits for the function Orders"}` + "\n"},
		{"one that waits for no function", func(r reporter) { r.slow(waiting("/prod/far", "", 3*time.Second)) },
			"12:00:00.123  ...  GET /prod/far  no answer after 3.0 s\n",
			`{"event":"slow","time":"2026-03-01T12:00:00.123Z","requestId":"a-request",` +
				`"text":"GET /prod/far  no answer after 3.0 s"}` + "\n"},
		{"it stops", func(r reporter) {
			r.stopping(waits{at: noon, open: []pending{waiting("/a", "F", time.Second)}, within: endsWithin})
		}, "12:00:00.123  stopping: it waits for GET /a (in F, 1.0 s old), at most 5.0 s or until the next Ctrl-C\n",
			`{"event":"stopping","time":"2026-03-01T12:00:00.123Z",` +
				`"text":"stopping: it waits for GET /a (in F, 1.0 s old), at most 5.0 s or until the next Ctrl-C"}` + "\n"},
		{"it has stopped", func(r reporter) { r.stopped(waits{}) }, "12:00:00.123  stopped: no request was open\n",
			`{"event":"stopped","time":"2026-03-01T12:00:00.123Z","text":"stopped: no request was open"}` + "\n"},
		{"it has waited", func(r reporter) {
			r.stopped(waits{at: noon, took: 1200 * time.Millisecond, open: []pending{
				waiting("/a", "F", time.Second), waiting("/b", "", 0), waiting("/c", "", 0), waiting("/d", "", 0),
			}})
		}, "12:00:00.123  stopped: after 1.2 s, with an answer to GET /a (in F, 1.0 s old), GET /b (0.0 s old), " +
			"GET /c (0.0 s old) and 1 more\n",
			`{"event":"stopped","time":"2026-03-01T12:00:00.123Z","text":"stopped: after 1.2 s, with an answer to ` +
				`GET /a (in F, 1.0 s old), GET /b (0.0 s old), GET /c (0.0 s old) and 1 more"}` + "\n"},
		{"no requests were open", func(r reporter) {
			one := []pending{waiting("/a", "F", time.Second)}
			r.stopped(waits{at: noon, took: endsWithin, open: append(one, waiting("/b", "", 0)), left: one})
		}, "12:00:00.123  stopped: after 5.0 s without an answer to GET /a (in F, 1.0 s old)\n",
			`{"event":"stopped","time":"2026-03-01T12:00:00.123Z",` +
				`"text":"stopped: after 5.0 s without an answer to GET /a (in F, 1.0 s old)"}` + "\n"},
		{"a notice", func(r reporter) { r.noticed("Shop/Api: GET /a: base64") }, "12:00:00.123  Shop/Api: GET /a: base64\n",
			`{"event":"notice","time":"2026-03-01T12:00:00.123Z","text":"Shop/Api: GET /a: base64"}` + "\n"},
		{"a process", func(r reporter) { r.started("Orders", 4711) },
			"12:00:00.123  Orders runs as process 4711: dlv attach 4711\n",
			`{"event":"process","time":"2026-03-01T12:00:00.123Z","function":"Orders","pid":4711}` + "\n"},
		{"panicked", func(r reporter) { r.panicked("nil map", []byte("goroutine 1")) },
			"12:00:00.123  gatehouse itself failed: nil map\ngoroutine 1\n",
			`{"event":"panic","time":"2026-03-01T12:00:00.123Z","text":"gatehouse itself failed: nil map\ngoroutine 1"}` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for asJSON, want := range map[bool]string{false: tt.text, true: tt.json} {
				var b bytes.Buffer
				tt.write(reporterTo(&b, asJSON, now))
				if got := b.String(); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

// TestNothingOfALogin checks that no code, state or cookie of a login is printed. Each of them could be used to get a
// session.
func TestNothingOfALogin(t *testing.T) {
	const secret = "of-a-login-"
	said := secret + "code, " + secret + "state, " + secret + "attempt, " + secret + "old, " + secret + "new"
	for _, json := range []bool{false, true} {
		var out bytes.Buffer
		reporterTo(&out, json, time.Now).answered(record(func(r *apigateway.Record) {
			r.Request.RawPath = "/auth/callback"
			r.Request.RawQuery = "code=" + secret + "code&state=" + secret + "state&iss=https://idp.example.com"
			r.Request.Headers = exchange.Headers{
				{Name: "cookie", Value: "__Host-login-a=" + secret + "attempt; __Host-session=" + secret + "old"},
				{Name: "Sec-Fetch-Site", Value: "cross-site"},
			}
			r.Identity = []string{"Cookie", "Sec-Fetch-Site"}
			r.Answer.Status, r.Reason = 500, said+", the site is cross-site"
			r.Answer.Headers = exchange.Headers{{Name: "Set-Cookie", Value: "__Host-session=" + secret + "new; Path=/; Secure"}}
		}))
		if got := out.String(); strings.Contains(got, secret) || !strings.Contains(got, "the site is cross-site") {
			t.Errorf("got %s", got)
		}
	}
}

// TestConcurrent checks that the lines of many requests do not mix.
func TestConcurrent(t *testing.T) {
	var b bytes.Buffer
	r := reporterTo(&b, true, time.Now)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 20 {
				r.answered(record(func(*apigateway.Record) {}))
			}
		})
	}
	all.Wait()
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Fatalf("no JSON: %s", line)
		}
	}
	if len(lines) != 400 {
		t.Errorf("%d lines, want 400", len(lines))
	}
}

// FuzzPrintable checks that every text becomes one line without control characters.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"plain", "a\nb", "\x1b[2J", "\xff\xfe", "\u202e", token} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := printable(credentials.MaskTokens(text))
		for _, r := range got {
			if r < ' ' || r == 0x7f || r == '\u202e' {
				t.Errorf("printable(%q) has %q", text, r)
			}
		}
		if credentials.MaskTokens(got) != got {
			t.Errorf("printable(%q) has a token: %q", text, got)
		}
	})
}

func TestMetricsAreLeftOutForPeople(t *testing.T) {
	const line = `{"message":"decision","totalMs":0.1,"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},` +
		`"functionName":"a","allowed":1}`
	for text, want := range map[string]string{
		line:                       `{"message":"decision","totalMs":0.1} and metrics`,
		`{"_aws":{"Timestamp":1}}`: `{"_aws":{"Timestamp":1}}`,
		`not JSON,"_aws":{`:        `not JSON,"_aws":{`,
	} {
		var out bytes.Buffer
		reporterTo(&out, false, time.Now).logged(lambdaruntime.LogLine{Function: "f", Text: text})
		if got := out.String(); !strings.HasSuffix(got, " | "+want+"\n") {
			t.Errorf("got %q, want the end %q", got, want)
		}
	}
	var out bytes.Buffer
	reporterTo(&out, true, time.Now).logged(lambdaruntime.LogLine{Function: "f", Text: line})
	if !strings.Contains(out.String(), "CloudWatchMetrics") {
		t.Errorf("a machine does not get them: %s", out.String())
	}
}

// TestIdentityIsNotShown has an identity source whose name does not show that it is a credential.
func TestIdentityIsNotShown(t *testing.T) {
	const secret = "shop-secret-1234"
	for _, asJSON := range []bool{false, true} {
		var b bytes.Buffer
		reporterTo(&b, asJSON, time.Now).answered(record(func(r *apigateway.Record) {
			r.Identity = []string{"X-Shop"}
			r.Request.Headers = append(r.Request.Headers, exchange.Header{Name: "x-shop", Value: secret})
			r.Verdict.Principal, r.Reason = secret, "the authorizer's policy for "+secret+" denies it"
		}))
		if strings.Contains(b.String(), secret) {
			t.Errorf("it is shown: %s", &b)
		}
	}
}
