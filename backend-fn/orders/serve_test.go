package orders_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/internal/storetest"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// faulty is a store whose calls all return the same error.
type faulty func() error

func (f faulty) Create(context.Context, orders.Order) error        { return f() }
func (f faulty) Delete(context.Context, string) error              { return f() }
func (f faulty) Get(context.Context, string) (orders.Order, error) { return orders.Order{}, f() }
func (f faulty) List(context.Context, string, int) ([]orders.Order, error) {
	return nil, f()
}

func TestStoreErrors(t *testing.T) {
	const secret = "sk-this-must-not-be-seen"
	for _, tt := range []struct {
		name   string
		fault  func() error
		want   int
		retry  string // the header
		logged string
	}{
		{
			"unknown error",
			func() error { return errors.New("dynamo: list: AccessDeniedException") },
			500,
			"",
			"AccessDeniedException",
		},
		{
			"busy",
			func() error { return fmt.Errorf("dynamo: ThrottlingException: %w", orders.ErrBusy) },
			503,
			"1",
			"ThrottlingException",
		},
		{"full", func() error { return orders.ErrFull }, 503, "", "full"},
		{"too slow", func() error { return context.DeadlineExceeded }, 503, "1", "deadline"},
		{"client disconnected", func() error { return context.Canceled }, 503, "1", "canceled"},
		{"runtime panic", func() error { return []error(nil)[len(madeID)] }, 500, "", "index out of range"},
		{"panic with text of the request", func() error { panic(secret) }, 500, "", "panic with a string"},
	} {
		for _, r := range []struct{ method, target, body string }{
			{"GET", "/orders", ""},
			{"POST", "/orders", tea},
			{"GET", "/orders/" + madeID, ""},
			{"DELETE", "/orders/" + madeID, ""},
		} {
			t.Run(tt.name+"/"+r.method+" "+r.target, func(t *testing.T) {
				var log bytes.Buffer
				got := send(service(faulty(tt.fault), &log), r.method, r.target, r.body)
				if got.status != tt.want || got.header.Get("Retry-After") != tt.retry {
					t.Errorf("got %d, Retry-After %q, want %d, %q",
						got.status, got.header.Get("Retry-After"), tt.want, tt.retry)
				}
				checkProblem(t, got)
				if strings.Contains(got.body, tt.logged) && tt.want == 500 {
					t.Errorf("got body %s, want one without %q", got.body, tt.logged)
				}
				if !strings.Contains(log.String(), tt.logged) || !strings.Contains(log.String(), `"level":"ERROR"`) {
					t.Errorf("got log %s, want level ERROR with %q", log.String(), tt.logged)
				}
				if strings.Contains(log.String()+got.body, secret) {
					t.Errorf("body or log contains the panic's text: %s %s", got.body, log.String())
				}
			})
		}
	}
}

// The order with the same ID may be deleted before the service reads it.
func TestCreateConflictWithDeletedOrder(t *testing.T) {
	store := struct{ orders.Store }{faulty(func() error { return orders.ErrNotFound })}
	h := service(creates{store, orders.ErrExists}, io.Discard)
	if got := send(h, "POST", "/orders", withID(madeID)); got.status != 409 {
		t.Errorf("deleted: got %d %s, want 409", got.status, got.body)
	}
	h = service(creates{faulty(func() error { return orders.ErrBusy }), orders.ErrExists}, io.Discard)
	if got := send(h, "POST", "/orders", withID(madeID)); got.status != 503 {
		t.Errorf("busy: got %d %s, want 503", got.status, got.body)
	}
}

// If the SDK loses the answer to a write, it repeats the write, which then conflicts with the order that it created.
func TestCreateConflictWithOwnWrite(t *testing.T) {
	store := orders.NewMemoryStore(10)
	if got := send(service(store, io.Discard), "POST", "/orders", tea, by("user-1")); got.status != 201 {
		t.Fatalf("first POST: got %d, want 201", got.status)
	}
	got := send(service(creates{store, orders.ErrExists}, io.Discard), "POST", "/orders", tea, by("user-1"))
	if got.status != 201 || !strings.Contains(got.body, madeID) {
		t.Errorf("got %d %s, want 201 with the order", got.status, got.body)
	}
}

// creates is a store whose Create returns err.
type creates struct {
	orders.Store
	err error
}

func (c creates) Create(context.Context, orders.Order) error { return c.err }

func TestCreateWithoutRandomness(t *testing.T) {
	h := orders.New(orders.NewMemoryStore(1), orders.Options{
		Log:    slog.New(slog.DiscardHandler),
		Random: strings.NewReader("short"),
	})
	if got := send(h, "POST", "/orders", tea); got.status != 500 {
		t.Errorf("got %d, want 500, because the ID could be guessed", got.status)
	}
}

func TestLogLine(t *testing.T) {
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl"
	store := orders.NewMemoryStore(10)
	if err := store.Create(t.Context(), storetest.Order(0)); err != nil {
		t.Fatal(err)
	}
	attrs := func(r *http.Request) {
		*r = *r.WithContext(lambdahttp.WithLogAttrs(
			lambdahttp.WithLogAttrs(r.Context(), slog.String("apiRequestId", "api-1")),
			slog.String("requestId", "req-1"),
		))
	}
	for _, tt := range []struct {
		name, method, target, body string
		route                      string
		status                     float64
	}{
		{"list", "GET", "/orders?access_token=" + token, "", "GET /orders", 200},
		{"bad cursor", "GET", "/orders?cursor=" + token, "", "GET /orders", 400},
		{"get", "GET", "/orders/" + storetest.Order(0).ID, "", "GET /orders/{id}", 200},
		{"token as an ID", "GET", "/orders/" + token, "", "GET /orders/{id}", 404},
		{"token as a path", "GET", "/" + token, "", "none", 404},
		{"token as a method", token, "/orders", "", "none", 404},
		{"token in the body", "POST", "/orders", `{"` + token + `":1}`, "POST /orders", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			send(service(store, &log), tt.method, tt.target, tt.body, by("user-1"), attrs,
				header("Authorization", "Bearer "+token), header("Cookie", "session="+token))
			for part := range strings.SplitSeq(token, ".") {
				if strings.Contains(log.String(), part) {
					t.Errorf("the log contains a part of the token: %s", log.String())
				}
			}
			var line map[string]any
			if err := json.Unmarshal(log.Bytes(), &line); err != nil {
				t.Fatalf("got log %s, %v, want one line of JSON", log.String(), err)
			}
			delete(line, "time")
			want := map[string]any{
				"level":        "INFO",
				"msg":          "request",
				"route":        tt.route,
				"status":       tt.status,
				"durationMs":   0.0,
				"apiRequestId": "api-1",
				"requestId":    "req-1",
				"principal":    "user-1",
			}
			for k, v := range want {
				if line[k] != v {
					t.Errorf("%s: got %v, want %v", k, line[k], v)
				}
			}
			if len(line) != len(want) {
				t.Errorf("got %v, want only the members %v", line, want)
			}
		})
	}
}
