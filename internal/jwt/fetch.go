package jwt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// newTransport returns the default transport. Its requests are small and rare.
func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    3 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    1,
		DisableCompression:     true, // the size on the wire is what counts
	}
}

// getJSON fetches a JSON document. It uses the transport directly, because an http.Client would follow redirects. A
// server under the issuer's name could then supply keys from elsewhere.
func getJSON(ctx context.Context, transport http.RoundTripper, url string, maxBody int64) (text string,
	head http.Header, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "gatehouse")
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("status %d instead of 200 (redirects are not followed)", resp.StatusCode)
	}
	if got := resp.Header.Get("Content-Type"); !isJSON(got) {
		return "", nil, fmt.Errorf("content type %q instead of application/json", got)
	}
	tooLarge := fmt.Errorf("the answer is larger than %d bytes", maxBody)
	if resp.ContentLength > maxBody {
		return "", nil, tooLarge
	}
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("the answer broke off: %w", err)
	case n > maxBody:
		return "", nil, tooLarge
	case n == 0:
		return "", nil, errors.New("the answer is empty")
	}
	return b.String(), resp.Header, nil
}

// isJSON reports whether a media type is JSON: application/json, or a type with the suffix +json (RFC 6839, section
// 3.1) such as application/jwk-set+json.
func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json"))
}

// maxAge returns how long an answer may be used according to its Cache-Control, less the time that it has spent in
// caches (RFC 9111, sections 5.2.2 and 4.2.1). It is -1 if the answer does not say, and 0 if it must not be stored.
func maxAge(head http.Header) time.Duration {
	age := time.Duration(-1)
	for _, line := range head.Values("Cache-Control") {
		for directive := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			switch strings.ToLower(name) {
			case "no-store", "no-cache":
				return 0
			case "max-age":
				age = max(0, deltaSeconds(strings.Trim(value, `"`)))
			}
		}
	}
	if age > 0 {
		age = max(0, age-deltaSeconds(head.Get("Age")))
	}
	return age
}

// deltaSeconds parses delta-seconds (RFC 9111, section 1.2.2). Anything else counts as 0.
func deltaSeconds(s string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if errors.Is(err, strconv.ErrRange) {
		n = 1<<31 - 1
	} else if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
