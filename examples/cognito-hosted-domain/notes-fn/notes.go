package main

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// What bounds a note and the memory.
const (
	maxBody  = 4 << 10 // bytes; API Gateway itself would take 10 MB
	maxNotes = 1000    // the oldest go first
)

// note belongs to a user by their sub, which is the same for as long as the user exists.
type note struct {
	Text string `json:"text"`
	By   string `json:"by"` // the user's name in the pool
	of   string // the user's sub
}

type notes struct {
	http.Handler

	mu  sync.Mutex
	all []note
}

func newNotes() *notes {
	n := &notes{}
	mux := lambdahttp.NewMux() // its patterns are those of the stack's routes
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /notes", n.list)
	mux.HandleFunc("POST /notes", n.add)
	mux.HandleFunc("GET /notes/all", n.listAll)
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
	texts := []string{}
	for _, one := range n.all {
		if one.of == who.Principal {
			texts = append(texts, one.Text)
		}
	}
	answer(w, http.StatusOK, map[string]any{"notes": texts})
}

// listAll is called for editors alone, as the stack's table says.
func (n *notes) listAll(w http.ResponseWriter, _ *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"notes": append([]note{}, n.all...)})
}

func (n *notes) add(w http.ResponseWriter, r *http.Request) {
	who, ok := userOf(w, r)
	if !ok {
		return
	}
	var one note
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || json.Unmarshal(body, &one) != nil || one.Text == "" {
		answer(
			w,
			http.StatusBadRequest,
			map[string]string{"message": `want a JSON object like {"text":"buy tea"}, of 4 KB at most`},
		)
		return
	}
	one.of, one.By = who.Principal, who.Context["username"]
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, one)
	n.all = n.all[max(0, len(n.all)-maxNotes):]
	answer(w, http.StatusCreated, one)
}

// userOf is the user who calls. Package lambdahttp reads it from what API Gateway or the authorizer verified; a request
// without it can only mean that the route was opened.
func userOf(w http.ResponseWriter, r *http.Request) (lambdahttp.Caller, bool) {
	caller, ok := lambdahttp.CallerFrom(r.Context())
	if !ok {
		answer(w, http.StatusForbidden, map[string]string{"message": "no user is signed in"})
	}
	return caller, ok
}

// answer writes JSON that no cache keeps: it is for this user alone.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the writer is memory
}
