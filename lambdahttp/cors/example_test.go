package cors_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// In a function's main, wrap the handler with the API's CORS settings from the environment.
func Example() {
	// In a function, use os.Getenv. The construct library sets the variable.
	getenv := func(string) string {
		return `{"allowOrigins":["https://shop.example.com"],"exposeHeaders":["Location"]}`
	}

	cfg, err := cors.FromEnvironment(getenv)
	if err != nil {
		panic(err)
	}
	handler := cors.Handler(http.NotFoundHandler(), cfg)

	r := httptest.NewRequest("GET", "/orders", nil)
	r.Header.Set("Origin", "https://shop.example.com")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Access-Control-Allow-Origin"))
	// Output: 404 https://shop.example.com
}

// The answer to a page of another origin has no CORS headers, so the browser does not show it to the page.
func ExampleHandler() {
	handler := cors.Handler(http.NotFoundHandler(), cors.Config{
		AllowOrigins:  []string{"https://shop.example.com", "https://admin.example.com"},
		ExposeHeaders: []string{"Location"},
	})
	for _, origin := range []string{"https://admin.example.com", "https://evil.example"} {
		r := httptest.NewRequest("GET", "/orders", nil)
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("Access-Control-Allow-Origin"))
	}
	// Output:
	// 404 "https://admin.example.com"
	// 404 ""
}

// FromEnvironment refuses a configuration that browsers would refuse.
func ExampleFromEnvironment() {
	_, err := cors.FromEnvironment(func(string) string { return `{"allowOrigins":["*"],"allowCredentials":true}` })
	fmt.Println(errors.Is(err, cors.ErrCredentials))
	// Output: true
}
