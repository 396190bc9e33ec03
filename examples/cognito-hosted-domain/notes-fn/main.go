// Command notes-fn answers the notes API. Everybody sees their own notes, which it keeps in memory: enough to try it,
// and a real one has a table.
package main

import (
	"log"
	"os"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

func main() {
	// The construct wrote the API's CORS into the function's environment: API Gateway puts the headers on preflights
	// and on its own errors, and a function has to put them on its answers.
	origins, err := cors.FromEnvironment(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	lambdahttp.Start(cors.Handler(newNotes(), origins))
}
