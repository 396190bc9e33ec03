package oidcclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// The limits of a request to the provider.
const (
	callTimeout   = 5 * time.Second
	revokeTimeout = 2 * time.Second

	maxMetadata = 256 << 10
	maxAnswer   = 64 << 10
)

// NewTransport returns the default transport. It keeps no connections: a connection that was kept over a freeze of the
// function is dead, and a request for tokens must not be sent twice to find that out.
func NewTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    3 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
		DisableCompression:     true, // the size on the wire is what counts
	}
}

// answer is the answer to a request.
type answer struct {
	status int
	kind   string // the Content-Type
	text   string
}

// object parses an answer that is a JSON object. The error contains nothing of it.
func (a answer) object() (strictjson.Value, error) {
	t, _, err := mime.ParseMediaType(a.kind)
	if err != nil || t != "application/json" {
		return strictjson.Value{}, errors.New("the answer's content type is not application/json")
	}
	v, err := strictjson.Parse(a.text)
	switch {
	case err != nil:
		return strictjson.Value{}, fmt.Errorf("the answer is not strict JSON: %w", err)
	case v.Kind() != strictjson.Object:
		return strictjson.Value{}, fmt.Errorf("the answer is %v instead of an object", v.Kind())
	}
	return v, nil
}

// get fetches a JSON document.
func (c *Client) get(ctx context.Context, url string) (strictjson.Value, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return strictjson.Value{}, errors.New("the URL cannot be requested")
	}
	a, err := c.send(r, maxMetadata)
	switch {
	case err != nil:
		return strictjson.Value{}, err
	case a.status != http.StatusOK:
		return strictjson.Value{}, &refusal{status: a.status}
	}
	return a.object()
}

// post sends a form to an endpoint as the client. The statuses want do not count as a refusal. If the endpoint refuses
// the credential, it may have been rotated, so the request is repeated if there is a newer one.
func (c *Client) post(ctx context.Context, endpoint string, form url.Values, want ...int) (answer, error) {
	by, err := c.client.Current(ctx)
	if err != nil {
		return answer{}, err
	}
	a, err := c.postBy(ctx, by, endpoint, form, want)
	if r, ok := errors.AsType[*refusal](err); ok && (r.status == http.StatusUnauthorized || r.code == "invalid_client") {
		if newer := c.client.Newer(ctx, by); newer != nil {
			return c.postBy(ctx, newer, endpoint, form, want)
		}
	}
	return a, err
}

func (c *Client) postBy(ctx context.Context, by *clientauth.Credential, endpoint string, form url.Values,
	want []int) (answer, error) {
	fields, header := maps.Clone(form), http.Header{}
	if err := c.client.Authenticate(by, fields, header); err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(fields.Encode()))
	if err != nil {
		return answer{}, errors.New("the endpoint's URL cannot be requested")
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := c.send(r, maxAnswer)
	if err != nil || slices.Contains(want, a.status) {
		return a, err
	}
	refused := &refusal{status: a.status}
	if v, err := a.object(); err == nil && 400 <= a.status && a.status < 500 {
		if code, ok := v.Get("error").Text(); ok {
			refused.code = KnownCode(code)
		}
	}
	return answer{}, refused
}

// send sends one request. It uses the transport directly, because an http.Client would follow redirects.
func (c *Client) send(r *http.Request, most int64) (answer, error) {
	ctx, cancel := context.WithTimeout(r.Context(), callTimeout)
	defer cancel()
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "gatehouse")
	resp, err := c.transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return answer{}, fmt.Errorf("no answer: %w", err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return answer{}, fmt.Errorf("the answer broke off: %w", err)
	case n > most:
		return answer{}, fmt.Errorf("the answer is larger than %d bytes", most)
	}
	return answer{resp.StatusCode, resp.Header.Get("Content-Type"), b.String()}, nil
}
