package orders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// logged answers the requests of a route and logs one line about each. It logs the route and not the path, query or
// headers, because those may contain a token.
func (s *service) logged(route string, answer endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(route, answer, w, r) })
}

func (s *service) serve(route string, answer endpoint, w http.ResponseWriter, r *http.Request) {
	start := s.now()
	rec := &recorder{ResponseWriter: w}
	err := safely(answer, rec, r)
	broken := err != nil && rec.status != 0 // whether it failed after the answer had begun
	if err != nil && !broken {
		rec.fail(err)
	}

	attrs := append([]slog.Attr{
		slog.String("route", route),
		slog.Int("status", rec.status),
		slog.Int64("durationMs", s.now().Sub(start).Milliseconds()),
	}, lambdahttp.LogAttrs(r.Context())...)
	if c, ok := lambdahttp.CallerFrom(r.Context()); ok {
		attrs = append(attrs, slog.String("principal", c.Principal))
	}
	level := slog.LevelInfo
	if rec.status >= 500 || broken {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", err))
	}
	s.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// safely turns a panic into an error. In Lambda a panic would end the process, and API Gateway would answer without the
// function's CORS headers. The panic's value may quote the request, so only a runtime error is logged.
func safely(answer endpoint, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("orders: panic: %w\n%s", p, debug.Stack())
		default:
			err = fmt.Errorf("orders: panic with a %T\n%s", p, debug.Stack())
		}
	}()
	return answer(w, r)
}

// recorder records the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// fail answers with the problem for an error.
func (r *recorder) fail(err error) {
	var p *Problem
	switch {
	case errors.As(err, &p):
	case errors.Is(err, ErrNotFound):
		p = problem(http.StatusNotFound, "there is no order with this id")
	case errors.Is(err, ErrNotOpen):
		p = problem(http.StatusConflict, "the order is no longer open, so it cannot be withdrawn")
	case errors.Is(err, ErrFull):
		p = problem(http.StatusServiceUnavailable, "the service has no room for more orders: withdraw some")
	case errors.Is(err, ErrBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p = problem(http.StatusServiceUnavailable, "the service is busy: send the request again")
		r.Header().Set("Retry-After", "1")
	default:
		p = problem(http.StatusInternalServerError, "the fault is the service's, and its log has the reason")
	}
	writeJSON(r, p.Status, "application/problem+json", p)
}
