package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

type document struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	By    string `json:"by"`
}

type account struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type service struct {
	mu        sync.Mutex
	documents map[string][]document // of each tenant
	names     map[string]string     // of each user
}

func newService() *service {
	return &service{
		documents: map[string][]document{
			"acme":   {{"1", "Acme's price list", "u-17"}},
			"globex": {{"1", "Globex's road map", "u-18"}},
		},
		names: map[string]string{"u-17": "Ada", "u-18": "Grace"},
	}
}

func (s *service) routes() http.Handler {
	mux := lambdahttp.NewMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /tenants/{tenant}/documents", s.list)
	mux.HandleFunc("POST /tenants/{tenant}/documents", s.add)
	mux.HandleFunc("GET /tenants/{tenant}/documents/{document}", s.show)
	mux.HandleFunc("GET /tenants/{tenant}/reports", s.report)
	mux.HandleFunc("GET /users/me", s.me)
	mux.HandleFunc("GET /users/{id}", s.account)
	mux.HandleFunc("PUT /users/{id}", s.rename)
	mux.HandleFunc("DELETE /users/{id}", s.remove)
	return mux
}

func (s *service) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"documents": slices.Clone(s.documents[r.PathValue("tenant")])})
}

func (s *service) add(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Title string `json:"title"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || wanted.Title == "" {
		refuse(w, http.StatusBadRequest, `want a JSON object like {"title":"Minutes"}`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant := r.PathValue("tenant")
	made := document{strconv.Itoa(len(s.documents[tenant]) + 1), wanted.Title, principal(r)}
	s.documents[tenant] = append(s.documents[tenant], made)
	answer(w, http.StatusCreated, made)
}

func (s *service) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.documents[r.PathValue("tenant")] {
		if d.ID == r.PathValue("document") {
			answer(w, http.StatusOK, d)
			return
		}
	}
	refuse(w, http.StatusNotFound, "there is no such document")
}

func (s *service) report(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lc, _ := lambdacontext.FromContext(r.Context())
	answer(w, http.StatusOK, map[string]any{
		"documents": len(s.documents[r.PathValue("tenant")]),
		"tenant":    lc.TenantID, // for which this environment runs: the tenant in the path
	})
}

func (s *service) me(w http.ResponseWriter, r *http.Request) { s.accountOf(w, principal(r)) }

func (s *service) account(w http.ResponseWriter, r *http.Request) { s.accountOf(w, r.PathValue("id")) }

func (s *service) accountOf(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, ok := s.names[id]; ok {
		answer(w, http.StatusOK, account{id, name})
		return
	}
	refuse(w, http.StatusNotFound, "there is no such account")
}

func (s *service) rename(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Name string `json:"name"`
	}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil || wanted.Name == "" {
		refuse(w, http.StatusBadRequest, `want a JSON object like {"name":"Ada"}`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	s.names[id] = wanted.Name
	answer(w, http.StatusOK, account{id, wanted.Name})
}

func (s *service) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.names, r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}

// principal is who calls, as the authorizer verified it.
func principal(r *http.Request) string {
	caller, _ := lambdahttp.CallerFrom(r.Context())
	return caller.Principal
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client that could not read it is gone
}
