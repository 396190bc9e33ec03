package jwt

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestFaultyServers runs each fault with a separate server, over a loopback connection and with the default transport.
// Each is about contract line 32 unless it names another.
func TestFaultyServers(t *testing.T) {
	good := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, fullKeySet())
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string // part of the error; "" if the keys are taken
	}{
		{"as it should be", func(w http.ResponseWriter, _ *http.Request) { good(w) }, ""},
		{"another JSON type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/jwk-set+json; charset=utf-8")
			io.WriteString(w, fullKeySet())
		}, ""},
		{"in pieces, slowly but in time", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			text := fullKeySet()
			for _, piece := range []string{text[:100], text[100:200], text[200:]} {
				io.WriteString(w, piece)
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, ""},
		{"status 500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); good(w) }, "status 500"},
		{"status 404", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, "status 404"},
		{"status 206", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(206); good(w) }, "status 206"},
		{"a redirect to good keys", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				good(w)
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, "redirects are not followed"},
		{"a permanent redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://attacker.example/", http.StatusPermanentRedirect)
		}, "redirects are not followed"},
		{"HTML", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<!doctype html><title>Sign in</title>")
		}, `content type "text/html; charset=utf-8"`},
		{"HTML that says it is JSON", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, "<!doctype html><title>Sign in</title>")
		}, "not JSON"},
		{"good keys that say they are HTML", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, fullKeySet())
		}, "content type"},
		{"no content type", func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, fullKeySet())
		}, "content type"},
		{"empty", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "application/json") },
			"empty"},
		{"30 MB, announced", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "31457280")
			io.WriteString(w, "{")
		}, "larger than 1048576 bytes"},
		{"30 MB, not announced", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, fullKeySet())
			for range 30 << 4 {
				if _, err := w.Write(bytes.Repeat([]byte{' '}, 1<<16)); err != nil {
					return // the client has seen enough
				}
			}
		}, "larger than 1048576 bytes"},
		{"truncated", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100000")
			io.WriteString(w, fullKeySet())
		}, "broke off"},
		{"truncated in a chunk", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, fullKeySet())
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "broke off"},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			w.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0})
		}, "not JSON"},
		{"connection closed", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"slow to begin", func(w http.ResponseWriter, r *http.Request) { waitFor(r) }, "no answer within"},
		{"slow to end", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, "{")
			w.(http.Flusher).Flush()
			waitFor(r)
		}, "no answer within"},
		{"too many keys", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"keys":[{}`+strings.Repeat(",{}", defaultMaxKeys)+`]}`)
		}, "101 keys"},
		{"19 two keys with one kid", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa"])))
		}, "the same kid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := atomic.Int64{}
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				c.answer(w, r)
			}))
			s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
			defer s.Close()
			f := newFixture(t, func(o *Options) {
				o.Transport = nil
				o.Issuers[0].JWKSURL, o.Issuers[0].AllowLoopbackHTTP = s.URL+"/keys", true
				if strings.HasPrefix(c.want, "no answer") {
					o.FetchTimeout = 50 * time.Millisecond
				}
			})
			_, err := f.verify(lasting("rsa"))
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), c.want) &&
				!(strings.HasPrefix(c.want, "no answer") && errors.Is(err, context.DeadlineExceeded)) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			checkLeak(t, lasting("rsa"), err.Error())
			_, again := f.verify(lasting("rsa"))
			// A busy machine may give up a request before it has sent it.
			if n := requests.Load(); !errors.Is(again, ErrUnavailable) || n > 1 || n == 0 &&
				!strings.HasPrefix(c.want, "no answer") {
				t.Errorf("within the back-off: %v, %d requests", again, requests.Load())
			}
		})
	}
}

// waitFor waits until the client has gone.
func waitFor(r *http.Request) { <-r.Context().Done() }

// endless is a body without an end. It counts the bytes that were read.
type endless struct{ read, closed atomic.Int64 }

func (e *endless) Read(b []byte) (int, error) {
	e.read.Add(int64(len(b)))
	return copy(b, bytes.Repeat([]byte{' '}, len(b))), nil
}

func (e *endless) Close() error { e.closed.Add(1); return nil }

func TestLine32AnEndlessAnswerIsReadUpToTheLimit(t *testing.T) {
	body := new(endless)
	f := newFixture(t, func(o *Options) { o.MaxBody = 1000 })
	f.server.serveWith(func(*http.Request) (*http.Response, error) {
		answer := response(200, "application/json", "")
		answer.Body, answer.ContentLength = body, -1
		return answer, nil
	})
	f.want(t, lasting("rsa"), ErrUnavailable)
	if body.read.Load() != 1001 || body.closed.Load() != 1 {
		t.Errorf("%d bytes were read, and the body was closed %d times", body.read.Load(), body.closed.Load())
	}
}

func TestIsJSON(t *testing.T) {
	for kind, want := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "application/jwk-set+json": true,
		"Application/JSON": true, "": false, "text/html": false, "text/json": false, "application/octet-stream": false,
		"application/jwt": false, "image/svg+json": false, "application/json, text/html": false, "+json": false,
	} {
		if got := isJSON(kind); got != want {
			t.Errorf("%q: got %v", kind, got)
		}
	}
}

func TestLine32HTTPSIsVerified(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, fullKeySet())
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	defer s.Close()
	https := func(o *Options) { o.Issuers[0].JWKSURL = s.URL; o.Transport = nil }
	f := newFixture(t, https)
	var unknownAuthority *tls.CertificateVerificationError
	if _, err := f.verify(lasting("rsa")); !errors.Is(err, ErrUnavailable) || !errors.As(err, &unknownAuthority) {
		t.Errorf("an unknown authority: %v", err)
	}
	f = newFixture(t, https, func(o *Options) { o.Transport = s.Client().Transport })
	f.want(t, lasting("rsa"), nil)
}

// There is one round trip, or two with discovery over the same connection. No connection remains open that a freeze
// could break.
func TestConnections(t *testing.T) {
	var opened, requests atomic.Int64
	closed := make(chan struct{}, 10)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/keys" {
			io.WriteString(w, fullKeySet())
			return
		}
		io.WriteString(w, object{"issuer": "http://" + r.Host, "jwks_uri": "http://" + r.Host + "/keys"}.String())
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened.Add(1)
		case http.StateClosed:
			closed <- struct{}{}
		}
	}
	s.Start()
	defer s.Close()
	f := newFixture(t, func(o *Options) {
		o.Transport = nil
		o.Issuers[0] = Issuer{URL: s.URL, Audiences: []string{testAudience}, AllowLoopbackHTTP: true}
	})
	f.want(t, rs256(nil, object{"iss": s.URL}), nil)
	if opened.Load() != 1 || requests.Load() != 2 {
		t.Errorf("%d requests over %d connections, want 2 over 1", requests.Load(), opened.Load())
	}
	<-closed
}
