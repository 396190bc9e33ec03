package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestBrowser runs the tests with pages in Chromium. They share one Chromium, which takes a second of processor time to
// start, and each has a context of its own, with separate cookies and cached preflights.
func TestBrowser(t *testing.T) {
	t.Parallel()
	nodepeer.NeedBrowser(t)
	t.Cleanup(nodepeer.CloseBrowser) // after the subtests
	t.Run("calls", testCalls)
	t.Run("verdicts", testVerdicts)
}

// openPages returns a peer that makes requests from pages in a new context of Chromium.
func openPages(t *testing.T) *nodepeer.Peer {
	t.Helper()
	return nodepeer.Browse(t, "testdata/peers/browser.cjs")
}

// newPage returns the origin of an empty page. Each page has a different port and thus origin (RFC 6454, section 4).
func newPage(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>shop</title>")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// fetched has what a page can see of a request.
type fetched struct {
	Status  int
	Body    string
	Headers map[string]string // the headers that it may see, in lower case
	Error   string            // if the request failed, or the page may not see the answer
}

// fetch makes a request from a page.
func fetch(t *testing.T, browser *nodepeer.Peer, page, url string, options map[string]any) (got fetched) {
	t.Helper()
	task, err := json.Marshal(map[string]any{"page": page, "url": url, "options": options})
	if err != nil {
		t.Fatal(err)
	}
	line := browser.Say(t, string(task))
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("the browser said %q: %v", line, err)
	}
	return got
}

// visit is a request of a page, with what the page sees and what reaches the gateway.
type visit struct {
	name             string
	verb, path, body string
	token            string // "" for no Authorization header
	status           int    // 0 if the page may not see the answer
	see              string // a part of the body that the page sees
	reach            []string
}

// run makes the request from a page and returns what the page sees.
func (v visit) run(t *testing.T, browser *nodepeer.Peer, page string, api service) fetched {
	t.Helper()
	headers := map[string]string{}
	options := map[string]any{"method": v.verb, "headers": headers}
	if v.token != "" {
		headers["Authorization"] = "Bearer " + v.token
	}
	if v.body != "" {
		headers["Content-Type"], options["body"] = "application/json", v.body
	}
	api.told.take()
	got := fetch(t, browser, page, api.url+v.path, options)
	if v.status == 0 {
		// A page gets only this for an answer that it may not see: https://fetch.spec.whatwg.org/#concept-network-error
		if got.Error != "TypeError: Failed to fetch" || got.Status != 0 {
			t.Errorf("the page sees %+v, want a network error", got)
		}
	} else if got.Status != v.status || !strings.Contains(got.Body, v.see) || got.Error != "" {
		t.Errorf("the page sees %+v, want %d with %q", got, v.status, v.see)
	}
	var reached []string
	for _, r := range api.told.take() {
		line := fmt.Sprintf("%s %d", r.Method, r.Status)
		if r.AuthorizerTime > 0 {
			line += " asked"
		}
		reached = append(reached, line)
	}
	if !slices.Equal(reached, v.reach) {
		t.Errorf("the gateway received %q, want %q", reached, v.reach)
	}
	return got
}

// testCalls calls the API from pages of other origins in Chromium, which follows the Fetch standard:
// https://fetch.spec.whatwg.org/#http-cors-protocol. The authorizer never runs for a preflight, and a page of an
// allowed origin can read the reason of a refusal.
func testCalls(t *testing.T) {
	t.Parallel()
	browser := openPages(t)
	shop, office, stranger := newPage(t), newPage(t), newPage(t)

	t.Run("a single origin", func(t *testing.T) {
		s := idp(stack.Token)
		s.Origins = []string{shop}
		api := served(t, s)
		reader := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}})
		writer := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read", "orders/write"}})
		for _, v := range []visit{
			{"public", "GET", "/health", "", "", 200, `"ok"`, []string{"GET 200"}},
			{"without a token", "GET", "/orders", "", "", 401, `{"message":"Unauthorized"}`, []string{"GET 401"}},
			{
				"not a JWT",
				"GET",
				"/orders",
				"",
				"no.real.token",
				401,
				`{"message":"Unauthorized"}`,
				[]string{"OPTIONS 204", "GET 401 asked"},
			},
			{
				"a valid token, and the preflight is still cached",
				"GET",
				"/orders",
				"",
				reader,
				200,
				`{"orders":[]}`,
				[]string{"GET 200 asked"},
			},
			{
				"reading is not writing",
				"POST",
				"/orders",
				anOrder,
				reader,
				403,
				`{"Message":"User is not authorized to access this resource`,
				[]string{"POST 403"},
			},
			{
				"nor deleting",
				"DELETE",
				noOrder,
				"",
				reader,
				403,
				`{"Message":"User is not authorized to access this resource`,
				[]string{"OPTIONS 204", "DELETE 403"},
			},
			{"the function's own 404", "GET", noOrder, "", reader, 404, "", []string{"GET 404"}},
			{
				"the function's own 422",
				"POST",
				"/orders",
				`{}`,
				writer,
				422,
				"the member is missing",
				[]string{"POST 422 asked"},
			},
			{
				"an unknown path",
				"GET",
				"/nothing",
				"",
				"",
				403,
				`{"message":"Missing Authentication Token"}`,
				[]string{"GET 403"},
			},
			{
				"an unknown path, with a token",
				"GET",
				"/nothing",
				"",
				reader,
				0,
				"",
				[]string{"OPTIONS 403"},
			}, // there is no preflight for this path
		} {
			t.Run(v.name, func(t *testing.T) { v.run(t, browser, shop, api) })
		}
		t.Run("writing", func(t *testing.T) {
			got := visit{
				"",
				"POST",
				"/orders",
				anOrder,
				writer,
				201,
				`"createdBy":"developer"`,
				[]string{"POST 201"},
			}.run(t, browser, shop, api)
			if !strings.HasPrefix(got.Headers["location"], "orders/") || got.Headers["content-type"] == "" {
				t.Errorf("the page sees the headers %v, want also Location, which is exposed", got.Headers)
			}
			if id, seen := got.Headers["x-amzn-requestid"]; seen {
				t.Errorf("the page sees x-amzn-RequestId %q, which is not exposed", id)
			}
		})
		for _, v := range []visit{
			{"of a public route", "GET", "/health", "", "", 0, "", []string{"GET 200"}},
			{"of a 401", "GET", "/orders", "", "", 0, "", []string{"GET 401"}},
			{"with a good token", "GET", "/orders", "", reader, 0, "", []string{"OPTIONS 204"}}, // the request is not sent
			{"writing", "POST", "/orders", anOrder, writer, 0, "", []string{"OPTIONS 204"}},
		} {
			t.Run("another origin sees nothing "+v.name, func(t *testing.T) { v.run(t, browser, stranger, api) })
		}
	})

	t.Run("several origins", func(t *testing.T) {
		s := idp(stack.Request)
		s.Origins = []string{shop, office}
		api := served(t, s)
		reader := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}})
		for n, page := range s.Origins {
			asked := []string{" asked", ""}[n] // the first one's answer is kept for the second
			for _, v := range []visit{
				{
					"reading is not writing",
					"POST",
					"/orders",
					anOrder,
					reader,
					403,
					`{"Message":"User is not authorized`,
					[]string{"OPTIONS 204", "POST 403" + asked},
				},
				{"a good token", "GET", "/orders", "", reader, 200, `{"orders":[]}`, []string{"GET 200"}},
				{"without a token", "GET", "/orders", "", "", 401, `{"message":"Unauthorized"}`, []string{"GET 401"}},
			} {
				t.Run(fmt.Sprintf("origin %d, %s", n+1, v.name), func(t *testing.T) { v.run(t, browser, page, api) })
			}
		}
		for _, v := range []visit{
			{"of a public route", "GET", "/health", "", "", 0, "", []string{"GET 200"}},
			{"with a good token", "GET", "/orders", "", reader, 0, "", []string{"OPTIONS 204"}},
		} {
			t.Run("another origin sees nothing "+v.name, func(t *testing.T) { v.run(t, browser, stranger, api) })
		}
	})
}
