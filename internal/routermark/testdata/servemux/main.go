// Command servemux imports the package of the Mux and makes none.
package main

import (
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func main() {
	m := http.NewServeMux()
	m.Handle("GET /a", http.NotFoundHandler())
	lambdahttp.Start(m)
}
