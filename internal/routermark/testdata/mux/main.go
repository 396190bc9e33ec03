// Command mux makes a Mux.
package main

import (
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func main() {
	m := lambdahttp.NewMux()
	m.Handle("GET /a", http.NotFoundHandler())
	lambdahttp.Start(m)
}
