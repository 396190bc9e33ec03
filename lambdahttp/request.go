package lambdahttp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// ErrEvent matches errors for events that no REST API sends.
var ErrEvent = errors.New("not an event of an API Gateway REST API")

// newRequest makes the request that a server would have read from the client.
func newRequest(ctx context.Context, e events.APIGatewayProxyRequest) (*http.Request, error) {
	if e.HTTPMethod == "" || !strings.HasPrefix(e.Path, "/") {
		return nil, fmt.Errorf("lambdahttp: %w: httpMethod %q and path %q: want both, the path with its slash; "+
			"for an HTTP API choose payload format 1.0", ErrEvent, e.HTTPMethod, e.Path)
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf(
				"lambdahttp: %w: isBase64Encoded is true, but the body is not base64: %w",
				ErrEvent,
				err,
			)
		}
	}

	own, located := withoutBasePath(e)
	raw := escapeInvalid(own)
	path, _ := url.PathUnescape(raw) // every escape in it is valid
	u := &url.URL{Path: path, RawPath: raw, RawQuery: query(e).Encode()}

	h := headers(e)
	host := cmp.Or(h.Get("Host"), e.RequestContext.DomainName)
	h.Del("Host") // net/http has it in a field of its own
	r := &http.Request{
		Method: e.HTTPMethod, URL: u, RequestURI: u.RequestURI(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: host, Header: h, RemoteAddr: net.JoinHostPort(e.RequestContext.Identity.SourceIP, "0"),
		// API Gateway drops Content-Length, and the whole body is here.
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
	if len(body) == 0 {
		r.Body = http.NoBody
	}

	ctx = context.WithValue(ctx, authorizedKey{}, &authorized{
		verb: e.HTTPMethod, resource: e.Resource, params: e.PathParameters, located: located,
	})
	if c, ok := caller(e.RequestContext); ok {
		ctx = WithCaller(ctx, c)
	}
	attrs := []slog.Attr{
		slog.String("apiRequestId", e.RequestContext.RequestID),
	} // the client and the access log see this ID
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append(attrs, slog.String("requestId", lc.AwsRequestID)) // Lambda's own log lines have this ID
	}
	return r.WithContext(WithLogAttrs(ctx, attrs...)), nil
}

// escapeInvalid escapes what RFC 3986, section 3.3 does not allow in a path, including a percent sign that begins no
// escape. For a path with such a character, net/url would ignore how it was written, and treat %2F as a slash.
func escapeInvalid(path string) string {
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		_, escape := percent.Byte(path[i:])
		if letter || escape || strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// headers converts the names of the event's headers into canonical form. A client may send a header in two cases, which
// API Gateway keeps apart. They are joined here, in an order that does not vary between calls.
func headers(e events.APIGatewayProxyRequest) http.Header {
	h := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(e.MultiValueHeaders)) {
		for _, v := range e.MultiValueHeaders[name] {
			h.Add(name, v)
		}
	}
	if len(e.MultiValueHeaders) == 0 { // events written by hand often have only these
		for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
			h.Add(name, e.Headers[name])
		}
	}
	return h
}

// query returns the parameters, which API Gateway has decoded.
func query(e events.APIGatewayProxyRequest) url.Values {
	if len(e.MultiValueQueryStringParameters) > 0 {
		return e.MultiValueQueryStringParameters
	}
	q := url.Values{}
	for name, v := range e.QueryStringParameters {
		q.Set(name, v)
	}
	return q
}
