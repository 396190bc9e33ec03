package lambdaruntime

import (
	"bufio"
	"fmt"
	"net/http"
)

// reply is an answer of the Runtime API.
type reply struct {
	status int
	header http.Header // besides those of every reply
	body   []byte      // JSON
}

// newReply returns a reply without additional headers.
func newReply(status int, body string) *reply { return &reply{status, nil, []byte(body)} }

// The bodies are the same as in AWS's emulator (lambda/rapi/rendering).
var (
	replyAccepted  = newReply(202, `{"status":"OK"}`)
	replyBadID     = newReply(400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`)
	replyMalformed = newReply(400, `{"errorMessage":"Malformed request","errorType":"BadRequest"}`)
	replyState     = newReply(
		403,
		`{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`,
	)
	replyForeign    = newReply(403, `{"errorMessage":"This address is for one function process","errorType":"Forbidden"}`)
	replyNotFound   = newReply(404, `{"errorMessage":"Not found","errorType":"NotFound"}`)
	replyRegistered = &reply{
		200,
		http.Header{"Lambda-Extension-Identifier": {"00000000-0000-4000-8000-000000000000"}},
		[]byte(`{}`),
	}
	replyTooLarge = newReply(413, fmt.Sprintf(
		`{"errorMessage":"Exceeded maximum allowed payload size (%d bytes).","errorType":"RequestEntityTooLarge"}`,
		maxPayload,
	))
	replyHeadTooLarge = newReply(431, fmt.Sprintf(
		`{"errorMessage":"The header is larger than %d bytes","errorType":"RequestHeaderFieldsTooLarge"}`,
		maxHead,
	))

	// "Container error. Non-recoverable state. Runtime should exit promptly.":
	// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
	replyPanicked = newReply(500, `{"errorMessage":"The Runtime API failed","errorType":"ContainerError"}`)
)

// write answers a request. If it is the last one of a connection, the answer says so.
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
	return w.Flush() // returns the first error of all writes
}
