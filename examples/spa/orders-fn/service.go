package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// What bounds an order and the memory.
const (
	maxBody     = 4 << 10 // bytes
	maxItem     = 80      // bytes
	maxQuantity = 1000
	maxOrders   = 100 // the oldest go first
)

type order struct {
	Number   int    `json:"number"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	By       string `json:"by"` // the principal who ordered
}

type service struct {
	mu     sync.Mutex
	orders []order // the newest first
}

func newService() *service {
	return &service{orders: []order{
		{3, "Lantern oil", 2, "grace"},
		{2, "Door hinges", 12, "ada"},
		{1, "Oak planks", 40, "ada"},
	}}
}

func (s *service) routes() http.Handler {
	mux := lambdahttp.NewMux()
	mux.HandleFunc("GET /orders", s.list)
	mux.HandleFunc("POST /orders", s.add)
	return mux
}

func (s *service) list(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"orders": slices.Clone(s.orders)})
}

func (s *service) add(w http.ResponseWriter, r *http.Request) {
	var o order
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&o)
	if err != nil || o.Item == "" || len(o.Item) > maxItem || o.Quantity < 1 || o.Quantity > maxQuantity {
		answer(w, http.StatusBadRequest, map[string]string{
			"message": `want a JSON object like {"item":"Oak planks","quantity":40}, with a quantity of 1 to 1000`,
		})
		return
	}
	caller, _ := lambdahttp.CallerFrom(r.Context()) // as the authorizer verified it
	o.By = caller.Principal

	s.mu.Lock()
	defer s.mu.Unlock()
	o.Number = s.orders[0].Number + 1
	s.orders = slices.Insert(s.orders, 0, o)
	s.orders = s.orders[:min(len(s.orders), maxOrders)]
	answer(w, http.StatusCreated, o)
}

// answer writes JSON that no cache keeps: it is for this session alone.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client that could not read it is gone
}
