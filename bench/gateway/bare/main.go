// Command bare is the smallest gateway that runs functions as "gatehouse dev" does. A function in another process
// answers each HTTP request and gets its events over the Lambda Runtime API. Gateway and Runtime API use net/http, and
// the function uses aws-lambda-go. There are no routes, checks, records or logs.
//
//	bare '{"orders":[]}'
//
// It prints "listening on http://127.0.0.1:PORT" and answers every request with its argument until it is killed. Its
// functions end with it, because their Runtime APIs end.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	answer := []byte(os.Args[1])
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(function(answer))
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

// function answers any event.
type function []byte

func (f function) Invoke(context.Context, []byte) ([]byte, error) { return f, nil }

// job is a request that waits for a function.
type job struct {
	event  []byte
	answer chan []byte
}

// serve starts a function with its Runtime API for each processor, and answers requests.
func serve(answer string) error {
	jobs := make(chan job)
	for range runtime.NumCPU() {
		if err := start(answer, jobs); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		j := job{[]byte(`{"path":"` + r.URL.Path + `"}`), make(chan []byte)}
		jobs <- j
		w.Write(<-j.answer)
	}))
}

// start starts a function that takes jobs.
func start(answer string, jobs <-chan job) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	const invocation = "/2018-06-01/runtime/invocation/"
	var current job // a function has one job at a time
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+invocation+"next", func(w http.ResponseWriter, r *http.Request) {
		current = <-jobs
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
		w.Write(current.event)
	})
	mux.HandleFunc("POST "+invocation+"1/response", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		current.answer <- body
		w.WriteHeader(http.StatusAccepted)
	})
	go http.Serve(l, mux)
	c := exec.Command(os.Args[0], answer)
	c.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String()}
	return c.Start()
}
