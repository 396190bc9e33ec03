package login

import (
	_ "embed" // for the script
	"net/http"
)

// who answers who is logged in, and until when.
func (h *Handler) who(x *exchange) {
	opened, ok := x.opened()
	if !ok {
		return
	}
	s := opened.session()
	x.outcome = answered
	x.json(http.StatusOK, struct {
		Subject string `json:"subject"`
		Name    string `json:"name,omitempty"`
		Email   string `json:"email,omitempty"`
		times
	}{s.Subject, s.Name, s.Email, h.times(s)})
}

// sessionScript is the script that pages load. docs/login-pages.md explains each line.
//
//go:embed session.js
var sessionScript string

// script answers with the script, which is the same for all callers.
func (h *Handler) script(x *exchange) {
	x.outcome = answered
	x.w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	x.w.Header().Set("Cache-Control", "public, max-age=300")
	x.send(http.StatusOK, []byte(sessionScript))
}
