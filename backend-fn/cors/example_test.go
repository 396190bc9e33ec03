package cors_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/cors"
)

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
