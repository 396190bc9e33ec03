package introspection

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

func TestRequestIsThatOfTheRFC(t *testing.T) {
	f := newFixture(t, sayJSON(active))
	a, err := f.ask("opaque-1")
	if err != nil || !a.Claims().Get("sub").Is("user-1") {
		t.Fatalf("got %v, %v", a, err)
	}
	c := f.server.last()
	// RFC 6749, section 2.3.1: both are form-encoded before they are put together.
	if c.user != "orders+api" || c.secret != "s3cret+%26+more" {
		t.Errorf("authenticated as %q with %q", c.user, c.secret)
	}
	if got := c.form.Encode(); got != "token=opaque-1&token_type_hint=access_token" {
		t.Errorf("form %q", got)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "Idempotency-Key": "",
	} {
		if got := c.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestSecretInTheBody(t *testing.T) {
	f := newFixture(t, sayJSON(active), func(o *Options) { o.Method = clientauth.Post })
	if _, err := f.ask("opaque-1"); err != nil {
		t.Fatal(err)
	}
	c := f.server.last()
	if c.authenticated || c.form.Get("client_id") != "orders api" || c.form.Get("client_secret") != "s3cret & more" {
		t.Errorf("form %v, header %v", c.form, c.header)
	}
}

// Every behavior of an endpoint has one outcome. docs/opaque-tokens.md has the same table.
func TestOutcomes(t *testing.T) {
	const junk = `{"active":true`
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error  // the error of the first request
		text   string // part of its error
		again  int    // calls that a second request causes at once
	}{
		"active":              {sayJSON(active), nil, "", 0},
		"active, with more":   {says(200, "application/json; charset=utf-8", active), nil, "", 0},
		"not active":          {sayJSON(`{"active":false}`), jwt.ErrInactive, "not active", 0},
		"not active, and sub": {sayJSON(`{"active":false,"sub":"user-1"}`), jwt.ErrInactive, "", 0},
		"401": {says(401, "application/json", `{"error":"invalid_client"}`), ErrUnavailable,
			"status 401: it does not let this client ask: check the client id", 0},
		"403": {says(403, "application/json", `{}`), ErrUnavailable, "status 403: it does not let this client ask", 0},
		"400": {says(400, "application/json", `{"error":"invalid_request"}`), ErrUnavailable,
			"status 400", 1},
		"404":                {says(404, "application/json", active), ErrUnavailable, "status 404 instead of 200", 0},
		"429":                {says(429, "application/json", active), ErrUnavailable, "no capacity", 0},
		"500":                {says(500, "application/json", active), ErrUnavailable, "status 500 instead of 200", 0},
		"503":                {says(503, "application/json", active), ErrUnavailable, "no capacity", 0},
		"201":                {says(201, "application/json", active), ErrUnavailable, "status 201 instead of 200", 0},
		"300":                {says(300, "application/json", active), ErrUnavailable, "redirects are not followed", 0},
		"399":                {says(399, "application/json", active), ErrUnavailable, "redirects are not followed", 0},
		"402":                {says(402, "application/json", active), ErrUnavailable, "status 402 instead of 200", 0},
		"HTML":               {says(200, "text/html", active), ErrUnavailable, `content type "text/html"`, 0},
		"no content type":    {says(200, "", active), ErrUnavailable, "content type", 0},
		"a signed answer":    {says(200, signedType, "a.b.c"), ErrUnavailable, "content type", 0},
		"broken JSON":        {sayJSON(junk), ErrUnavailable, "not strict JSON", 0},
		"empty":              {sayJSON(""), ErrUnavailable, "not strict JSON", 0},
		"an array":           {sayJSON(`[true]`), ErrUnavailable, "instead of an object", 0},
		"active missing":     {sayJSON(`{"sub":"user-1"}`), ErrUnavailable, "no member active", 0},
		"active as text":     {sayJSON(`{"active":"true"}`), ErrUnavailable, "active is a string", 0},
		"active as a number": {sayJSON(`{"active":1}`), ErrUnavailable, "active is a number", 0},
		"active null":        {sayJSON(`{"active":null}`), ErrUnavailable, "active is null", 0},
		"Active":             {sayJSON(`{"Active":true}`), ErrUnavailable, "no member active", 0},
		"active twice":       {sayJSON(`{"active":false,"active":true}`), ErrUnavailable, "not strict JSON", 0},
		"sub twice":          {sayJSON(`{"active":true,"sub":"a","sub":"b"}`), ErrUnavailable, "not strict JSON", 0},
		"exp as text":        {sayJSON(`{"active":true,"exp":"1700000300"}`), ErrUnavailable, "exp is not a number", 0},
		"exp too large":      {sayJSON(`{"active":true,"exp":1e300}`), ErrUnavailable, "exp is not a number", 0},
		"exp at the limit":   {sayJSON(`{"active":true,"exp":9007199254740991}`), nil, "", 0},
		"exp past the limit": {sayJSON(`{"active":true,"exp":9007199254740992}`), ErrUnavailable, "exp is not a number", 0},
		"nbf at the limit":   {sayJSON(`{"active":true,"nbf":-9007199254740991}`), nil, "", 0},
		"nbf past the limit": {sayJSON(`{"active":true,"nbf":-9007199254740992}`), ErrUnavailable, "nbf is not a number", 0},
		"nbf null":           {sayJSON(`{"active":true,"nbf":null}`), ErrUnavailable, "nbf is not a number", 0},
		"64 KB":              {sayJSON(active + strings.Repeat(" ", maxAnswer-len(active))), nil, "", 0},
		"a byte more": {sayJSON(active + strings.Repeat(" ", maxAnswer-len(active)+1)),
			ErrUnavailable, "larger than 65536 bytes", 0},
		"65 KB": {sayJSON(`{"active":true,"x":"` + strings.Repeat("x", maxAnswer) + `"}`),
			ErrUnavailable, "larger than", 0},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, ErrUnavailable, "redirects are not followed", 0},
		"the connection breaks": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			ErrUnavailable, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, c.answer)
			f.server.Config.ErrorLog = quiet
			a, err := f.ask("opaque-1")
			if !errors.Is(err, c.want) || err == nil != (c.want == nil) || (a == nil) != (err != nil) {
				t.Fatalf("got %v, %v, want %v", a, err, c.want)
			}
			if err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %q does not say %q", err, c.text)
			}
			if err != nil && strings.Contains(err.Error(), "opaque-1") {
				t.Errorf("error %q contains the token", err)
			}
			f.server.count()
			if _, again := f.ask("opaque-1"); !errors.Is(again, c.want) {
				t.Errorf("the second request got %v", again)
			}
			if n := f.server.count(); n != c.again {
				t.Errorf("the second request caused %d calls, want %d", n, c.again)
			}
			// A failure is not remembered for a token: once the endpoint works again, so does the token.
			if errors.Is(c.want, ErrUnavailable) {
				f.server.serve(sayJSON(active))
				f.clock.Advance(firstBackoff)
				if _, err := f.ask("opaque-1"); err != nil {
					t.Errorf("after the failure: %v", err)
				}
			}
		})
	}
}

func TestDown(t *testing.T) {
	f := newFixture(t, sayJSON(active))
	f.server.Close()
	if _, err := f.ask("opaque-1"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

// A slow endpoint costs one request the time-out, and no later one.
func TestSlow(t *testing.T) {
	release := make(chan struct{})
	f := newFixture(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}, func(o *Options) { o.Timeout = 50 * time.Millisecond })
	defer close(release)
	if _, err := f.ask("opaque-1"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "within 50ms") &&
		!errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	f.server.count()
	if _, err := f.ask("opaque-2"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "left alone") {
		t.Errorf("got %v", err)
	}
	if n := f.server.count(); n != 0 {
		t.Errorf("%d calls during the pause of the endpoint", n)
	}
}

// A request that is canceled ends at once, and the call continues for those that follow.
func TestGivenUp(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	f := newFixture(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		sayJSON(active)(w, r)
	})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := f.Ask(ctx, "opaque-1"); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(release)
	if _, err := f.ask("opaque-1"); err != nil {
		t.Error(err)
	}
	if n := f.server.count(); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

func TestThousandRequestsOfOneToken(t *testing.T) {
	f := newFixture(t, sayJSON(active))
	ask := func(n int) {
		t.Helper()
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				if _, err := f.ask("opaque-1"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	ask(1000)
	if n := f.server.count(); n != 1 {
		t.Errorf("1,000 requests at once: %d calls, want 1", n)
	}
	f.clock.Advance(defaultKeep - time.Second)
	ask(1000)
	if n := f.server.count(); n != 0 {
		t.Errorf("1,000 requests while the answer counts: %d calls, want 0", n)
	}
	f.clock.Advance(time.Second)
	ask(1000)
	if n := f.server.count(); n != 1 {
		t.Errorf("1,000 requests after that: %d calls, want 1", n)
	}
	f.clock.Advance(-time.Hour)
	ask(1)
	if n := f.server.count(); n != 1 {
		t.Errorf("after the clock was set back: %d calls, want 1", n)
	}
}

func TestHowLongAnAnswerCounts(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		keep   time.Duration
		want   time.Duration // the last second in which it is still there, from t0
	}{
		"the default":               {`{"active":true}`, 0, defaultKeep - time.Second},
		"as configured":             {`{"active":true}`, 5 * time.Minute, 5*time.Minute - time.Second},
		"exp is earlier":            {`{"active":true,"exp":1700000030}`, 0, 29 * time.Second},
		"exp with a fraction":       {`{"active":true,"exp":1700000030.9}`, 0, 29 * time.Second},
		"exp is later":              {`{"active":true,"exp":1700000300}`, 0, defaultKeep - time.Second},
		"not active":                {`{"active":false}`, 0, refusedKeep - time.Second},
		"not active, and kept less": {`{"active":false}`, 2 * time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, sayJSON(c.answer), func(o *Options) { o.Keep = c.keep })
			_, _ = f.ask("opaque-1")
			f.clock.Advance(c.want)
			_, _ = f.ask("opaque-1")
			if n := f.server.count(); n != 1 {
				t.Errorf("%d calls within %v, want 1", n, c.want)
			}
			f.clock.Advance(time.Second)
			_, _ = f.ask("opaque-1")
			if n := f.server.count(); n != 1 {
				t.Errorf("%d calls a second later, want 1", n)
			}
		})
	}
	t.Run("not at all", func(t *testing.T) {
		f := newFixture(t, sayJSON(active), func(o *Options) { o.Keep = -1 })
		for range 3 {
			if _, err := f.ask("opaque-1"); err != nil {
				t.Error(err)
			}
		}
		if n := f.server.count(); n != 3 {
			t.Errorf("%d calls, want 3", n)
		}
	})
	t.Run("expired", func(t *testing.T) { // it is for jwt.Issuer.CheckAnswer to reject that
		f := newFixture(t, sayJSON(`{"active":true,"exp":1}`))
		for range 2 {
			if a, err := f.ask("opaque-1"); err != nil || !a.Claims().Get("exp").Exists() {
				t.Error(a, err)
			}
		}
		if n := f.server.count(); n != 2 {
			t.Errorf("%d calls, want 2: an answer past exp is not kept", n)
		}
	})
}

// A flood of invented tokens causes no call beyond the limits, and does not affect the cache.
func TestFlood(t *testing.T) {
	f := newFixture(t, sayJSON(active))
	if _, err := f.ask("good"); err != nil {
		t.Fatal(err)
	}
	f.server.count()
	f.server.serve(sayJSON(`{"active":false}`))
	flood := func(prefix string) (rejected, failed int) {
		for i := range 10_000 {
			switch _, err := f.ask(fmt.Sprintf("%s-%d", prefix, i)); {
			case errors.Is(err, jwt.ErrRejected):
				rejected++
			case errors.Is(err, ErrUnavailable):
				failed++
			default:
				t.Fatal(err)
			}
		}
		return rejected, failed
	}
	rejected, failed := flood("junk")
	if n := f.server.count(); n != allowedAtOnce || rejected != allowedAtOnce || failed != 10_000-allowedAtOnce {
		t.Errorf("%d calls, %d rejected, %d failed: want %d calls", n, rejected, failed, allowedAtOnce)
	}
	f.clock.Advance(2 * time.Second)
	flood("more")
	if n := f.server.count(); n != 2*allowedPerSecond {
		t.Errorf("%d calls two seconds later, want %d", n, 2*allowedPerSecond)
	}
	for i := range 10_000 {
		_, _ = f.ask(fmt.Sprintf("no token %d", i))
	}
	if _, err := f.ask("good"); err != nil {
		t.Errorf("the cached answer is no longer used: %v", err)
	}
	if n := f.server.count(); n != 0 {
		t.Errorf("%d calls for a text that cannot be a token and for a cached answer, want 0", n)
	}
	// Good tokens do not use up the allowance.
	f.clock.Advance(time.Minute)
	f.server.serve(sayJSON(active))
	for i := range 1000 {
		if _, err := f.ask(fmt.Sprintf("good-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.server.count(); n != 1000 {
		t.Errorf("%d calls for 1,000 good tokens", n)
	}
	if f.kept.count > maxKept || f.kept.bytes > maxKeptBytes || len(f.kept.entries) != f.kept.count {
		t.Errorf("%d answers in %d bytes are kept", f.kept.count, f.kept.bytes)
	}
}

// A call that the flood's limit prevents does not count as one that is trying the endpoint.
func TestFailureAfterFlood(t *testing.T) {
	f := newFixture(t, sayJSON(`{"active":false}`))
	for i := range 2 * allowedAtOnce {
		_, _ = f.ask(fmt.Sprintf("junk-%d", i))
	}
	f.clock.Advance(time.Minute)
	f.server.serve(says(http.StatusInternalServerError, "text/plain", ""))
	if _, err := f.ask("good"); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	f.clock.Advance(time.Minute)
	f.server.serve(sayJSON(active))
	if _, err := f.ask("good"); err != nil {
		t.Errorf("the endpoint works again: %v", err)
	}
}

// Requests with different tokens at a time share the calls of their own tokens.
func TestCallsOfTwoTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		c, err := New(Options{
			Endpoint: "https://idp.example.com/introspect", ClientID: "orders api", Keep: -1,
			Credential: func(context.Context) ([]byte, error) { return []byte("s3cret & more"), nil },
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				calls.Add(1)
				time.Sleep(time.Second)
				w := httptest.NewRecorder()
				sayJSON(`{"active":true}`)(w, r)
				return w.Result(), nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for _, token := range []string{"one", "two", "one", "two"} {
			wait.Go(func() {
				if _, err := c.Ask(t.Context(), token); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Millisecond)
		}
		wait.Wait()
		if n := calls.Load(); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
}

// A request that finds no room for its call ends when its time is up.
func TestNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		c, err := New(Options{
			Endpoint: "https://idp.example.com/introspect", ClientID: "orders api",
			Credential: func(context.Context) ([]byte, error) { return []byte("s3cret & more"), nil },
			Transport: transport(func(*http.Request) (*http.Response, error) {
				<-end // without regard to the request's context
				return nil, errors.New("late")
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		var busy atomic.Int64
		began := time.Now()
		for i := range maxCalls + 2 {
			wait.Go(func() {
				_, err := c.Ask(t.Context(), fmt.Sprint("token-", i))
				if !errors.Is(err, ErrUnavailable) || time.Since(began) != defaultTimeout {
					t.Errorf("%v after %v", err, time.Since(began))
				}
				if strings.Contains(err.Error(), "8 calls are under way") {
					busy.Add(1)
				}
			})
		}
		wait.Wait()
		if n := busy.Load(); n != 2 {
			t.Errorf("%d requests had no room, want 2", n)
		}
		close(end)
		synctest.Wait()
	})
}

// closer counts how often its idle connections are closed.
type closer struct {
	http.RoundTripper
	closed int
}

func (c *closer) CloseIdleConnections() { c.closed++ }

// TestIdleConnections checks that a connection that was open before a freeze of the function is not used.
func TestIdleConnections(t *testing.T) {
	c := &closer{RoundTripper: http.DefaultTransport}
	f := newFixture(t, sayJSON(active), func(o *Options) { o.Transport = c })
	for i, want := range []int{1, 1, 1, 2} { // the first call finds none to close
		if _, err := f.ask(fmt.Sprint("token-", i)); err != nil || c.closed != want {
			t.Errorf("call %d: closed %d times, want %d: %v", i, c.closed, want, err)
		}
		f.clock.Advance(time.Duration(i) * (idle - 1))
	}
}

// TestSignedAnswers checks that, if answers must be signed, only a verified answer is read.
func TestSignedAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		text   string // the result of the verification
		err    error
		want   error
	}{
		{"signed", says(200, signedType, "jws"), active, nil, nil},
		{"signed, and not active", says(200, signedType, "jws"), `{"active":false}`, nil, jwt.ErrInactive},
		{"rejected", says(200, signedType, "jws"), "", errors.New("canary"), ErrUnavailable},
		{"rejected, with the text", says(200, signedType, "jws"), active, errors.New("canary"), ErrUnavailable},
		{"not signed", sayJSON(active), active, nil, ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, c.answer, func(o *Options) {
				o.Verify = func(_ context.Context, answer string) (string, error) {
					if answer != "jws" {
						t.Errorf("%q is verified", answer)
					}
					return c.text, c.err
				}
			})
			a, err := f.ask("opaque-1")
			if !errors.Is(err, c.want) || (a == nil) != (c.want != nil) {
				t.Errorf("got %v, %v, want %v", a, err, c.want)
			}
			if c.err != nil && !strings.Contains(err.Error(), "the signed answer: canary") {
				t.Errorf("the error does not say what is wrong with the answer: %v", err)
			}
			if got := f.server.last().header.Get("Accept"); got != signedType {
				t.Errorf("accepts %q", got)
			}
		})
	}
}

func TestForm(t *testing.T) {
	f := newFixture(t, sayJSON(active))
	for token, want := range map[string]error{
		"a":                                     nil,
		"A9-._~+/==":                            nil,
		strings.Repeat("x", jwt.MaxTokenSize):   nil,
		strings.Repeat("x", jwt.MaxTokenSize+1): jwt.ErrTooLong,
		"":                                      jwt.ErrForm,
		"==":                                    jwt.ErrForm,
		"a=b":                                   jwt.ErrForm,
		"a b":                                   jwt.ErrForm,
		"a\n":                                   jwt.ErrForm,
		"a%2B":                                  jwt.ErrForm,
		"ü":                                     jwt.ErrForm,
		"a&b":                                   jwt.ErrForm,
		"a\x00b":                                jwt.ErrForm,
	} {
		f.server.count()
		if _, err := f.ask(token); !errors.Is(err, want) {
			t.Errorf("%.20q: got %v, want %v", token, err, want)
		}
		if n := f.server.count(); want != nil && n != 0 {
			t.Errorf("%.20q caused %d calls", token, n)
		}
	}
}

// A token consists of the characters of a b64token (RFC 6750, section 2.1).
func TestCharactersOfTokens(t *testing.T) {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/"
	for c := range 256 {
		token := string([]byte{byte(c)})
		if err := checkForm(token); (err == nil) != strings.Contains(allowed, token) {
			t.Errorf("%q: got %v", token, err)
		}
	}
}

// TestBreaker checks that the pause after failures of an endpoint increases, and that one call finds out whether it
// works again.
func TestBreaker(t *testing.T) {
	f := newFixture(t, says(500, "text/plain", ""))
	token := 0
	ask := func() error {
		token++
		_, err := f.ask(fmt.Sprintf("opaque-%d", token))
		return err
	}
	for i, pause := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if err := ask(); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "status 500") {
			t.Fatalf("%d: %v", i, err)
		}
		if n := f.server.count(); n != 1 {
			t.Errorf("failure %d: %d calls, want 1", i, n)
		}
		f.clock.Advance(pause*time.Second - 1)
		if err := ask(); !strings.Contains(err.Error(), "left alone") || f.server.count() != 0 {
			t.Errorf("failure %d, just before %d s: %v", i, pause, err)
		}
		f.clock.Advance(1)
	}
	arrived, release := make(chan struct{}), make(chan struct{})
	f.server.serve(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		sayJSON(active)(w, r)
	})
	done := make(chan error)
	go func() { done <- ask() }()
	<-arrived
	if _, err := f.ask("another"); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "another call") {
		t.Errorf("while one call tries: %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	// Once it works again, calls at a time do not wait for each other.
	arrived, release = make(chan struct{}, 2), make(chan struct{})
	f.server.serve(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		sayJSON(active)(w, r)
	})
	done = make(chan error, 2)
	for _, token := range []string{"one", "two"} {
		go func() {
			_, err := f.ask(token)
			done <- err
		}()
	}
	for range 2 {
		select {
		case <-arrived:
		case err := <-done:
			t.Errorf("after it is well, a call ends before both have arrived: %v", err)
		}
	}
	close(release)
}

// Tokens that an endpoint does not accept do not lock others out, and cost as much of the allowance as invented ones.
func TestBadRequests(t *testing.T) {
	f := newFixture(t, says(400, "application/json", `{"error":"unsupported_token_type"}`))
	for i := range 1000 {
		if _, err := f.ask(fmt.Sprintf("a.b.%d", i)); !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if n := f.server.count(); n != allowedAtOnce {
		t.Errorf("%d calls, want %d", n, allowedAtOnce)
	}
	f.clock.Advance(time.Second)
	f.server.serve(sayJSON(active))
	if _, err := f.ask("opaque-1"); err != nil {
		t.Errorf("another token: %v", err)
	}
	// None of them is still counted as a call that tries whether the endpoint works again.
	f.server.serve(says(500, "text/plain", ""))
	if _, err := f.ask("opaque-2"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("while the endpoint fails: %v", err)
	}
	f.clock.Advance(firstBackoff)
	f.server.serve(sayJSON(active))
	if _, err := f.ask("opaque-2"); err != nil {
		t.Errorf("once the endpoint works again: %v", err)
	}
}

// Calls that fail together count as one failure: eight cause the same pause as one.
func TestFailuresAtATime(t *testing.T) {
	arrived, release := make(chan struct{}, maxCalls), make(chan struct{})
	f := newFixture(t, func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		w.WriteHeader(http.StatusInternalServerError)
	})
	var all sync.WaitGroup
	for i := range maxCalls {
		all.Go(func() { _, _ = f.ask(fmt.Sprintf("opaque-%d", i)) })
	}
	for range maxCalls {
		<-arrived
	}
	close(release)
	all.Wait()
	f.server.serve(sayJSON(active))
	f.clock.Advance(firstBackoff - 1)
	if _, err := f.ask("another"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("before the pause is over: %v", err)
	}
	f.clock.Advance(1)
	if _, err := f.ask("another"); err != nil {
		t.Error(err)
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30":    30 * time.Second,
		"0":     time.Second, // no less than after any failure
		"86400": maxRetryAfter,
		"-1":    time.Second,
		"soon":  time.Second,
		t0.Add(90 * time.Second).UTC().Format(http.TimeFormat): 90 * time.Second,
		t0.Add(-time.Hour).UTC().Format(http.TimeFormat):       time.Second,
	} {
		t.Run(text, func(t *testing.T) {
			f := newFixture(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", text)
				w.WriteHeader(http.StatusTooManyRequests)
			})
			_, _ = f.ask("opaque-1")
			f.clock.Advance(want - 1)
			_, _ = f.ask("opaque-1")
			if n := f.server.count(); n != 1 {
				t.Errorf("%d calls before %v", n, want)
			}
			f.clock.Advance(1)
			_, _ = f.ask("opaque-1")
			if n := f.server.count(); n != 1 {
				t.Errorf("%d calls at %v, want 1", n, want)
			}
		})
	}
}

// The number of simultaneous calls is limited. The others wait as long as a call may take.
func TestCallsAtATime(t *testing.T) {
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	f := newFixture(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		sayJSON(active)(w, r)
	})
	var all sync.WaitGroup
	for i := range 3 * maxCalls {
		all.Go(func() {
			if _, err := f.ask(fmt.Sprintf("opaque-%d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	for range maxCalls {
		<-arrived
	}
	f.mu.Lock()
	trying := f.breaker.trying
	f.mu.Unlock()
	if trying != maxCalls {
		t.Errorf("%d calls are under way, want %d", trying, maxCalls)
	}
	close(release)
	all.Wait()
}

// A flight that a freeze of the function interrupted is abandoned by the wall clock.
func TestFrozen(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	f := newFixture(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		sayJSON(active)(w, r)
	})
	first := make(chan error)
	go func() {
		_, err := f.ask("opaque-1")
		first <- err
	}()
	<-arrived
	f.server.serve(sayJSON(`{"active":false}`))
	f.clock.Advance(time.Hour)
	if _, err := f.ask("opaque-1"); !errors.Is(err, jwt.ErrInactive) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the one that was frozen: %v", err)
	}
	if _, err := f.ask("opaque-1"); !errors.Is(err, jwt.ErrInactive) {
		t.Errorf("what came late counts: %v", err)
	}
}

func TestPanic(t *testing.T) {
	f := newFixture(t, nil, func(o *Options) {
		o.Transport = transport(func(*http.Request) (*http.Response, error) { panic("opaque-1") })
	})
	if _, err := f.ask("opaque-1"); !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "opaque-1") ||
		!errors.Is(err, errPanic) {
		t.Errorf("got %v", err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }
