package logintest

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Down makes the provider answer each request with a status, until Up. With status 0, the provider cuts the connection.
func (p *Provider) Down(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.status = status == 0, status
}

// Up ends Down.
func (p *Provider) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.status = false, 0
}

// Edit sets a function that changes the provider's answers; nil removes it.
func (p *Provider) Edit(change func(r *http.Request, status int, body []byte) (int, []byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edit = change
}

// Before sets a function that is called with the path of each request before it is answered; nil removes it. Several
// goroutines may call it.
func (p *Provider) Before(call func(path string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before = call
}

// Rotate makes the provider sign with a new key and returns the key's ID. The old keys remain published.
func (p *Provider) Rotate(t testing.TB) string {
	t.Helper()
	return p.peer.Say(t, "rotate")
}

// TTL sets the lifetime of new access tokens.
func (p *Provider) TTL(t testing.TB, d time.Duration) {
	t.Helper()
	p.command(t, "ttl "+strconv.Itoa(int(d.Seconds())))
}

// Forget ends all grants and sessions at the provider.
func (p *Provider) Forget(t testing.TB) {
	t.Helper()
	p.command(t, "forget")
}

func (p *Provider) command(t testing.TB, line string) {
	t.Helper()
	if got := p.peer.Say(t, line); got != "ok" {
		t.Fatalf("logintest: the provider answered %q to %q", got, line)
	}
}
