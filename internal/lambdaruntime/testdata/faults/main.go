// Faults is the code of the functions that the tests invoke. The handler name selects the function.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// hang never returns. It does not use "select {}", with which Go ends a program without cgo as deadlocked.
func hang() ([]byte, error) {
	for {
		time.Sleep(time.Hour)
	}
}

// served lists the tenants of this process's invocations.
var served []string

type handler func(context.Context, []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

func main() {
	name := os.Getenv("_HANDLER")
	if os.Getenv("ROLE") == "descendant" {
		hold("descendant")
		hang()
	}
	switch name {
	case "init-exit":
		fmt.Fprint(os.Stderr, "cannot find the table") // without a line end: it must not be lost
		os.Exit(3)
	case "init-quit":
		os.Exit(0)
	case "init-error":
		const missing = `{"errorMessage":"no such table","errorType":"Config.Missing","stackTrace":[]}`
		post("/2018-06-01/runtime/init/error", missing)
		os.Exit(1)
	case "init-hang":
		hold("process")
		hang()
	case "protocol":
		protocol()
	case "linger":
		id := next()
		post("/2018-06-01/runtime/invocation/"+id+"/response", strconv.Itoa(os.Getpid()))
		hold("process")
		hang()
	case "hang-up":
		// Ask for work, then close the connection when the invocation arrives.
		conn, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(
			conn,
			"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n",
			os.Getenv("AWS_LAMBDA_RUNTIME_API"),
		)
		bufio.NewReader(conn).ReadString('\n') // the first invocation
		fmt.Fprintln(os.Stderr, "hangs up")
		conn.Close()
		hang()
	case "sigterm":
		lambda.StartWithOptions(handlers["pid"], lambda.WithEnableSIGTERM(func() {
			fmt.Println("told to end")
			os.Exit(0)
		}))
	case "broken-stream":
		lambda.Start(func(context.Context) (io.Reader, error) {
			return io.MultiReader(strings.NewReader("half of it"), brokenReader{}), nil
		})
	case "stream":
		lambda.Start(func(_ context.Context, then string) (io.Reader, error) {
			if then == "late" {
				conn, err := net.Dial("tcp", os.Getenv("GATE"))
				if err != nil {
					return nil, err
				}
				defer conn.Close()
				fmt.Fprintln(conn, "begins")
				io.Copy(io.Discard, conn)
				return strings.NewReader("without a reader"), nil
			}
			return &slowly{then: then}, nil
		})
	}
	lambda.Start(handlers[name])
}

// slowly reads as "one" and, once the test lets it continue, as "two" or the end that then selects.
type slowly struct {
	then string
	read int
}

func (s *slowly) Read(b []byte) (int, error) {
	s.read++
	switch s.read {
	case 1:
		return copy(b, "one"), nil
	case 2:
		conn, err := net.Dial("tcp", os.Getenv("GATE"))
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		fmt.Fprintln(conn, "streams")
		io.Copy(io.Discard, conn)
		switch s.then {
		case "fail":
			return 0, errors.New("the other half is gone")
		case "exit":
			os.Exit(7)
		case "sleep":
			hang()
		}
		return copy(b, "two"), nil
	}
	return 0, io.EOF
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the other half is gone") }

var handlers = map[string]handler{
	"tail": func(_ context.Context, payload []byte) ([]byte, error) {
		fmt.Printf("out %s\n", payload)
		fmt.Fprintf(os.Stderr, "err %s\n", payload)
		return nil, nil
	},
	"tail-error": func(context.Context, []byte) ([]byte, error) {
		fmt.Println("before the end")
		return nil, errors.New("out of tea")
	},
	"tail-exit": func(context.Context, []byte) ([]byte, error) {
		fmt.Println("before the end")
		os.Exit(3)
		return nil, nil
	},
	"pid": func(context.Context, []byte) ([]byte, error) { return []byte(strconv.Itoa(os.Getpid())), nil },
	"tenant": func(ctx context.Context, _ []byte) ([]byte, error) {
		lc, _ := lambdacontext.FromContext(ctx)
		served = append(served, lc.TenantID)
		return json.Marshal(served)
	},
	"exit": func(context.Context, []byte) ([]byte, error) {
		os.Exit(7)
		return nil, nil
	},
	"quit": func(context.Context, []byte) ([]byte, error) {
		os.Exit(0)
		return nil, nil
	},
	"panic": func(context.Context, []byte) ([]byte, error) { panic("out of tea") },
	"error": func(context.Context, []byte) ([]byte, error) { return nil, errors.New("Unauthorized") },
	"size": func(_ context.Context, payload []byte) ([]byte, error) {
		n, err := strconv.Atoi(string(payload))
		return make([]byte, n), err
	},
	"length": func(_ context.Context, payload []byte) ([]byte, error) {
		return []byte(strconv.Itoa(len(payload))), nil
	},
	"env": func(context.Context, []byte) ([]byte, error) { return json.Marshal(os.Environ()) },
	"context": func(ctx context.Context, _ []byte) ([]byte, error) {
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		dir, _ := os.Getwd()
		return json.Marshal(map[string]any{"id": lc.AwsRequestID, "arn": lc.InvokedFunctionArn,
			"trace": os.Getenv("_X_AMZN_TRACE_ID"), "deadline": deadline.UnixMilli(), "dir": dir})
	},
	"log": func(_ context.Context, payload []byte) ([]byte, error) {
		fmt.Println("one")
		fmt.Fprintln(os.Stderr, "two")
		fmt.Print(strings.Repeat("x", 70000), "\r\n")
		fmt.Print("no line end")
		os.Exit(5)
		return nil, nil
	},
	// gate tells the test that it runs, and waits until the test lets it continue.
	"gate": func(_ context.Context, payload []byte) ([]byte, error) {
		conn, err := net.Dial("tcp", os.Getenv("GATE"))
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		fmt.Fprintf(conn, "%s\n", payload)
		io.Copy(io.Discard, conn)
		return []byte(os.Getenv("VERSION") + string(payload)), nil
	},
	// leak leaves a descendant behind that holds the output streams open.
	"leak": func(context.Context, []byte) ([]byte, error) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ROLE=descendant")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		hold("process")
		return []byte("leaked"), nil
	},
	"slow": func(_ context.Context, payload []byte) ([]byte, error) {
		if string(payload) == "at once" {
			return payload, nil
		}
		hold("process")
		return hang()
	},
}

// hold keeps a connection to the test open as long as the process lives. The test sees its end when the process ends.
func hold(who string) {
	conn, err := net.Dial("tcp", os.Getenv("GATE"))
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(conn, "%s\n", who)
	held = append(held, conn)
}

var held []net.Conn

func api() string { return "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") }

func next() (id string) {
	resp, err := http.Get(api() + "/2018-06-01/runtime/invocation/next")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
}

func post(path, body string) int {
	resp, err := http.Post(api()+path, "application/json", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func get(path, header, value string) int {
	req, _ := http.NewRequest("GET", api()+path, nil)
	if header == "Host" {
		req.Host = value
	} else {
		req.Header.Set(header, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// protocol makes requests that the Runtime API refuses, and answers invocations with their status codes.
func protocol() {
	const invocation = "/2018-06-01/runtime/invocation/"
	before := map[string]int{
		"response before work":     post(invocation+"x/response", "{}"),
		"unknown path":             post("/2018-06-01/runtime/other", "{}"),
		"unknown verb":             post(invocation+"next", "{}"),
		"next from a browser":      get(invocation+"next", "Sec-Fetch-Site", "cross-site"),
		"next with another Origin": get(invocation+"next", "Origin", "http://example.com"),
		"next with another Host":   get(invocation+"next", "Host", "example.com:80"),
	}
	for {
		id := next()
		before["next while busy"] = get(invocation+"next", "X-A", "b")
		before["init error while busy"] = post("/2018-06-01/runtime/init/error", "{}")
		before["response with another id"] = post(invocation+"another/response", "{}")
		before["error with another id"] = post(invocation+"another/error", "{}")
		report, _ := json.Marshal(before)
		before["response"] = post(invocation+id+"/response", string(report))
		before["second response"] = post(invocation+id+"/response", "{}")
		before["error after response"] = post(invocation+id+"/error", "{}")
	}
}
