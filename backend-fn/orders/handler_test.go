package orders_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

var now = time.Date(2026, 11, 20, 9, 30, 0, 123_456_789, time.UTC)

// zeros replaces randomness, so that a test knows the IDs.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

const madeID = "01a1f84a-963b-774f-8000-000000000000" // of an order created at now with zeros

const tea = `{"customer":"c-1","currency":"EUR","lines":[{"sku":"tea-1","quantity":2,"unitPrice":450}]}`

func withID(id string) string { return `{"id":"` + id + `",` + tea[1:] }

func service(store orders.Store, log io.Writer) http.Handler {
	return orders.New(store, orders.Options{
		Log:    slog.New(slog.NewJSONHandler(log, nil)),
		Now:    func() time.Time { return now },
		Random: zeros{},
	})
}

type answer struct {
	status int
	header http.Header
	body   string
}

func send(h http.Handler, method, target, body string, change ...func(*http.Request)) answer {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func by(principal string) func(*http.Request) {
	return func(r *http.Request) {
		*r = *r.WithContext(lambdahttp.WithCaller(r.Context(), lambdahttp.Caller{Principal: principal}))
	}
}

func TestCreate(t *testing.T) {
	h := service(orders.NewMemoryStore(10), io.Discard)
	got := send(h, "POST", "/orders", tea, by("user-1"))
	want := answer{http.StatusCreated, http.Header{
		"Content-Type":           {"application/json"},
		"Location":               {"orders/" + madeID},
		"Cache-Control":          {"no-store"},
		"X-Content-Type-Options": {"nosniff"},
	}, `{"id":"` + madeID + `","customer":"c-1","lines":[{"sku":"tea-1","quantity":2,"unitPrice":450}],"currency":"EUR",` +
		`"status":"open","createdAt":"2026-11-20T09:30:00.123Z","createdBy":"user-1"}` + "\n"}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	got = send(h, "GET", "/orders/"+madeID, "")
	if got.status != 200 || got.body != want.body {
		t.Errorf("GET the created order: got %d %s, want 200 %s", got.status, got.body, want.body)
	}
}

// The service sees the path without stage and base path, so its Location is a relative reference. The client resolves
// it against the URL of its request (RFC 3986, section 5), which must give the order's URL.
func TestLocationResolvesToOrder(t *testing.T) {
	for _, tt := range []struct{ client, service, want string }{
		{"/orders", "/orders", "/orders/" + madeID},
		{"/orders/", "/orders/", "/orders/" + madeID},
		{"/prod/orders", "/orders", "/prod/orders/" + madeID},
		{"/shop/v1/orders/", "/orders/", "/shop/v1/orders/" + madeID},
	} {
		got := send(service(orders.NewMemoryStore(10), io.Discard), "POST", tt.service, tea)
		to, err := (&url.URL{Scheme: "https", Host: "api.example.com", Path: tt.client}).Parse(got.header.Get("Location"))
		if err != nil || to.Path != tt.want {
			t.Errorf("POST %s: Location resolves to %v, %v, want %s", tt.client, to, err, tt.want)
		}
	}
}

func TestRepeatedCreation(t *testing.T) {
	const id = "019aa094-8d7b-7abc-8000-0123456789ab"
	for _, tt := range []struct {
		name, why string
		body      string
		by        string
		want      int
	}{
		{"same", "the client may have lost the first answer", withID(id), "user-1", 200},
		{"same, ID in capitals", "RFC 9562, section 4", withID(strings.ToUpper(id)), "user-1", 200},
		{
			"same, other white space",
			"the content is compared, not the bytes",
			strings.ReplaceAll(withID(id), ",", " ,\n "),
			"user-1",
			200,
		},
		{"other customer", "", strings.Replace(withID(id), "c-1", "c-2", 1), "user-1", 409},
		{"other currency", "", strings.Replace(withID(id), "EUR", "CHF", 1), "user-1", 409},
		{"other quantity", "", strings.Replace(withID(id), `"quantity":2`, `"quantity":3`, 1), "user-1", 409},
		{"another line", "", strings.Replace(withID(id), `]`, `,{"sku":"a","quantity":1,"unitPrice":1}]`, 1), "user-1", 409},
		{"other caller", "a caller must not learn another caller's order from its ID", withID(id), "user-2", 409},
		{"no caller", "", withID(id), "", 409},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := orders.NewMemoryStore(10)
			h := service(store, io.Discard)
			first := send(h, "POST", "/orders", withID(id), by("user-1"))
			if first.status != 201 {
				t.Fatalf("first POST: got %d %s, want 201", first.status, first.body)
			}
			got := send(h, "POST", "/orders", tt.body, by(tt.by))
			if got.status != tt.want {
				t.Fatalf("got %d %s, want %d: %s", got.status, got.body, tt.want, tt.why)
			}
			if got.status == 200 && (got.body != first.body || got.header.Get("Location") != first.header.Get("Location")) {
				t.Errorf("second POST: got\n%s, want the answer to the first\n%s", got.body, first.body)
			}
			if got.status == 409 && strings.Contains(got.body, "tea-1") {
				t.Errorf("got %s, want a conflict that does not show the first order", got.body)
			}
			if all, _ := store.List(t.Context(), "", 10); len(all) != 1 {
				t.Errorf("got %d orders, want only the first", len(all))
			}
		})
	}
}

func TestList(t *testing.T) {
	store := orders.NewMemoryStore(300)
	h := service(store, io.Discard)
	if got := send(h, "GET", "/orders", ""); got.status != 200 || got.body != `{"orders":[]}`+"\n" {
		t.Errorf("empty store: got %d %s, want 200 with an empty list", got.status, got.body)
	}
	for i := range 250 {
		if err := store.Create(t.Context(), storetest.Order(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		query string
		pages []int
	}{
		{"", []int{20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 10}},
		{"limit=100", []int{100, 100, 50}},
		{"limit=50", []int{50, 50, 50, 50, 50}}, // the last full page has no next
		{"limit=99", []int{99, 99, 52}},
	} {
		t.Run(tt.query, func(t *testing.T) {
			var pages []int
			n, cursor := 249, ""
			for {
				got := send(h, "GET", "/orders?"+tt.query+cursor, "")
				var page struct {
					Orders []orders.Order
					Next   string
				}
				if err := json.Unmarshal([]byte(got.body), &page); err != nil || got.status != 200 {
					t.Fatalf("cursor %q: got %d %s, %v, want 200 with a page", cursor, got.status, got.body, err)
				}
				for _, o := range page.Orders {
					if diff := cmp.Diff(storetest.Order(n), o); diff != "" {
						t.Fatalf("order %d (-want +got):\n%s", n, diff)
					}
					n--
				}
				pages = append(pages, len(page.Orders))
				if page.Next == "" {
					break
				}
				cursor = "&cursor=" + page.Next
			}
			if diff := cmp.Diff(tt.pages, pages); diff != "" || n != -1 {
				t.Errorf("%d orders missing; sizes of the pages (-want +got):\n%s", n+1, diff)
			}
		})
	}
}

func TestResponses(t *testing.T) {
	open, gone := storetest.Order(0), storetest.Order(1)
	gone.Status = orders.Shipped
	huge := `{"customer":"` + strings.Repeat("x", orders.MaxBody) + `"}`

	for _, tt := range []struct {
		name, method, target, body string
		change                     func(*http.Request)
		want                       int
		header                     [2]string // name and value of a header
		text                       string    // part of the body
	}{
		{name: "health", method: "GET", target: "/health", want: 200, text: `{"status":"ok"}`},
		{name: "health, any query", method: "GET", target: "/health?probe=1", want: 200},
		{name: "trailing slash, as API Gateway matches it", method: "GET", target: "/orders/", want: 200, text: open.ID},
		{name: "trailing slash of an order", method: "GET", target: "/orders/" + open.ID + "/", want: 200, text: open.ID},
		{name: "id in capitals", method: "GET", target: "/orders/" + strings.ToUpper(open.ID), want: 200, text: open.ID},
		{name: "delete", method: "DELETE", target: "/orders/" + open.ID, want: 204},
		{name: "delete a shipped order", method: "DELETE", target: "/orders/" + gone.ID, want: 409, text: "no longer open"},
		{name: "delete a missing order", method: "DELETE", target: "/orders/" + madeID, want: 404, text: "no order"},
		{name: "delete by an invalid ID", method: "DELETE", target: "/orders/first", want: 404},
		{name: "get a missing order", method: "GET", target: "/orders/" + madeID, want: 404, text: "no order"},
		{name: "get by an invalid ID", method: "GET", target: "/orders/first", want: 404, text: "no order"},
		{name: "a version 4 UUID", method: "GET", target: "/orders/0193450c-8d7b-4abc-8000-0123456789ab", want: 404},

		{name: "unknown path", method: "GET", target: "/", want: 404, text: "/orders/{id}"},
		{name: "path below an order", method: "GET", target: "/orders/" + open.ID + "/lines", want: 404},
		{
			name:   "escaped slash stays in its segment, as in API Gateway",
			method: "GET",
			target: "/orders/" + open.ID + "%2Flines",
			want:   404,
			text:   "no order",
		},
		{name: "escaped letter of a route", method: "GET", target: "/%6frders", want: 404},
		{name: "two slashes inside the path are kept", method: "GET", target: "/orders//" + open.ID, want: 404},
		{name: "two slashes at the start, as API Gateway matches them", method: "GET", target: "//orders", want: 200},
		{name: "dots are not resolved", method: "GET", target: "/orders/../health", want: 404},
		{
			name:   "escaped dots are not resolved",
			method: "GET",
			target: "/orders/%2e%2e%2fhealth",
			want:   404,
			text:   "no order",
		},
		{name: "path in another case", method: "GET", target: "/Orders", want: 404},

		{name: "unknown method of /orders", method: "PUT", target: "/orders", want: 404},
		{name: "unknown method of an order", method: "PATCH", target: "/orders/" + open.ID, want: 404},
		{name: "HEAD, which API Gateway does not serve by GET", method: "HEAD", target: "/orders", want: 404},

		{name: "limit below one", method: "GET", target: "/orders?limit=0", want: 400, text: `"parameter":"limit"`},
		{name: "limit too high", method: "GET", target: "/orders?limit=101", want: 400, text: "1 to 100"},
		{name: "limit is not a number", method: "GET", target: "/orders?limit=ten", want: 400, text: "1 to 100"},
		{name: "limit overflows", method: "GET", target: "/orders?limit=18446744073709551617", want: 400, text: "1 to 100"},
		{name: "limit is empty", method: "GET", target: "/orders?limit=", want: 400, text: "1 to 100"},
		{name: "limit twice", method: "GET", target: "/orders?limit=1&limit=2", want: 400, text: "twice"},
		{
			name:   "cursor is invalid",
			method: "GET",
			target: "/orders?cursor=abc",
			want:   400,
			text:   `"parameter":"cursor"`,
		},
		{name: "cursor is empty", method: "GET", target: "/orders?cursor=", want: 400, text: "first page"},
		{name: "query is not form-encoded", method: "GET", target: "/orders?limit=%zz", want: 400, text: "form-encoded"},
		{name: "other parameters", method: "GET", target: "/orders?access_token=x", want: 200},

		{
			name:   "no content type",
			method: "POST",
			target: "/orders",
			body:   tea,
			change: func(r *http.Request) { r.Header.Del("Content-Type") },
			want:   415,
			header: [2]string{"Accept", "application/json"},
			text:   "application/json",
		},
		{
			name:   "form",
			method: "POST",
			target: "/orders",
			body:   tea,
			change: header("Content-Type", "application/x-www-form-urlencoded"),
			want:   415,
		},
		{
			name:   "unknown content type",
			method: "POST",
			target: "/orders",
			body:   tea,
			change: header("Content-Type", "application/json; charset"),
			want:   415,
		},
		{
			name:   "other charset",
			method: "POST",
			target: "/orders",
			body:   tea,
			change: header("Content-Type", "application/json; charset=latin1"),
			want:   415,
		},
		{
			name:   "charset named",
			method: "POST",
			target: "/orders",
			body:   tea,
			change: header("Content-Type", "Application/JSON; charset=UTF-8"),
			want:   201,
		},
		{
			name:   "compressed",
			method: "POST",
			target: "/orders",
			body:   tea,
			change: header("Content-Encoding", "gzip"),
			want:   415,
			text:   "not compressed",
		},
		{name: "body over the limit", method: "POST", target: "/orders", body: huge, want: 413, text: "65536"},
		{
			name:   "body at the limit",
			method: "POST",
			target: "/orders",
			body:   tea + strings.Repeat(" ", orders.MaxBody-len(tea)),
			want:   201,
		},
		{
			name:   "body one over the limit",
			method: "POST",
			target: "/orders",
			body:   tea + strings.Repeat(" ", orders.MaxBody-len(tea)+1),
			want:   413,
		},
		{
			name:   "no body",
			method: "POST",
			target: "/orders",
			change: header("Content-Type", "application/json"),
			want:   400,
			text:   "not JSON",
		},
		{name: "body breaks off", method: "POST", target: "/orders", change: func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(tea), brokenReader{}))
		}, want: 400, text: "broke off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := orders.NewMemoryStore(10)
			for _, o := range []orders.Order{open, gone} {
				if err := store.Create(t.Context(), o); err != nil {
					t.Fatal(err)
				}
			}
			change := tt.change
			if change == nil {
				change = func(*http.Request) {}
			}
			got := send(service(store, io.Discard), tt.method, tt.target, tt.body, change)
			if got.status != tt.want {
				t.Errorf("got %d %s, want %d", got.status, got.body, tt.want)
			}
			if tt.header[0] != "" && got.header.Get(tt.header[0]) != tt.header[1] {
				t.Errorf("%s: got %q, want %q", tt.header[0], got.header.Get(tt.header[0]), tt.header[1])
			}
			if !strings.Contains(got.body, tt.text) {
				t.Errorf("got body %s, want %q in it", got.body, tt.text)
			}
			if got.status >= 400 {
				checkProblem(t, got)
			}
			if got.status == 204 && got.body != "" {
				t.Errorf("got 204 with the body %q, want no body", got.body)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// checkProblem checks that the answer is a problem as RFC 9457 defines it.
func checkProblem(t *testing.T, a answer) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type: got %q, want application/problem+json", got)
	}
	var p orders.Problem
	dec := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		t.Fatalf("problem %s: %v", a.body, err)
	}
	if p.Status != a.status || p.Title != http.StatusText(a.status) || p.Detail == "" {
		t.Errorf("got %+v, want status %d with its title and a detail", p, a.status)
	}
	for _, v := range p.Errors {
		if v.Detail == "" || v.Pointer != "" && !strings.HasPrefix(v.Pointer, "#") {
			t.Errorf("violation: got %+v, want a detail, and a pointer that is empty or starts with #", v)
		}
	}
}

func TestServer(t *testing.T) {
	server := httptest.NewServer(service(orders.NewMemoryStore(10), io.Discard))
	defer server.Close()
	resp, err := http.Post(server.URL+"/orders", "application/json", strings.NewReader(tea))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	to, err := resp.Location()
	if err != nil || resp.StatusCode != 201 {
		t.Fatalf("POST: got %d, %v, want 201 with a Location", resp.StatusCode, err)
	}
	resp, err = http.Get(to.String())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != 200 || len(body) == 0 {
		t.Errorf("GET %s: got %d with %d bytes, want 200 with the order", to, resp.StatusCode, len(body))
	}
	resp, err = http.Post(server.URL+"/orders", "application/json", strings.NewReader(strings.Repeat(" ", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("POST of 1 MB: got %d, want 413", resp.StatusCode)
	}
}
