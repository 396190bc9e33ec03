package console

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// edit is a past request with changes. Where it still has the placeholder that the page shows in place of a credential,
// the credential itself is sent.
type edit struct {
	Verb    string  `json:"verb"`
	Target  string  `json:"target"`  // the path and the query
	Headers string  `json:"headers"` // lines of "Name: value"
	Body    *string `json:"body"`    // null for the original body
}

// again makes a past request again, with changes or, with a nil edit, unchanged.
func (v *view) again(e entry, to *edit) (*exchange.Request, error) {
	old := e.Request
	r := &exchange.Request{
		Verb: old.Verb, RawPath: old.RawPath, RawQuery: old.RawQuery, Headers: slices.Clone(old.Headers), Body: old.Body,
		Host: old.Host, Protocol: old.Protocol, SourceIP: old.SourceIP,
	}
	if to != nil {
		if err := v.apply(*to, e, r); err != nil {
			return nil, err
		}
	}
	if len(r.Body) < e.size && (to == nil || to.Body == nil) {
		return nil, wrong("body", "its %d bytes are more than the %d that the console keeps: write a body", e.size, mostBody)
	}
	r.Headers = framed(r.Headers, len(r.Body))
	refused := e.Answer.Status == http.StatusUnsupportedMediaType && bytes.Equal(r.Body, old.Body)
	if coding := r.Headers.Get("Content-Encoding"); coding != "" && !refused && !isCoded(coding, r.Body) {
		// API Gateway decompresses bodies, and the stored body is the one that the function got.
		r.Headers = slices.DeleteFunc(r.Headers, named("Content-Encoding"))
	}
	return r, nil
}

// apply applies the changes.
func (v *view) apply(to edit, e entry, r *exchange.Request) error {
	m := credentials.MaskAll(e.Request, e.Answer.Headers, v.sources...)
	if r.Verb = to.Verb; !httpname.IsToken(r.Verb) {
		return wrong("verb", "%q: want a method such as GET", to.Verb)
	}
	var err error
	if r.RawPath, r.RawQuery, err = v.targetOf(to.Target, e.Request, m); err != nil {
		return err
	}
	if r.Headers, err = v.headersOf(to.Headers, e.Request.Headers, m); err != nil {
		return err
	}
	if host := r.Headers.Get("Host"); host != "" {
		r.Host = host
	}
	if to.Body == nil || *to.Body == showBody(e, m).Text && e.size == len(e.Request.Body) {
		return nil
	}
	if strings.Contains(*to.Body, credentials.Hidden) {
		return hidden("body", "the body")
	}
	r.Body = []byte(*to.Body)
	return nil
}

// hidden returns an error for a placeholder without a credential to replace it.
func hidden(field, what string) error {
	return wrong(
		field,
		"%s has %s where the request had no credential: write a value in its place",
		what,
		credentials.Hidden,
	)
}

// targetOf parses a path and a query. It inserts the credentials that an earlier request has in the same places.
func (v *view) targetOf(text string, old *exchange.Request, m func(string) string) (path, query string, err error) {
	path, query, _ = strings.Cut(text, "?")
	switch {
	case path == m(old.RawPath):
		path = old.RawPath
	case strings.Contains(path, credentials.Hidden):
		return "", "", hidden("target", "the path")
	}
	parts, before, was := splitQuery(query), v.parts(old.RawQuery, m), splitQuery(old.RawQuery)
	for i, part := range parts {
		if n := slices.Index(before, part); n >= 0 {
			parts[i], before[n] = was[n], "\x00" // each once, in its order
		} else if strings.Contains(part, credentials.Hidden) {
			return "", "", hidden("target", "the query")
		}
	}
	query = strings.Join(parts, "")
	if !strings.HasPrefix(path, "/") {
		return "", "", wrong("target", "%q: want a path that begins with a slash, such as /prod/orders?limit=10", text)
	}
	other := func(c rune) bool { return c <= ' ' || c == '#' || c > '~' }
	if sent := path + "?" + query; strings.ContainsFunc(sent, other) && sent != old.RawPath+"?"+old.RawQuery {
		i := strings.IndexFunc(sent, other)
		return "", "", wrong("target", "%q cannot be in a URL as it is: write it as %%XX", sent[i:])
	}
	return path, query, nil
}

// headersOf parses header lines. It inserts the credentials that an earlier request has in the same lines.
func (v *view) headersOf(text string, old exchange.Headers, m func(string) string) (out exchange.Headers, err error) {
	before := v.headers(old, m)
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		n := slices.IndexFunc(before, func(h [2]string) bool {
			return strings.EqualFold(h[0], name) && strings.TrimSpace(h[1]) == value
		})
		switch {
		case n >= 0: // each once, in its order
			before[n], value = [2]string{}, old[n].Value
		case !ok || !httpname.IsToken(name) || !httpname.IsValue(value):
			return nil, wrong("headers", "%q: want a line such as Accept: application/json", line)
		case strings.Contains(value, credentials.Hidden):
			return nil, hidden("headers", name)
		}
		out = append(out, exchange.Header{Name: name, Value: value})
	}
	return out, nil
}

func named(name string) func(exchange.Header) bool {
	return func(h exchange.Header) bool { return strings.EqualFold(h.Name, name) }
}

// framed sets the length of the body, if it has one, and removes other framing, since the body is complete.
func framed(headers exchange.Headers, size int) exchange.Headers {
	out := slices.DeleteFunc(headers, named("Transfer-Encoding"))
	length := strconv.Itoa(size)
	i := slices.IndexFunc(out, named("Content-Length"))
	switch {
	case i >= 0 && size == 0:
		return slices.DeleteFunc(out, named("Content-Length"))
	case i >= 0:
		out[i].Value = length
	case size > 0:
		out = append(out, exchange.Header{Name: "Content-Length", Value: length})
	}
	return out
}

// isCoded reports whether a body has a Content-Encoding that API Gateway removes.
func isCoded(coding string, body []byte) bool {
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "gzip":
		_, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		_, err = zlib.NewReader(bytes.NewReader(body))
	}
	return err == nil
}

// renew replaces credentials that are valid only for a time: tokens of the development issuer that were valid when the
// request was made and have expired since, and signatures with development keys. It reports whether it made new tokens.
func (v *view) renew(r *exchange.Request, made, now time.Time) (fresh bool, err error) {
	for _, token := range credentials.Tokens(r) {
		expires, ok := expiry(token)
		if !ok || expires.Before(made) || expires.After(now) {
			continue
		}
		made, ok := v.alike(token)
		if !ok {
			continue
		}
		fresh = true
		for i := range r.Headers {
			r.Headers[i].Value = strings.ReplaceAll(r.Headers[i].Value, token, made)
		}
		r.RawQuery = strings.ReplaceAll(r.RawQuery, token, made)
	}
	key, region, signed := v.signer(r)
	if !signed {
		return fresh, nil
	}
	p := prepared{Verb: r.Verb, URL: r.RawPath, Body: string(r.Body)}
	if r.RawQuery != "" {
		p.URL += "?" + r.RawQuery
	}
	if err := sign(&p, r.Host, key, region, now); err != nil {
		return fresh, err
	}
	r.RawPath, r.RawQuery, _ = strings.Cut(p.URL, "?")
	r.Headers = slices.DeleteFunc(r.Headers, isOfSignature)
	for _, h := range p.Headers {
		r.Headers = append(r.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	return fresh, nil
}

// isOfSignature reports whether a header is part of a Signature Version 4.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func isOfSignature(h exchange.Header) bool {
	switch strings.ToLower(h.Name) {
	case "authorization":
		return strings.HasPrefix(h.Value, signatureScheme)
	case "x-amz-date", "x-amz-security-token", "x-amz-content-sha256":
		return true
	}
	return false
}

const signatureScheme = "AWS4-HMAC-SHA256"

// signer returns the development key that signed a request, and the region of the signature.
func (v *view) signer(r *exchange.Request) (checks.AccessKey, string, bool) {
	value := r.Headers.Get("Authorization")
	if !strings.HasPrefix(value, signatureScheme) {
		return checks.AccessKey{}, "", false
	}
	_, scope, _ := strings.Cut(value, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	// The scope has the form KEY/DATE/REGION/SERVICE/aws4_request.
	parts := strings.Split(strings.TrimSpace(scope), "/")
	for _, k := range v.keys {
		if len(parts) == 5 && k.ID == parts[0] {
			return k, parts[2], true
		}
	}
	return checks.AccessKey{}, "", false
}
