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

// newTransport is the transport where none is given. What it asks is small and asked rarely.
func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    3 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    1,
		DisableCompression:     true, // the size that counts is the one on the wire
	}
}

// getJSON fetches a JSON document. It uses the transport itself: an http.Client would follow redirects, which would let
// whatever answers under the issuer's name hand out keys from elsewhere.
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

// isJSON reports whether a media type is JSON: application/json, or one with the suffix +json (RFC 6839, section 3.1)
// such as application/jwk-set+json.
func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json"))
}

// maxAge is how long an answer may be used as its Cache-Control says, less the time it has already spent in caches
// (RFC 9111, sections 5.2.2 and 4.2.1): -1 if it says nothing, and 0 if it is not to be kept.
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

// deltaSeconds reads delta-seconds (RFC 9111, section 1.2.2); anything else counts as 0.
func deltaSeconds(s string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if errors.Is(err, strconv.ErrRange) {
		n = 1<<31 - 1
	} else if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
