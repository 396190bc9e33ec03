package main

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// maxBody bounds a note; API Gateway itself would take 10 MB.
const maxBody = 4 << 10

// notes are kept by the sub of the user they belong to, which is the same for as long as the user exists.
type notes struct {
	http.Handler

	mu  sync.Mutex
	all map[string][]string
}

func newNotes() *notes {
	n := &notes{all: map[string][]string{}}
	mux := lambdahttp.NewMux() // its patterns are those of the stack's routes
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /notes", n.list)
	mux.HandleFunc("POST /notes", n.add)
	n.Handler = mux
	return n
}

func (n *notes) list(w http.ResponseWriter, r *http.Request) {
	who, ok := userOf(w, r)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"notes": append([]string{}, n.all[who]...)})
}

func (n *notes) add(w http.ResponseWriter, r *http.Request) {
	who, ok := userOf(w, r)
	if !ok {
		return
	}
	var note struct {
		Text string `json:"text"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || json.Unmarshal(body, &note) != nil || note.Text == "" {
		answer(
			w,
			http.StatusBadRequest,
			map[string]string{"message": `want a JSON object like {"text":"buy tea"}, of 4 KB at most`},
		)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[who] = append(n.all[who], note.Text)
	answer(w, http.StatusCreated, note)
}

// userOf is the user's sub. Package gateway reads it from the claims that API Gateway verified; a request without them
// can only mean that the route was opened.
func userOf(w http.ResponseWriter, r *http.Request) (string, bool) {
	caller, ok := lambdahttp.CallerFrom(r.Context())
	if !ok {
		answer(w, http.StatusForbidden, map[string]string{"message": "no user is signed in"})
	}
	return caller.Principal, ok
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the writer is memory
}
