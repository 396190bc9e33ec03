package lambdaruntime

import (
	"fmt"
	"io"
	"net/http"
)

// reply is an answer of the Runtime API without content of its own.
type reply struct {
	status int
	body   string
}

// The bodies are those of AWS's emulator (lambda/rapi/rendering).
var (
	replyAccepted  = &reply{202, `{"status":"OK"}`}
	replyBadID     = &reply{400, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`}
	replyMalformed = &reply{400, `{"errorMessage":"Malformed request","errorType":"BadRequest"}`}
	replyState     = &reply{
		403,
		`{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`,
	}
	replyForeign  = &reply{403, `{"errorMessage":"This address is for one function process","errorType":"Forbidden"}`}
	replyNotFound = &reply{404, `{"errorMessage":"Not found","errorType":"NotFound"}`}
	replyTooLarge = &reply{413, fmt.Sprintf(
		`{"errorMessage":"Exceeded maximum allowed payload size (%d bytes).","errorType":"RequestEntityTooLarge"}`,
		maxPayload,
	)}
)

// write answers with the reply.
func (r *reply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	io.WriteString(w, r.body) // an error is the end of the process
}
