package introspection

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

const (
	plainType  = "application/json"
	signedType = "application/token-introspection+jwt" // RFC 9701, section 4

	maxAnswer = 64 << 10
)

// idle is the maximum time for which a connection is kept. A connection that was kept over a freeze of the function is
// dead, and using it would cost a time-out.
const idle = 5 * time.Second

// refusal is an endpoint's 401 or 403: it refuses the client's authentication (RFC 7662, section 2.3).
type refusal struct{ status int }

func (r *refusal) Error() string {
	return fmt.Sprintf("status %d: it does not let this client ask: check the client id, its secret or key, and that the "+
		"client may introspect", r.status)
}

// call asks the endpoint. The error is jwt.ErrInactive or a *failure.
func (c *Client) call(ctx context.Context, token string) (*Answer, error) {
	began := c.options.Now()
	credential, err := c.auth.Current(ctx)
	if err != nil {
		return nil, &failure{err: err}
	}
	answer, err := c.attempt(ctx, credential, token)
	if _, refused := errors.AsType[*refusal](err); refused {
		// The credential may have been rotated since it was fetched.
		if newer := c.auth.Newer(ctx, credential); newer != nil {
			answer, err = c.attempt(ctx, newer, token)
		}
	}
	if err != nil {
		if _, known := errors.AsType[*failure](err); !known && !errors.Is(err, jwt.ErrInactive) {
			err = &failure{err: err}
		}
		return nil, err
	}
	answer.since = began
	return answer, nil
}

// attempt makes one request.
func (c *Client) attempt(ctx context.Context, by *clientauth.Credential, token string) (*Answer, error) {
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}} // RFC 7662, section 2.1
	header := http.Header{}
	if err := c.auth.Authenticate(by, form, header); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "gatehouse")
	r.Header.Set("Accept", plainType)
	if c.options.Verify != nil {
		r.Header.Set("Accept", signedType)
	}
	// Repeating a request is harmless. This marks it as repeatable, so that net/http sends it again over another
	// connection if the server has closed a kept one. An empty value is not sent.
	r.Header["Idempotency-Key"] = nil
	c.dropIdle()
	// An http.Client would follow redirects, and so send the token elsewhere.
	resp, err := c.options.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := c.checkStatus(resp); err != nil {
		return nil, err
	}
	text, err := readBody(resp)
	if err != nil {
		return nil, err
	}
	return c.read(ctx, resp.Header.Get("Content-Type"), text)
}

// dropIdle closes connections that were kept for too long by the wall clock.
func (c *Client) dropIdle() {
	c.mu.Lock()
	now := c.options.Now()
	stale := !elapsed.Within(now, c.last, idle)
	c.last = now
	c.mu.Unlock()
	if t, ok := c.options.Transport.(interface{ CloseIdleConnections() }); ok && stale {
		t.CloseIdleConnections()
	}
}

func (c *Client) checkStatus(resp *http.Response) error {
	switch status := resp.StatusCode; {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &refusal{status}
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return &failure{
			err:        fmt.Errorf("status %d: it has no capacity", status),
			retryAfter: retryAfter(resp.Header.Get("Retry-After"), c.options.Now()),
		}
	case status == http.StatusBadRequest:
		// Some servers answer so about a token whose form they reject, as RFC 7009, section 2.2.1 does for revocation. If
		// this opened the breaker, a client with invented tokens could lock out all others.
		return &failure{err: fmt.Errorf("status %d: it does not take the request", status), ofToken: true}
	case 300 <= status && status < 400:
		return fmt.Errorf("status %d: redirects are not followed, since the token would go elsewhere: give the endpoint "+
			"itself", status)
	default:
		return fmt.Errorf("status %d instead of 200", status)
	}
}

// retryAfter parses a Retry-After: seconds, or a date (RFC 9110, section 10.2.3). Anything else counts as 0.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

func readBody(resp *http.Response) (string, error) {
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("the answer broke off: %w", err)
	case n > maxAnswer:
		return "", fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return b.String(), nil
}

// read reads the body of an answer with status 200. It refuses a signed answer if a plain one is expected and, more
// importantly, a plain answer if a signed one is expected. The server that answers must not be able to leave out the
// signature.
func (c *Client) read(ctx context.Context, contentType, text string) (*Answer, error) {
	want := plainType
	if c.options.Verify != nil {
		want = signedType
	}
	if got, _, err := mime.ParseMediaType(contentType); err != nil || got != want {
		return nil, fmt.Errorf("content type %q instead of %s", contentType, want)
	}
	if c.options.Verify == nil {
		return parse(text)
	}
	text, err := c.options.Verify(ctx, text)
	if err != nil {
		// Not wrapped with %w, because a rejected answer says nothing about the token.
		return nil, fmt.Errorf("the signed answer: %v", err)
	}
	return parseSigned(text)
}
