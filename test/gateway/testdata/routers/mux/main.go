// Command mux is a function that routes by the event's resource.
package main

import (
	"fmt"
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func main() {
	mux := lambdahttp.NewMux()
	for _, pattern := range []string{"GET /admin", "GET /users/me", "GET /users/{id}", "ANY /{proxy+}"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s id=%s proxy=%s", pattern, r.PathValue("id"), r.PathValue("proxy"))
		})
	}
	lambdahttp.Start(mux)
}
