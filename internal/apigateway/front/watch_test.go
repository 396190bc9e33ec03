package front

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// The context of a request ends when its client has left.
func TestClientLeaves(t *testing.T) {
	began, ended := make(chan struct{}, 1), make(chan error, 1)
	_, address := serve(
		t,
		Options{tick: time.Millisecond, Func: func(ctx context.Context, _ *exchange.Request) exchange.Answer {
			began <- struct{}{}
			select {
			case <-ctx.Done():
				ended <- ctx.Err()
			case <-time.After(2 * time.Minute):
				ended <- errors.New("the context did not end")
			}
			return exchange.Answer{Status: 200}
		}},
	)
	for _, how := range []string{"closes", "resets"} {
		t.Run(how, func(t *testing.T) {
			c := dial(t, address)
			io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			<-began
			if how == "resets" {
				c.(*net.TCPConn).SetLinger(0)
			}
			c.Close()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("want context.Canceled, got %v", err)
			}
		})
	}
}

// TestClientStays checks that watching does not disturb a request whose client waits, even if the next request has
// arrived.
func TestClientStays(t *testing.T) {
	_, address := serve(
		t,
		Options{tick: time.Millisecond, Func: func(ctx context.Context, r *exchange.Request) exchange.Answer {
			select {
			case <-ctx.Done():
				return exchange.Answer{Status: 500}
			case <-time.After(60 * time.Millisecond):
				return exchange.Answer{Status: 200}
			}
		}},
	)
	got := talk(t, address, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if n := strings.Count(got, "HTTP/1.1 200 OK\r\n"); n != 2 {
		t.Errorf("want two answers, got %q", got)
	}
}

// TestTimeouts checks that connections that take too long are ended.
func TestTimeouts(t *testing.T) {
	const short, long = 30 * time.Millisecond, time.Hour
	slow := map[string]string{
		"header": "the client did not send a whole header within 30ms, so the connection is closed",
		"body":   "the client sent no more of the body for 30ms, so the connection is closed",
	}
	for _, c := range []struct {
		name, sent string
		options    Options
	}{
		{"idle", "", Options{IdleTimeout: short, HeadTimeout: long, BodyTimeout: long, WriteTimeout: long}},
		{
			"header",
			"GET / HTTP/1.1\r\nHost",
			Options{IdleTimeout: long, HeadTimeout: short, BodyTimeout: long, WriteTimeout: long},
		},
		{
			"body",
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi",
			Options{IdleTimeout: long, HeadTimeout: long, BodyTimeout: short, WriteTimeout: long},
		},
		{
			"idle after an answer",
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
			Options{IdleTimeout: 20 * short, HeadTimeout: long, BodyTimeout: long, WriteTimeout: long},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.tick = 2 * time.Millisecond
			told := make(chan Refusal, 10)
			c.options.Refused = func(r Refusal) { told <- r }
			_, address := serve(t, c.options)
			got := talk(t, address, c.sent)
			if want := slow[c.name]; want != "" {
				if r := <-told; r.Status != 408 || r.Reason != want || r.SourceIP != "127.0.0.1" {
					t.Errorf("want a refusal that says %q, got %+v", want, r)
				}
			}
			if len(told) > 0 {
				t.Errorf("want no other refusal, got %+v", <-told)
			}
			if want := c.name == "idle after an answer"; strings.HasPrefix(got, "HTTP/1.1 200") != want {
				t.Errorf("want the connection to end, answered %t, got %q", want, got)
			}
		})
	}
	t.Run("a client that does not read", func(t *testing.T) {
		served := make(chan struct{})
		told := make(chan Refusal, 1)
		s, address := serve(
			t,
			Options{
				WriteTimeout: short,
				tick:         2 * time.Millisecond,
				Refused:      func(r Refusal) { told <- r },
				Func: func(context.Context, *exchange.Request) exchange.Answer {
					defer close(served)
					return exchange.Answer{Status: 200, Body: make([]byte, 64<<20)}
				},
			},
		)
		c := dial(t, address)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		<-served
		s.running.Wait() // the connection ends by itself
		if r := <-told; r.Reason != "the client did not take the answer within 30ms, so the connection is closed" {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("a header that trickles in is not let go on for ever", func(t *testing.T) {
		_, address := serve(t, Options{HeadTimeout: short, tick: 2 * time.Millisecond})
		c := dial(t, address)
		for range 2000 {
			if _, err := io.WriteString(c, "G"); err != nil {
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
		t.Error("want the connection to end")
	})
}

// TestDrain checks that Drain waits for open requests, ends idle connections and accepts no new ones.
func TestDrain(t *testing.T) {
	began, finish := make(chan struct{}), make(chan struct{})
	s, address := serve(t, Options{Func: func(ctx context.Context, r *exchange.Request) exchange.Answer {
		if r.RawPath == "/slow" {
			close(began)
			<-finish
		}
		return exchange.Answer{Status: 200, Body: []byte("done")}
	}})
	idle := dial(t, address)
	io.WriteString(idle, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := io.ReadFull(idle, make([]byte, len("HTTP/1.1 200 OK"))); err != nil {
		t.Fatal(err)
	}
	busy := dial(t, address)
	io.WriteString(busy, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n")
	<-began
	ended := make(chan error, 1)
	go func() { ended <- s.Drain(context.Background()) }()
	if _, err := io.ReadAll(idle); err != nil {
		t.Errorf("the idle connection: want it ended, got %v", err)
	}
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Error("want no new connections")
	}
	select {
	case err := <-ended:
		t.Errorf("want Drain to wait, got %v", err)
	default:
	}
	close(finish)
	got, _ := io.ReadAll(busy)
	if !strings.Contains(string(got), "Connection: close") || !strings.HasSuffix(string(got), "done") ||
		strings.Count(string(got), "HTTP/1.1") != 1 {
		t.Errorf("want one answer, and the connection closed, got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("want Drain to end well, got %v", err)
	}
}

// TestDrainGivesUp checks that Drain gives up when its context ends, and that Close ends the contexts of requests.
func TestDrainGivesUp(t *testing.T) {
	began := make(chan struct{})
	s, address := serve(t, Options{Func: func(ctx context.Context, _ *exchange.Request) exchange.Answer {
		close(began)
		<-ctx.Done()
		return exchange.Answer{Status: 200}
	}})
	c := dial(t, address)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("want the context's error, got %v", err)
	}
	s.Close()
	s.running.Wait()
}

// TestDrainRaces checks that a request that arrives during the shutdown is answered completely or not at all.
func TestDrainRaces(t *testing.T) {
	for range 50 {
		s, address := serve(t, Options{})
		c := dial(t, address)
		go func() {
			io.WriteString(c, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
			io.WriteString(c, "cd")
		}()
		go s.Drain(context.Background())
		got, _ := io.ReadAll(c)
		if len(got) > 0 && !strings.HasSuffix(string(got), "POST /a abcd") {
			t.Fatalf("want a whole answer or none, got %q", got)
		}
	}
}
