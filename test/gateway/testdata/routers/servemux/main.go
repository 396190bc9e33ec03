// Command servemux is a function whose router matches the decoded path.
package main

import (
	"fmt"
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func main() {
	mux := http.NewServeMux()
	for _, pattern := range []string{"GET /admin", "GET /users/me", "GET /users/{id}", "/{proxy...}"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s id=%s proxy=%s", pattern, r.PathValue("id"), r.PathValue("proxy"))
		})
	}
	lambdahttp.Start(mux)
}
