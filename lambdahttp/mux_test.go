package lambdahttp

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// reply writes the route as a handler sees it.
func reply(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s id=%q proxy=%q path=%s", r.Pattern, r.PathValue("id"), r.PathValue("proxy"), r.URL.EscapedPath())
}

func muxWith(patterns ...string) *Mux {
	m := NewMux()
	for _, p := range patterns {
		m.HandleFunc(p, reply)
	}
	return m
}

// captured returns the log of slog.Default while f runs.
func captured(t *testing.T, f func()) string {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	f()
	return log.String()
}

type values = map[string]string

func invoke(t *testing.T, h http.Handler, verb, resource, path string, params values) events.APIGatewayProxyResponse {
	t.Helper()
	answer, err := Handler(h)(context.Background(), events.APIGatewayProxyRequest{
		HTTPMethod: verb, Resource: resource, Path: path, PathParameters: params,
	})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestMux(t *testing.T) {
	mux := muxWith("GET /", "GET /admin", "GET /users/me", "GET /users/{id}", "HEAD /users/{id}",
		"ANY /users/{id}/files/{proxy+}", "ANY /{proxy+}")
	id := func(v string) map[string]string { return map[string]string{"id": v} }
	proxy := func(v string) map[string]string { return map[string]string{"proxy": v} }
	for _, tt := range []struct {
		name, verb, resource, path string
		params                     map[string]string
		want                       string // "" for 404
	}{
		{"root", "GET", "/", "/", nil, `GET / id="" proxy="" path=/`},
		{"literal", "GET", "/admin", "/admin", nil, `GET /admin id="" proxy="" path=/admin`},
		{"literal with a slash at the end", "GET", "/admin", "/admin/", nil, `GET /admin id="" proxy="" path=/admin/`},
		{"escaped letter of a literal, under a greedy route", "GET", "/{proxy+}", "/%61dmin", proxy("%61dmin"),
			`ANY /{proxy+} id="" proxy="admin" path=/%61dmin`},
		{"escaped letter of a literal, under a parameter", "GET", "/users/{id}", "/users/%6De", id("%6De"),
			`GET /users/{id} id="me" proxy="" path=/users/%6De`},
		{"escaped slash", "GET", "/users/{id}", "/users/a%2Fb", id("a%2Fb"),
			`GET /users/{id} id="a/b" proxy="" path=/users/a%2Fb`},
		{"value escaped twice", "GET", "/users/{id}", "/users/%256De", id("%256De"),
			`GET /users/{id} id="%6De" proxy="" path=/users/%256De`},
		{"percent sign without an escape", "GET", "/users/{id}", "/users/50%25x", id("50%x"),
			`GET /users/{id} id="50%x" proxy="" path=/users/50%25x`},
		{"path of a literal, authorized as the greedy route", "GET", "/{proxy+}", "/admin", proxy("admin"),
			`ANY /{proxy+} id="" proxy="admin" path=/admin`},
		{"dots", "GET", "/{proxy+}", "/x/../admin", proxy("x/../admin"),
			`ANY /{proxy+} id="" proxy="x/../admin" path=/x/../admin`},
		{"HEAD with a handler", "HEAD", "/users/{id}", "/users/1", id("1"), ``},
		{"HEAD under ANY, beside GET", "HEAD", "/{proxy+}", "/admin", proxy("admin"), ``},
		{"OPTIONS under ANY", "OPTIONS", "/{proxy+}", "/x", proxy("x"), `ANY /{proxy+} id="" proxy="x" path=/x`},
		{"two parameters", "PUT", "/users/{id}/files/{proxy+}", "/users/1/files/a//b", values{"id": "1", "proxy": "a//b"},
			`ANY /users/{id}/files/{proxy+} id="1" proxy="a//b" path=/users/1/files/a//b`},
		{"base path", "GET", "/admin", "/shop/admin", nil, `GET /admin id="" proxy="" path=/admin`},
		{"another verb of a resource", "POST", "/admin", "/admin", nil, ""},
		{"HEAD of a resource with GET only", "HEAD", "/admin", "/admin", nil, ""},
		{"unknown resource", "GET", "/orders", "/orders", nil, ""},
		{"no resource", "GET", "", "/admin", nil, ""},
		{"a resource with a verb in it", "GET", " /admin", "/admin", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := invoke(t, mux, tt.verb, tt.resource, tt.path, tt.params)
			switch {
			case tt.want == "" && tt.verb == "HEAD" && tt.resource != "/admin":
				if got.StatusCode != 200 || got.Body != "" {
					t.Errorf("got %d %q, want 200 without a body", got.StatusCode, got.Body)
				}
			case tt.want == "":
				wantNotFound(t, got)
			case got.StatusCode != 200 || got.Body != tt.want:
				t.Errorf("got  %d %s\nwant 200 %s", got.StatusCode, got.Body, tt.want)
			}
		})
	}
}

func wantNotFound(t *testing.T, got events.APIGatewayProxyResponse) {
	t.Helper()
	want := events.APIGatewayProxyResponse{
		StatusCode: 404, MultiValueHeaders: http.Header{"Content-Type": {"application/json"}},
		Body: `{"message":"Not Found"}` + "\n",
	}
	if diff := cmp.Diff(want, got); diff != "" && got.Body != "" { // HEAD has no body
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.StatusCode != 404 {
		t.Errorf("got %d, want 404", got.StatusCode)
	}
}

func TestMuxLogsMissingRoute(t *testing.T) {
	mux := muxWith("GET /orders/{id}", "GET /files/{rest+}")
	for _, tt := range []struct{ resource, want string }{
		{"/files/{proxy+}", `\"GET /files/{rest+}\" has other names for its parameters`},
		{"/files/{id}", `no handler for \"GET /files/{id}\": register it`},
		{"/orders/{proxy+}", `no handler for \"GET /orders/{proxy+}\": register it`},
		{"/orders", `no handler for \"GET /orders\": register it`},
		{"/orders/{order}", `\"GET /orders/{id}\" has other names for its parameters`},
	} {
		log := captured(t, func() { invoke(t, mux, "GET", tt.resource, "/orders/SECRET", nil) })
		if !strings.Contains(log, tt.want) || !strings.Contains(log, `"level":"WARN"`) ||
			strings.Contains(log, "SECRET") {
			t.Errorf("GET %s: got log %s, want a warning with %q and without the path", tt.resource, log, tt.want)
		}
	}
}

// Without an event, the Mux matches the path as API Gateway does, without decoding it.
func TestMuxWithoutEvent(t *testing.T) {
	mux := muxWith("GET /admin", "GET /users/{id}", "ANY /{proxy+}")
	for target, want := range map[string]string{
		"/admin":      "GET /admin",
		"/admin/":     "GET /admin",
		"//admin":     "GET /admin",
		"/%61dmin":    "ANY /{proxy+}",
		"/users/a%20": `GET /users/{id} id="a "`,
		"/users/a/b":  "ANY /{proxy+}",
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%s: got %d %s, want %s", target, w.Code, w.Body, want)
		}
	}
	w := httptest.NewRecorder()
	muxWith("GET /admin").ServeHTTP(w, httptest.NewRequest("HEAD", "/admin", nil))
	if w.Code != 404 {
		t.Errorf("HEAD /admin: got %d, want 404, because API Gateway does not serve HEAD by GET", w.Code)
	}
}

// Start sets started. TestFunction in backend-fn calls Start.
func TestStartedMuxNeedsEvent(t *testing.T) {
	mux := muxWith("GET /admin")
	mux.started = true
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/admin", nil))
	if w.Code != 404 {
		t.Errorf("without an event: got %d, want 404", w.Code)
	}
	if got := invoke(t, mux, "GET", "/admin", "/admin", nil); got.StatusCode != 200 {
		t.Errorf("with an event: got %d, want 200", got.StatusCode)
	}
}

func TestMiddleware(t *testing.T) {
	named := func(name string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Way", name+" "+r.Pattern)
				next.ServeHTTP(w, r)
			})
		}
	}
	mux := muxWith("GET /users/{id}")
	mux.Use(named("outer"), named("inner"))
	got := invoke(t, mux, "GET", "/users/{id}", "/users/%6De", map[string]string{"id": "%6De"})
	want := []string{"outer GET /users/{id}", "inner GET /users/{id}"}
	if diff := cmp.Diff(want, got.MultiValueHeaders["X-Way"]); diff != "" || got.StatusCode != 200 {
		t.Errorf("got %d, want 200; header X-Way (-want +got):\n%s", got.StatusCode, diff)
	}
	got = invoke(t, mux, "GET", "/", "/", nil)
	if got.StatusCode != 404 || len(got.MultiValueHeaders["X-Way"]) != 2 {
		t.Errorf("unknown route: got %d %v, want 404 from behind the middleware", got.StatusCode, got.MultiValueHeaders)
	}
	// The context holds the route. If middleware replaces the context, the Mux answers 404 and does not match the path.
	mux = muxWith("GET /admin")
	mux.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.Background()))
		})
	})
	wantNotFound(t, invoke(t, mux, "GET", "/admin", "/admin", nil))
}

// Strict does not apply if middleware around a Mux has Unwrap. Otherwise it applies.
func TestStrictAndOuterMiddleware(t *testing.T) {
	origins := cors.Config{AllowOrigins: []string{"https://shop.example.com"}}
	for _, tt := range []struct {
		name string
		h    http.Handler
		want int
	}{
		{"package cors", cors.Handler(muxWith("GET /users/{id}"), origins), 200},
		{"package cors twice", cors.Handler(cors.Handler(muxWith("GET /users/{id}"), origins), origins), 200},
		{"package cors without a Mux", cors.Handler(http.HandlerFunc(reply), origins), 404},
		{"foreign middleware", http.MaxBytesHandler(muxWith("GET /users/{id}"), 1), 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := invoke(t, tt.h, "GET", "/users/{id}", "/users/a%2Fb", map[string]string{"id": "a%2Fb"})
			if got.StatusCode != tt.want {
				t.Errorf("got %d, want %d", got.StatusCode, tt.want)
			}
		})
	}
}

func TestNotFoundHandler(t *testing.T) {
	mux := muxWith("GET /admin")
	mux.NotFound(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	log := captured(t, func() {
		if got := invoke(t, mux, "GET", "/x", "/x", nil); got.StatusCode != http.StatusGone {
			t.Errorf("got %d, want %d", got.StatusCode, http.StatusGone)
		}
	})
	if !strings.Contains(log, "no handler for") {
		t.Errorf("got log %s, want %q", log, "no handler for")
	}
}

// A router that is registered for two resources matches the decoded path again. A path that it could match to the other
// resource is answered 404.
func TestSameRouterForTwoResources(t *testing.T) {
	router := http.NewServeMux()
	router.HandleFunc("GET /admin", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "admin") })
	router.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "other") })
	mux := NewMux()
	mux.Handle("ANY /{proxy+}", router)
	mux.Handle("GET /admin", router)
	wantNotFound(t, invoke(t, mux, "GET", "/{proxy+}", "/%61dmin", map[string]string{"proxy": "%61dmin"}))
	if got := invoke(t, mux, "GET", "/{proxy+}", "/a%20b", map[string]string{"proxy": "a%20b"}); got.Body != "other" {
		t.Errorf("/a%%20b: got %d %s, want other", got.StatusCode, got.Body)
	}
	if got := invoke(t, mux, "GET", "/admin", "/admin/", nil); got.Body != "admin" {
		t.Errorf("/admin/: got %d %s, want admin", got.StatusCode, got.Body)
	}

	// A router for one resource receives all its paths.
	mux = NewMux()
	mux.Handle("GET /files/{proxy+}", http.StripPrefix("/files", http.FileServer(http.Dir("testdata"))))
	mux.Handle("ANY /x/{proxy+}", router)
	if got := invoke(t, mux, "GET", "/x/{proxy+}", "/x/a%2Fb/", values{"proxy": "a%2Fb/"}); got.Body != "other" {
		t.Errorf("/x/a%%2Fb/: got %d %s, want other", got.StatusCode, got.Body)
	}
}

func TestRegistrationErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func()
		want string
	}{
		{"twice", func() { muxWith("GET /a", "GET /a") }, `lambdahttp: pattern "GET /a" is registered already`},
		{"no verb", func() { muxWith("/a") }, `lambdahttp: route: pattern "/a": no verb: write "ANY /a"`},
		{"pattern of net/http", func() { muxWith("GET /a/{rest...}") },
			`API Gateway writes a greedy parameter {rest+}`},
		{"slash at the end", func() { muxWith("GET /a/") }, `the path ends in a slash, which API Gateway ignores`},
		{"two parameters at one place", func() { muxWith("GET /a/{id}", "GET /a/{proxy+}") },
			`pattern "GET /a/{proxy+}" has {proxy+} where another pattern has {id}`},
		{"nil handler", func() { NewMux().Handle("GET /a", nil) }, `lambdahttp: pattern "GET /a": the handler is nil`},
		{"nil function", func() { NewMux().HandleFunc("GET /a", nil) },
			`lambdahttp: pattern "GET /a": the handler is nil`},
		{"Mux without NewMux", func() { new(Mux).HandleFunc("GET /a", reply) }, `the Mux was not made by NewMux`},
		{"after a request", func() {
			m := muxWith("GET /a")
			m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/a", nil))
			m.HandleFunc("GET /b", reply)
		}, `the Mux has begun to serve`},
		{"middleware after a request", func() {
			m := muxWith("GET /a")
			m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/a", nil))
			m.Use(func(h http.Handler) http.Handler { return h })
		}, `add all middleware before`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
			}()
			tt.do()
		})
	}
}

// The test's executable calls NewMux, so it contains the mark. TestMarkIsInWhatMakesAMux in package routermark also
// checks executables without the mark.
func TestExecutableContainsMark(t *testing.T) {
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	executable, err := os.ReadFile(name)
	if err != nil || !routermark.In(executable) {
		t.Errorf("no mark in %s, %v", name, err)
	}
}
