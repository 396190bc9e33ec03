package tablesession

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const ownerSize = 16

// lease is the right to ask the provider for a session, which one request has at a time: a provider that rotates
// refresh tokens takes each once, and may end the login where one comes twice (RFC 9700, section 4.14.2).
type lease struct {
	owner [ownerSize]byte // zero for no lease

	// until is when the lease passes, by its owner's clock. takenOver says that the owner before did not give it back,
	// and refused when the provider refused, by the clock of the first owner since then that it did; zero for not yet.
	until     time.Time
	takenOver bool
	refused   time.Time
}

const (
	// leaseFor is how long a lease lasts, which is how long the provider may take to answer.
	leaseFor = 10 * time.Second

	// leaseSkew is how far two clocks may be apart for a lease to be kept by both.
	leaseSkew = 5 * time.Second

	// settling is how long after a refusal an owner's write may still come from whom the lease was taken over. The
	// session is not ended before.
	settling = 10 * time.Second
)

func (l lease) free() bool { return l.owner == [ownerSize]byte{} }

// settled is from when on no owner before is about to write, if the provider refuses now. Requests that may wait for
// less than that take the lease over one from another. What counts for them is the first refusal: no owner since then
// has anything to write. Its clock may have been ahead.
func (l lease) settled(now time.Time) time.Time {
	switch {
	case !l.takenOver:
		return now
	case l.refused.IsZero():
		return now.Add(settling)
	}
	return earlier(now.Add(settling), l.refused.Add(settling+session.Skew))
}

// watch notes how long a lease was seen, by this clock alone.
type watch struct {
	owner [ownerSize]byte
	since time.Time
}

// passed reports whether a lease has passed that its owner did not give back: by the time that it says, or because it
// was seen for that long, whatever the owner's clock may be.
func (w *watch) passed(l lease, now time.Time) bool {
	if w.owner != l.owner {
		w.owner, w.since = l.owner, now
	}
	return !now.Before(l.until.Add(leaseSkew)) || now.Sub(w.since) >= leaseFor+leaseSkew
}
