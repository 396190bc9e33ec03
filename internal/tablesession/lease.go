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

	// takenOver says that an owner before did not give the lease back. first is when the lease began or, if it was taken
	// over, when the first of those owners' did, by its clock. Until when it counts by its owner's clock.
	takenOver    bool
	first, until time.Time
}

const (
	// leaseFor is how long a lease lasts, which is how long the provider may take to answer.
	leaseFor = 10 * time.Second

	// leaseSkew is how far two clocks may be apart for a lease to be kept by both.
	leaseSkew = 5 * time.Second

	// settling is how long after a lease was taken over its owner's write may still come. A session that is refused is
	// not ended before.
	settling = 10 * time.Second
)

func (l lease) free() bool { return l.owner == [ownerSize]byte{} }

// settled is from when on no owner before can be about to write. Where requests may wait for less than settling, each
// takes the lease over from the one before, but no owner writes long after the first one's lease, whose clock may have
// been ahead.
func (l lease) settled() time.Time {
	if !l.takenOver {
		return time.Time{}
	}
	return earlier(l.until.Add(settling-leaseFor), l.first.Add(leaseFor+settling+session.Skew))
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
