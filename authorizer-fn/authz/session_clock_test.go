package authz

import "testing"

// A session's token is used as soon as it is issued, when the issuer's clock may be ahead. So tokens of sessions have a
// larger leeway than the configured one.
func TestSessionToleratesIssuerClock(t *testing.T) {
	f := newSessions(t)
	for ahead, want := range map[int64]string{1: allow, 60: allow, 61: reject} {
		ahead := t0.Unix() + ahead
		x := f.opened(token(object{"iat": ahead, "nbf": ahead}))
		if got := f.outcome(t, browses("GET", "/orders", f.sealed(t, f.store, x))); got != want {
			t.Errorf("%d seconds ahead: got %s, want %s", ahead-t0.Unix(), got, want)
		}
	}
	if got := (Config{}).leeway(Issuer{Leeway: 5}); got != 5 {
		t.Errorf("leeway without a session: got %v, want 5", got)
	}
}
