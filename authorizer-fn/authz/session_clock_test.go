package authz

import "testing"

// A session's token is used as soon as it is issued, and the issuer's clock may be ahead, so sessions have a larger
// leeway. Without a session the configured leeway applies.
func TestTheIssuersClockIsAhead(t *testing.T) {
	f := newSessions(t)
	for ahead, want := range map[int64]string{1: allow, 60: allow, 61: reject} {
		ahead := t0.Unix() + ahead
		x := f.opened(token(object{"iat": ahead, "nbf": ahead}))
		if got := f.outcome(t, browses("GET", "/orders", f.sealed(t, f.store, x))); got != want {
			t.Errorf("%d seconds ahead: %s, want %s", ahead-t0.Unix(), got, want)
		}
	}
	if got := (Config{}).leeway(Issuer{Leeway: 5}); got != 5 {
		t.Errorf("without a session: %v", got)
	}
}
