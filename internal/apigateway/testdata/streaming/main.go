// Streaming is a function whose routes below /stream are streamed, and do what the end of the path says.
package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

func main() {
	lambdahttp.Start(http.HandlerFunc(serve))
}

func serve(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w).Flush
	switch r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:] {
	case "cookies":
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
		w.Header().Set("Date", "today")
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, "made "+r.Method)
	case "parts": // the second one once the test's server answers
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "data: one\n\n")
		flush()
		answer, err := http.Get(r.Header.Get("X-Wait"))
		if err != nil {
			panic(err)
		}
		answer.Body.Close()
		io.WriteString(w, "data: two\n\n")
	case "binary":
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write([]byte{0xff, 0, 0xfe})
	case "large":
		for range 200 {
			io.WriteString(w, strings.Repeat("x", 64<<10))
		}
	case "panic":
		panic("out of tea")
	case "late":
		io.WriteString(w, "one")
		flush()
		panic("out of tea")
	case "exit":
		io.WriteString(w, "one")
		flush()
		time.Sleep(50 * time.Millisecond)
		os.Exit(3)
	case "pause":
		io.WriteString(w, "one")
		flush()
		time.Sleep(time.Minute)
	case "never":
		time.Sleep(time.Minute)
	case "headers":
		w.Header().Set("X-Long", strings.Repeat("x", 20<<10))
	}
}
