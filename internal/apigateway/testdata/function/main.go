// Function is the code of all functions of the tests' APIs. The token selects what it does as an authorizer, and the
// path selects what it does as a backend.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Type      string            `json:"type"`
	Token     string            `json:"authorizationToken"`
	MethodARN string            `json:"methodArn"`
	Headers   map[string]string `json:"headers"`
	Path      string            `json:"path"`
	Body      string            `json:"body"`
	Encoded   bool              `json:"isBase64Encoded"`
}

// function answers with raw bytes, so that it can give any answer, including invalid ones.
type function struct{}

func (function) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	switch {
	case e.Type == "":
		return backend(e, payload)
	case e.Token == "":
		e.Token = e.Headers["Answer"] // of a REQUEST authorizer
	}
	return authorize(e, payload)
}

// authorize allows "Bearer allow", denies "Bearer deny", and allows only another resource for "Bearer other". It
// answers with the text after "Bearer answer:", and fails with the text after "Bearer error:". For "Bearer event", the
// context has the event.
func authorize(e event, payload []byte) ([]byte, error) {
	effect, resource, tell := "Allow", e.MethodARN, map[string]any{"tier": "gold"}
	word, rest, _ := strings.Cut(strings.TrimPrefix(e.Token, "Bearer "), ":")
	switch word {
	case "allow", "":
	case "everything":
		resource = "*"
	case "deny":
		effect = "Deny"
	case "other":
		resource += "/other"
	case "event":
		tell["event"] = string(payload)
	case "answer":
		return []byte(rest), nil
	case "crash":
		os.Exit(3)
	case "sleep":
		time.Sleep(time.Minute)
	case "error":
		return nil, errors.New(rest)
	default:
		return nil, errors.New("the token is not one of the tests'")
	}
	return json.Marshal(map[string]any{
		"principalId": "alice", "context": tell,
		"policyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
			map[string]any{"Sid": "Tests", "Effect": effect, "Action": "execute-api:Invoke", "Resource": resource},
		}},
	})
}

// backend answers with its event, unless the last segment of the path selects something else.
func backend(e event, payload []byte) ([]byte, error) {
	if e.Encoded {
		body, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return nil, err
		}
		e.Body = string(body)
	}
	switch word := e.Path[strings.LastIndexByte(e.Path, '/')+1:]; word {
	case "answer":
		return []byte(e.Body), nil
	case "panic":
		panic("out of tea")
	case "say":
		fmt.Println("got", e.Body)
		fmt.Println(`{"message":"sold","_aws":{"Timestamp":1}}`)
	case "chatty":
		fmt.Print(strings.Repeat("x\n", 300))
	case "die": // outside the handler, where aws-lambda-go cannot recover it
		go func() { panic("out of tea") }()
		select {}
	case "exit":
		os.Exit(3)
	case "fail":
		return nil, errors.New("no such order")
	case "sleep":
		ms, _ := strconv.Atoi(e.Body)
		time.Sleep(time.Duration(ms) * time.Millisecond)
		return answer(strconv.Itoa(os.Getpid()))
	case "meet": // at a URL that answers when all participants have asked
		met, err := http.Get(e.Body)
		if err != nil {
			return nil, err
		}
		met.Body.Close()
		return answer(strconv.Itoa(os.Getpid()))
	case "pid":
		return answer(strconv.Itoa(os.Getpid()))
	case "large":
		n, _ := strconv.Atoi(e.Body)
		return answer(strings.Repeat("x", n))
	case "runtime":
		return answer(outOfTurn())
	}
	return json.Marshal(
		map[string]any{
			"statusCode": 200,
			"body":       string(payload),
			"headers":    map[string]string{"Region": os.Getenv("AWS_REGION")},
		},
	)
}

func answer(body string) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": body})
}

// outOfTurn makes requests that the Runtime API refuses during an invocation, and lists the statuses.
func outOfTurn() string {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	var out []string
	for _, ask := range []string{"GET invocation/next", "POST invocation/another-id/response", "POST init/error"} {
		verb, path, _ := strings.Cut(ask, " ")
		r, err := http.NewRequest(verb, base+path, strings.NewReader("{}"))
		if err != nil {
			return err.Error()
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			return err.Error()
		}
		got.Body.Close()
		out = append(out, fmt.Sprint(path, " ", got.StatusCode))
	}
	return strings.Join(out, ", ")
}

func main() { lambda.Start(function{}) }
