package lambdahttp

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// response is an http.ResponseWriter that buffers the whole answer.
type response struct {
	header http.Header
	sent   http.Header // a copy from when the status was written, because later changes do not count
	status int
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("lambdahttp: status %d: want three digits", status)) // as net/http does
	}
	// An event has one status. Informational statuses come before it and are left out.
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if w.body.Len() == 0 {
		sniff(w.sent, p)
	}
	return w.body.Write(p)
}

// sniff sets the content type by the body's first bytes, as net/http does. Without it, API Gateway would assume JSON.
// If the body is encoded, its first bytes do not tell the type.
func sniff(h http.Header, p []byte) {
	if h.Get("Content-Type") == "" && h.Get("Content-Encoding") == "" && len(p) > 0 {
		h.Set("Content-Type", http.DetectContentType(p))
	}
}

// bodyAllowed implements RFC 9110, sections 15.3.5 and 15.4.5.
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

func (w *response) event(method string) events.APIGatewayProxyResponse {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	e := events.APIGatewayProxyResponse{StatusCode: w.status, MultiValueHeaders: w.sent}
	switch body := w.body.Bytes(); {
	case method == http.MethodHead: // RFC 9110, section 9.3.2
	case utf8.Valid(body):
		e.Body = string(body)
	default:
		// JSON would replace bytes that are not UTF-8. API Gateway decodes base64 if binaryMediaTypes has the type.
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}
