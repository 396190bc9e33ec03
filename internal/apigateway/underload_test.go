package apigateway

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestUnderLoad makes requests while functions end at random and the API is loaded again. Each request has its own
// answer, and none passes that must not. Only a request whose function ends gets an answer with 5xx.
func TestUnderLoad(t *testing.T) {
	resources := shop()
	delete(resources, "Failed") // which gives errors the status 200
	dir := assemblyOf(t, resources)
	api := Start(t, dir, Options{})
	kinds := []struct {
		target, token string
		status        int
		says          string // in the body
	}{
		{"GET /prod/orders", "allow", 200, ""},
		{"GET /prod/orders/7", "allow", 200, ""},
		{"GET /prod/orders/exit", "allow", 502, "Internal server error"},
		{"GET /prod/orders/fail", "allow", 502, "Internal server error"},
		{"GET /prod/orders", "crash", 500, ""},
		{"GET /prod/orders/7", "deny", 403, "explicit deny"},
		{"GET /prod/orders/7", "other", 403, "not authorized"},
		{"GET /prod/orders/7", "", 401, "Unauthorized"},
		{"GET /prod/nowhere", "allow", 403, ""},
		{"GET /other/orders", "allow", 403, "Forbidden"},
		{"GET /prod/files/readme", "", 200, ""},
	}
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(caller)))
			for i := range 60 {
				k, nonce := kinds[random.IntN(len(kinds))], fmt.Sprintf("nonce-%d-%d.", caller, i)
				headers := []string{"Nonce: " + nonce}
				if k.token != "" {
					headers = append(headers, "Authorization: Bearer "+k.token)
				}
				answer, body := send(t, api.URL, k.target, headers...)
				own := !strings.Contains(body, "nonce-") || strings.Contains(body, nonce)
				echoes := k.status == http.StatusOK && k.token != ""
				if answer.StatusCode != k.status || !strings.Contains(body, k.says) || !own ||
					echoes && !strings.Contains(body, nonce) {
					t.Errorf("%s with the token %q and %s: got %d, %s", k.target, k.token, nonce, answer.StatusCode, body)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		callers.Wait()
		close(done)
	}()
	for version := 0; ; version++ {
		select {
		case <-done:
			return
		default:
		}
		variables := object{"Variables": object{"VERSION": fmt.Sprint(version)}}
		for _, name := range []string{"Fn", "AuthFn"} {
			resources[name].(object)["Properties"].(object)["Environment"] = variables
		}
		write(t, dir, resources)
		if err := api.Reload(); err != nil {
			t.Error(err)
		}
		send(t, api.URL, "GET /prod/orders", "Authorization: Bearer allow") // so that the new functions start
	}
}
