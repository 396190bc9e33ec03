package front_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
)

// The path is passed on unchanged.
func ExampleHandler() {
	h := front.Handler(func(_ context.Context, r *exchange.Request) exchange.Answer {
		return exchange.Answer{Status: 200, Body: []byte(r.Verb + " " + r.RawPath + " " + r.RawQuery)}
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/prod//a%2Fb/?page=2", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 GET /prod//a%2Fb/ page=2
}

// The server on its own. It listens only on 127.0.0.1, and preserves the case of header names.
func ExampleNew() {
	l, err := front.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := front.New(front.Options{Func: func(_ context.Context, r *exchange.Request) exchange.Answer {
		return exchange.Answer{Status: 200, Body: []byte(r.RawPath)}
	}})
	defer server.Close()
	go server.Serve(l) // until it is closed

	answer, err := http.Get("http://" + l.Addr().String() + "/prod//orders%2F7")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(body), err)

	_, err = front.Listen("0.0.0.0:0")
	fmt.Println(errors.Is(err, front.ErrAddress))
	// Output:
	// 200 /prod//orders%2F7 <nil>
	// true
}
