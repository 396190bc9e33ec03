package login

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

// The bounds of a request to the provider.
const (
	callTimeout   = 5 * time.Second
	revokeTimeout = 2 * time.Second

	maxMetadata = 256 << 10
	maxAnswer   = 64 << 10
)

// newTransport is the transport where none is given. It keeps no connection: one that was kept over a freeze of the
// function is dead, and a request for tokens must not be sent twice to find that out.
func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    3 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
		DisableCompression:     true, // the size that counts is the one on the wire
	}
}

// refusal is an answer of the provider that says no. Its text holds nothing that the provider wrote but a code that is
// known here.
type refusal struct {
	status int
	code   string // the error of RFC 6749, section 5.2, if it is one of knownCodes
}

func (r *refusal) Error() string {
	switch {
	case r.code != "":
		return fmt.Sprintf("status %d, error %s", r.status, r.code)
	case 300 <= r.status && r.status < 400:
		return fmt.Sprintf("status %d: redirects are not followed, since the tokens would go elsewhere", r.status)
	}
	return fmt.Sprintf("status %d", r.status)
}

// knownCodes are the error codes of token endpoints and of authorization responses. Sources: RFC 6749, sections 4.1.2.1
// and 5.2; RFC 8707, section 2; RFC 9101, section 7; OpenID Connect Core 1.0, section 3.1.2.6.
var knownCodes = map[string]bool{
	"access_denied":              true,
	"account_selection_required": true,
	"consent_required":           true,
	"interaction_required":       true,
	"invalid_client":             true,
	"invalid_grant":              true,
	"invalid_request":            true,
	"invalid_request_object":     true,
	"invalid_request_uri":        true,
	"invalid_scope":              true,
	"invalid_target":             true,
	"login_required":             true,
	"server_error":               true,
	"temporarily_unavailable":    true,
	"unauthorized_client":        true,
	"unsupported_grant_type":     true,
	"unsupported_response_type":  true,
}

// knownCode is a code that can be logged: one of those that are known, or "other".
func knownCode(code string) string {
	if knownCodes[code] {
		return code
	}
	return "other"
}

// answer is what came for a request.
type answer struct {
	status int
	kind   string // its Content-Type
	text   string
}

// object reads an answer that is a JSON object. The error holds nothing of it.
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
func (p *provider) get(ctx context.Context, url string) (strictjson.Value, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return strictjson.Value{}, errors.New("the URL cannot be requested")
	}
	a, err := p.send(r, maxMetadata)
	switch {
	case err != nil:
		return strictjson.Value{}, err
	case a.status != http.StatusOK:
		return strictjson.Value{}, &refusal{status: a.status}
	}
	return a.object()
}

// post sends a form to an endpoint as the client. want are the statuses that are not a refusal. A credential that the
// endpoint refuses may have been rotated: with a newer one, the request is made again.
func (p *provider) post(ctx context.Context, endpoint string, form url.Values, want ...int) (answer, error) {
	by, err := p.client.Current(ctx)
	if err != nil {
		return answer{}, err
	}
	a, err := p.postBy(ctx, by, endpoint, form, want)
	if r, ok := errors.AsType[*refusal](err); ok && (r.status == http.StatusUnauthorized || r.code == "invalid_client") {
		if newer := p.client.Newer(ctx, by); newer != nil {
			return p.postBy(ctx, newer, endpoint, form, want)
		}
	}
	return a, err
}

func (p *provider) postBy(ctx context.Context, by *clientauth.Credential, endpoint string, form url.Values,
	want []int) (answer, error) {
	fields, header := maps.Clone(form), http.Header{}
	if err := p.client.Authenticate(by, fields, header); err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(fields.Encode()))
	if err != nil {
		return answer{}, errors.New("the endpoint's URL cannot be requested")
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := p.send(r, maxAnswer)
	if err != nil || slices.Contains(want, a.status) {
		return a, err
	}
	refused := &refusal{status: a.status}
	if v, err := a.object(); err == nil && 400 <= a.status && a.status < 500 {
		if code, ok := v.Get("error").Text(); ok {
			refused.code = knownCode(code)
		}
	}
	return answer{}, refused
}

// send makes one request with the transport itself: an http.Client would follow redirects.
func (p *provider) send(r *http.Request, most int64) (answer, error) {
	ctx, cancel := context.WithTimeout(r.Context(), callTimeout)
	defer cancel()
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "gatehouse")
	resp, err := p.transport.RoundTrip(r.WithContext(ctx))
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
