package lambdaruntime

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// beganStream invokes a function that streams, and returns when it has sent its first part and waits at the gate.
func beganStream(t *testing.T, p *Pool, g *gate, name, then string) (*StreamedAnswer, visitor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, result, err := p.InvokeStream(ctx, name, []byte(`"`+then+`"`), InvokeOptions{})
	if err != nil || s == nil {
		t.Fatalf("want a stream, got %+v, %v", result, err)
	}
	t.Cleanup(func() { s.Body.Close() })
	first := make([]byte, 3)
	if _, err := io.ReadFull(s.Body, first); err != nil || string(first) != "one" {
		t.Fatalf("want one, got %q, %v", first, err)
	}
	return s, g.wait(t)
}

// The first part is here while the function still writes, and then the rest, or how the function failed.
func TestStream(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{})
	spec := fault("stream")
	spec.Env, spec.Timeout = g.env(), time.Minute
	add(t, p, spec)
	for _, c := range []struct{ then, rest, kind, message string }{
		{"", "two", "", ""},
		{"fail", "", "errorString", "the other half is gone"},
		{"exit", "", "Runtime.ExitError", "exit status 7"},
		{"", "two", "", ""},
	} {
		s, v := beganStream(t, p, g, spec.Name, c.then)
		v.release()
		rest, err := io.ReadAll(s.Body)
		var fault *FunctionError
		switch {
		case string(rest) != c.rest:
			t.Errorf("%q: want the rest %q, got %q, %v", c.then, c.rest, rest, err)
		case c.kind == "" && err != nil:
			t.Errorf("%q: %v", c.then, err)
		case c.kind != "" && (!errors.As(err, &fault) || fault.Type != c.kind || !strings.Contains(fault.Message, c.message)):
			t.Errorf("%q: want %s %s, got %v", c.then, c.kind, c.message, err)
		}
	}
}

// The function's time-out ends a stream, too.
func TestStreamTimeout(t *testing.T) {
	t.Parallel() // it waits for the limit
	g := newGate(t)
	p := newPool(t, Options{})
	spec := fault("stream")
	spec.Env, spec.Timeout = g.env(), limit
	add(t, p, spec)
	s, v := beganStream(t, p, g, spec.Name, "sleep")
	v.release()
	var fault *FunctionError
	if rest, err := io.ReadAll(s.Body); !errors.As(err, &fault) || fault.Type != typeTimeout || len(rest) > 0 {
		t.Errorf("want the time-out, got %q, %v", rest, err)
	}
}

// TestStreamLeft checks that a listener that leaves does not end the function: its process takes the next invocation.
// Closing the pool ends it.
func TestStreamLeft(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 1})
	spec := fault("stream")
	spec.Env, spec.Timeout = g.env(), time.Minute
	add(t, p, spec)
	s, v := beganStream(t, p, g, spec.Name, "")
	s.Body.Close()
	v.release()
	next, v := beganStream(t, p, g, spec.Name, "")
	if next.ColdStart {
		t.Error("the process was replaced")
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(next.Body)
		ended <- err
	}()
	p.Close()
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("want ErrClosed, got %v", err)
	}
	v.gone(t)
}

// TestStreamLeftBeforeItBegins checks that the function does not wait for a reader until its timeout if the caller
// leaves before the answer begins.
func TestStreamLeftBeforeItBegins(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 1})
	spec := fault("stream")
	spec.Env, spec.Timeout = g.env(), 2*patience
	add(t, p, spec)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, _, err := p.InvokeStream(ctx, spec.Name, []byte(`"late"`), InvokeOptions{})
		left <- err
	}()
	v := g.wait(t)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatalf("want the context's error, got %v", err)
	}
	v.release()
	next, v := beganStream(t, p, g, spec.Name, "")
	v.release()
	if next.ColdStart {
		t.Error("the process was replaced")
	}
}

// A function that answers at once, and one that fails before it answers, invoked for a stream.
func TestStreamOfOthers(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, fault("pid"), fault("error"))
	s, _, err := p.InvokeStream(t.Context(), "pid", []byte("{}"), InvokeOptions{})
	if err != nil || s == nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(s.Body); err != nil || len(body) == 0 {
		t.Errorf("got %q, %v", body, err)
	}
	s, result, err := p.InvokeStream(t.Context(), "error", []byte("{}"), InvokeOptions{})
	if err != nil || s != nil || result.Error == nil || result.Error.Message != "Unauthorized" {
		t.Errorf("got %v, %+v, %v", s, result, err)
	}
	if _, _, err := p.InvokeStream(t.Context(), "none", nil, InvokeOptions{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("want ErrNotFound, got %v", err)
	}
}
