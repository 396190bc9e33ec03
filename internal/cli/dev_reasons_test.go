package cli

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestDevReasons checks that the terminal and the console show the received and the expected value for a wrong scope,
// audience, issuer or time.
func TestDevReasons(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, guardedAPI())
	r, _ := start(t, dir)
	token := func(args ...string) string {
		status, token, stderr := tokenIn(t.Context(), dir, r.cache, args...)
		if status != succeeded {
			t.Fatalf("%v: %s", args, stderr)
		}
		return token
	}
	good := claimsOf(t, token("--scope", "orders/read"))
	for _, tt := range []struct {
		name string
		args []string
		want string // a part of the reason
	}{
		{
			"scope",
			[]string{"--scope", "orders/write"},
			"the method requires one of the scopes orders/read, and the token has orders/write",
		},
		{"audience", []string{"--audience", "invoices"}, `got "invoices", want "` + good["client_id"].(string) + `"`},
		{
			"issuer",
			[]string{"--claim", "iss=https://other.example.com"},
			`got "https://other.example.com", want "` + good["iss"].(string) + `"`,
		},
		{"expiry", []string{"--expires", "-1m"}, `the token has expired: got "` + time.Now().UTC().Format("2006-")},
		{"use", []string{"--use", "id"}, `got "id", want "access"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/v1/orders", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+token(tt.args...))
			answer := send(t, request)
			if answer.StatusCode != 401 {
				t.Errorf("status %d, want 401", answer.StatusCode)
			}
			r.wait(t, func() bool { return strings.Contains(lastLine(r.stdout.String()), tt.want) })
			var seen struct{ Reason string }
			if err := json.NewDecoder(get(
				t,
				r.url+"/~/requests/"+answer.Header.Get("X-Amzn-Requestid"),
			).Body).Decode(&seen); err != nil ||
				!strings.Contains(seen.Reason, tt.want) {
				t.Errorf("the console says %q (%v), want %q", seen.Reason, err, tt.want)
			}
		})
	}
}
