package orders

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Problem is the body of every error, as application/problem+json (RFC 9457). It has no type, which means
// "about:blank": the status tells which problem it is (section 4.2.1).
type Problem struct {
	Title  string      `json:"title"` // the status in words
	Status int         `json:"status"`
	Detail string      `json:"detail,omitempty"` // what to do about it
	Errors []Violation `json:"errors,omitempty"`
}

// Violation is one fault of a request. Its place is a JSON Pointer into the body as a URI fragment (RFC 6901, section
// 6), or the name of a query parameter.
type Violation struct {
	Detail    string `json:"detail"`
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
}

func problem(status int, format string, a ...any) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, a...)}
}

// Error makes a Problem an error, so that the service's functions can return it.
func (p *Problem) Error() string { return fmt.Sprintf("orders: %d: %s", p.Status, p.Detail) }

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and times of this century always marshal
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	// Orders are only for the caller, so neither a browser nor a proxy may cache them.
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the service is not at fault if the client has left
}
