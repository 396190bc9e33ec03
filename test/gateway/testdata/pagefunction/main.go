// Command pagefunction answers pages with the CORS of its API and, below /bare, without CORS.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

func main() {
	cfg, err := cors.FromEnvironment(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	orders := http.NewServeMux()
	orders.HandleFunc("/orders", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Total", "2")
		_, _ = w.Write([]byte("orders"))
	})
	all := http.NewServeMux()
	all.Handle("/orders", cors.Handler(orders, cfg))
	all.HandleFunc("/bare", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "out of tea", http.StatusInternalServerError)
	})
	lambdahttp.Start(all)
}
