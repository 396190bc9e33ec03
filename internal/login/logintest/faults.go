package logintest

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Down has the provider answer each request with a status, or cut the connection for 0, until Up.
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

// Edit changes the answers of the provider on their way; nil ends that.
func (p *Provider) Edit(change func(r *http.Request, status int, body []byte) (int, []byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edit = change
}

// Before is called with the path of each request before it is answered, from several goroutines; nil ends that.
func (p *Provider) Before(call func(path string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before = call
}

// Rotate has the provider sign with a new key, whose id it returns. The old keys are still published.
func (p *Provider) Rotate(t testing.TB) string {
	t.Helper()
	return p.peer.Say(t, "rotate")
}

// TTL sets for how long the next access tokens are good.
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
