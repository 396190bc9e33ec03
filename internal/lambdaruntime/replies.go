package lambdaruntime

import (
	"bufio"
	"fmt"
	"net/http"
)

// reply is an answer of the Runtime API.
type reply struct {
	status int
	header http.Header // besides those that all have
	body   []byte      // JSON
}

// plain makes a reply without headers of its own.
func plain(status int, body string) *reply { return &reply{status, nil, []byte(body)} }

// The bodies are those of AWS's emulator (lambda/rapi/rendering).
var (
	replyAccepted  = plain(202, `{"status":"OK"}`)
	replyBadID     = plain(400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`)
	replyMalformed = plain(400, `{"errorMessage":"Malformed request","errorType":"BadRequest"}`)
	replyState     = plain(
		403,
		`{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`,
	)
	replyForeign    = plain(403, `{"errorMessage":"This address is for one function process","errorType":"Forbidden"}`)
	replyNotFound   = plain(404, `{"errorMessage":"Not found","errorType":"NotFound"}`)
	replyRegistered = &reply{
		200,
		http.Header{"Lambda-Extension-Identifier": {"00000000-0000-4000-8000-000000000000"}},
		[]byte(`{}`),
	}
	replyTooLarge = plain(413, fmt.Sprintf(
		`{"errorMessage":"Exceeded maximum allowed payload size (%d bytes).","errorType":"RequestEntityTooLarge"}`,
		maxPayload,
	))
	replyHeadTooLarge = plain(431, fmt.Sprintf(
		`{"errorMessage":"The header is larger than %d bytes","errorType":"RequestHeaderFieldsTooLarge"}`,
		maxHead,
	))
)

// write answers a request. The last one of a connection says so.
func (a *reply) write(w *bufio.Writer, last bool) error {
	fmt.Fprintf(
		w,
		"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n",
		a.status,
		http.StatusText(a.status),
		len(a.body),
	)
	if last {
		w.WriteString("Connection: close\r\n")
	}
	a.header.Write(w)
	w.WriteString("\r\n")
	w.Write(a.body)
	return w.Flush() // an error of any of these
}
