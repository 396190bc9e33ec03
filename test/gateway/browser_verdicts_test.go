package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
)

// pageCORS is a setting of CORS, with the property that the verdict on each of pageRequests names; "" if the page can
// read the whole answer.
type pageCORS struct {
	name string
	cors *secureapi.CORS
	want map[string]string
}

// pageRequest is a kind of request of a page.
type pageRequest struct {
	name, path string
	options    map[string]any // the options of fetch
}

var pageRequests = []pageRequest{
	{"a simple one", "/orders", map[string]any{}},
	{"with a token", "/orders", map[string]any{"headers": map[string]string{"Authorization": "Bearer opaque"}}},
	{"a method that asks first", "/orders", map[string]any{"method": "DELETE"}},
	{"with cookies", "/orders", map[string]any{"credentials": "include"}},
	{"refused by API Gateway", "/signed", map[string]any{}},
	{"the function's own 500", "/bare", map[string]any{"method": "POST", "body": "tea"}},
}

// asksWithCookies is a request with cookies. Its preflight does not show that it has cookies.
var asksWithCookies = pageRequest{
	"asks first, with cookies", "/orders", map[string]any{"method": "DELETE", "credentials": "include"},
}

// pageSettings returns the settings for a page's origin. The columns are those of pageRequests.
func pageSettings(page, stranger string) []pageCORS {
	const (
		none, origins, credentials = "", "CORS.AllowOrigins", "CORS.AllowCredentials"
		expose, middleware         = "CORS.ExposeHeaders", "lambdahttp/cors"
	)
	row := func(props ...string) map[string]string {
		out := map[string]string{}
		for i, r := range pageRequests {
			out[r.name] = props[i]
		}
		return out
	}
	exposed := []string{"X-Total"}
	return []pageCORS{
		{"none", nil, row(origins, origins, origins, origins, origins, origins)},
		{
			"all origins", &secureapi.CORS{AllowOrigins: []string{"*"}},
			row(expose, expose, expose, credentials, none, middleware),
		},
		{
			"the page's origin", &secureapi.CORS{AllowOrigins: []string{page}, ExposeHeaders: exposed},
			row(none, none, none, credentials, none, middleware),
		},
		{
			"another origin", &secureapi.CORS{AllowOrigins: []string{stranger}},
			row(origins, origins, origins, origins, origins, origins),
		},
		{
			"several origins", &secureapi.CORS{AllowOrigins: []string{stranger, page}, ExposeHeaders: exposed},
			row(none, none, none, credentials, none, middleware),
		},
		{
			"the page's origin with credentials",
			&secureapi.CORS{AllowOrigins: []string{page}, AllowCredentials: true, ExposeHeaders: exposed},
			row(none, none, none, none, none, middleware),
		},
		{
			"several other origins with credentials",
			&secureapi.CORS{AllowOrigins: []string{stranger, "https://x.example"}, AllowCredentials: true},
			row(origins, origins, origins, origins, none, origins),
		},
		{
			"few methods and headers",
			&secureapi.CORS{
				AllowOrigins: []string{page}, AllowMethods: []string{"GET"}, AllowHeaders: []string{"Content-Type"},
				ExposeHeaders: exposed,
			},
			row(none, "CORS.AllowHeaders", "CORS.AllowMethods", credentials, none, middleware),
		},
	}
}

// newPages makes a stack with an API and a function for each setting. A function has the setting in its environment.
func newPages(app awscdk.App, settings []pageCORS) {
	stack := awscdk.NewStack(app, jsii.String("Pages"), nil)
	for i, s := range settings {
		f := gofunction.New(stack, fmt.Sprintf("Fn%d", i), &gofunction.Props{
			Package: "github.com/gatehouse-cdk/gatehouse/test/gateway/testdata/pagefunction",
		})
		open := secureapi.Public("a page's test")
		secureapi.New(stack, fmt.Sprintf("Api%d", i), &secureapi.Props{
			Authorizer: secureapi.IAMAuthorizer{},
			CORS:       s.cors,
			Routes: []secureapi.Route{
				secureapi.Handle("GET /orders", f, open),
				secureapi.Handle("DELETE /orders", f, open),
				secureapi.Handle("GET /signed", f),
				secureapi.Handle("POST /bare", f, open),
			},
		})
	}
}

// cookiePage returns the origin of a page whose host has a cookie. Cookies do not depend on the port, so requests to
// the API have the cookie.
func cookiePage(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "theme", Value: "a-dark-one", Path: "/"})
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>shop</title>")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestVerdictProps checks that each property that a verdict can name exists in the constructs' structs.
func TestVerdictProps(t *testing.T) {
	props, cors := reflect.TypeFor[secureapi.Props](), reflect.TypeFor[secureapi.CORS]()
	for name, in := range map[string]reflect.Type{
		browser.CORSAllowOrigins:     cors,
		browser.CORSAllowHeaders:     cors,
		browser.CORSAllowMethods:     cors,
		browser.CORSAllowCredentials: cors,
		browser.CORSExposeHeaders:    cors,
		browser.GatewayResponses:     props,
		browser.Routes:               props,
		browser.IntegrationResponses: reflect.TypeFor[awsapigateway.IntegrationOptions](),
	} {
		if _, found := in.FieldByName(strings.TrimPrefix(name, "CORS.")); !found {
			t.Errorf("%s has no %s", in, name)
		}
	}
}

// testVerdicts makes each kind of request from a page in Chromium to APIs with each setting of CORS. It compares
// what the page can read with the gateway's verdict on the answer, or on the preflight if no request followed.
func testVerdicts(t *testing.T) {
	t.Parallel()
	chromium := openPages(t)
	page, stranger := cookiePage(t), newPage(t)
	settings := pageSettings(page, stranger)
	dir := synthesizedHere(t, func(app awscdk.App) { newPages(app, settings) })

	var mu sync.Mutex
	var verdicts []browser.Verdict
	gateway, err := apigateway.New(apigateway.Options{Assembly: dir, Record: func(r *apigateway.Record) {
		mu.Lock()
		defer mu.Unlock()
		verdicts = append(verdicts, r.Browser)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer gateway.Close()
	server := httptest.NewServer(gateway)
	defer server.Close()

	mounts := map[string]string{}
	for _, api := range gateway.Model().APIs {
		mounts[api.Name] = gateway.Mount(api.ID, api.Stages[0].Name)
	}
	for i, s := range settings {
		mount := mounts[fmt.Sprintf("Pages-Api%d", i)]
		if mount == "" {
			t.Fatalf("the API of the setting %q is not served, only %v are", s.name, mounts)
		}
		for _, r := range pageRequests {
			t.Run(s.name+"/"+r.name, func(t *testing.T) {
				mu.Lock()
				verdicts = nil
				mu.Unlock()
				got := fetch(t, chromium, page, server.URL+"/"+mount+r.path, r.options)
				mu.Lock()
				defer mu.Unlock()
				if len(verdicts) == 0 {
					t.Fatalf("the browser sent nothing: %+v", got)
				}
				last := verdicts[len(verdicts)-1]
				for _, before := range verdicts[:len(verdicts)-1] {
					if !before.Readable || !before.Preflight {
						t.Errorf("the browser sent the request after %+v", before)
					}
				}
				if last.Readable == (got.Error != "") || !last.Applies || last.Readable && last.Preflight {
					t.Errorf("the verdict is %q, but the page got %+v", last, got)
				}
				if last.Prop != s.want[r.name] {
					t.Errorf("the verdict names %q, want %q: %s", last.Prop, s.want[r.name], last)
				}
				total, unseen := got.Headers["x-total"], last.Prop == "CORS.ExposeHeaders"
				if got.Error == "" && r.path == "/orders" && (total == "") != unseen {
					t.Errorf("the page sees the header X-Total as %q, but the verdict is %q", total, last)
				}
			})
		}
		t.Run(s.name+"/"+asksWithCookies.name, func(t *testing.T) {
			mu.Lock()
			verdicts = nil
			mu.Unlock()
			got := fetch(t, chromium, page, server.URL+"/"+mount+asksWithCookies.path, asksWithCookies.options)
			mu.Lock()
			defer mu.Unlock()
			if len(verdicts) == 0 {
				t.Fatalf("the browser sent nothing: %+v", got)
			}
			first := verdicts[0]
			goesOn := first.Preflight && first.Readable && first.Why != browser.WithoutCookies
			if goesOn != (got.Error == "") || !first.Preflight {
				t.Errorf("the verdict on the preflight is %q, but the page got %+v", first, got)
			}
		})
	}
}
