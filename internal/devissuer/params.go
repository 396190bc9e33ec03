package devissuer

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxBody limits the bodies of requests, in bytes.
const maxBody = 64 << 10

// readParams reads the parameters of a POST. Each may be present only once (RFC 6749, section 3.2).
func readParams(w http.ResponseWriter, r *http.Request) (url.Values, *fault) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &fault{http.StatusMethodNotAllowed, "invalid_request", "want POST"}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, badRequest("invalid_request", "the body broke off")
	case len(body) > maxBody:
		return nil, badRequest("invalid_request", "the body has more than %d bytes", maxBody)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badRequest("invalid_request", "the body is not a form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, badRequest("invalid_request", "%q is there twice", name)
		}
	}
	return form, nil
}

// post wraps an endpoint that takes a form, and passes it the keys and the parameters.
func (p *Provider) post(
	serve func(w http.ResponseWriter, r *http.Request, ring *keyring, form url.Values, s site),
) func(w http.ResponseWriter, r *http.Request, s site) {
	return func(w http.ResponseWriter, r *http.Request, s site) {
		form, wrong := readParams(w, r)
		if wrong != nil {
			wrong.serve(w)
			return
		}
		ring, err := p.keys.current()
		if err != nil {
			serverError(err).serve(w)
			return
		}
		serve(w, r, ring, form, s)
	}
}

func serverError(err error) *fault {
	return &fault{http.StatusInternalServerError, "server_error", err.Error()}
}

// newID returns 16 random bytes as text.
func (p *Provider) newID() (string, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(p.random, id); err != nil {
		return "", fmt.Errorf("devissuer: no randomness: %w", err)
	}
	return hex.EncodeToString(id), nil
}
