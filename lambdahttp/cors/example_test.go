package cors_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// In a function's main: the API's CORS, from the environment, around the handler.
func Example() {
	// In a function this is os.Getenv, and the construct library has set the variable.
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

// The answer to a page of another origin is the same but for the headers, so the browser keeps it from the page.
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

// A configuration that browsers would refuse is an error where it is read, and not in each page.
func ExampleFromEnvironment() {
	_, err := cors.FromEnvironment(func(string) string { return `{"allowOrigins":["*"],"allowCredentials":true}` })
	fmt.Println(errors.Is(err, cors.ErrCredentials))
	// Output: true
}
