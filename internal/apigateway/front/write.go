package front

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// reply says how an answer is to be written.
type reply struct {
	verb     string
	protocol string
	persist  bool
	date     string
}

// appendHead writes the status line and the header of an answer, and reports whether its body follows (RFC 9112,
// section 6.3: not to HEAD, and not with 204 and 304).
func (o *reply) appendHead(b []byte, a *exchange.Answer) (out []byte, body bool) {
	status := a.Status
	if status < 200 || status > 599 {
		status = 500
	}
	b = append(b, o.protocol...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	b = append(b, "\r\n"...)
	dated := false
	for _, line := range a.Headers {
		if !sendable(line) {
			continue
		}
		if len(line.Name) == len("Date") && strings.EqualFold(line.Name, "Date") {
			dated = true
		}
		b = append(b, line.Name...)
		b = append(b, ": "...)
		b = append(b, line.Value...)
		b = append(b, "\r\n"...)
	}
	if !dated {
		b = append(b, "Date: "...)
		b = append(b, o.date...)
		b = append(b, "\r\n"...)
	}
	if a.Stream != nil && status != 204 && status != 304 && status != 205 {
		body = o.verb != "HEAD"
		if o.chunked() {
			b = append(b, "Transfer-Encoding: chunked\r\n"...)
		} else {
			o.persist = false // the body ends with the connection
		}
	} else if status != 204 && status != 304 {
		size := len(a.Body)
		if status == 205 {
			size = 0 // status 205 has no content (RFC 9110, section 15.3.6)
		}
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(size), 10)
		b = append(b, "\r\n"...)
		body = size > 0 && o.verb != "HEAD"
	}
	switch {
	case !o.persist:
		b = append(b, "Connection: close\r\n"...)
	case o.protocol == "HTTP/1.0":
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	return append(b, "\r\n"...), body
}

// chunked reports whether the client accepts a body of unknown length (RFC 9112, section 6.1).
func (o *reply) chunked() bool { return o.protocol == "HTTP/1.1" }

// sendable reports whether a header line can be sent: it must not contain a line end or frame the answer.
func sendable(line exchange.Header) bool {
	return httpname.IsToken(line.Name) && httpname.IsValue(line.Value) && !httpname.IsFraming(line.Name)
}
