package tablesession

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const ownerSize = 16

// lease is the right to renew a session at the provider. One request has it at a time: a provider that rotates refresh
// tokens accepts each only once, and may end the login if one is used twice (RFC 9700, section 4.14.2).
type lease struct {
	owner [ownerSize]byte // zero for no lease

	// until is when the lease expires, by its owner's clock. takenOver reports that the previous owner did not release it.
	// refused is when the provider first refused since the lease was last released, by the clock of the owner that it
	// refused; zero if it has not.
	until     time.Time
	takenOver bool
	refused   time.Time
}

const (
	// leaseFor is how long a lease lasts. If the provider takes longer to answer, another request asks it too.
	leaseFor = 10 * time.Second

	// leaseSkew is the maximum difference between two clocks with which both respect a lease.
	leaseSkew = 5 * time.Second

	// settling is how long after a refusal an owner whose lease was taken over may still write. The session is not ended
	// before.
	settling = 10 * time.Second
)

func (l lease) isFree() bool { return l.owner == [ownerSize]byte{} }

// settledAt returns the time from which no previous owner is about to write, if the provider refuses now. Requests that
// may not wait until then take over the lease from each other. For them the first refusal counts, because no later
// owner has anything to write. The clock of that refusal may have been ahead.
func (l lease) settledAt(now time.Time) time.Time {
	switch {
	case !l.takenOver:
		return now
	case l.refused.IsZero():
		return now.Add(settling)
	}
	return earlier(now.Add(settling), l.refused.Add(settling+session.Skew))
}

// watch tracks how long a lease has been seen, by this clock alone.
type watch struct {
	owner [ownerSize]byte
	since time.Time
}

// hasExpired reports whether a lease that its owner did not release has expired: by the time that it states, or because
// it has been seen for that long, whatever the owner's clock says.
func (w *watch) hasExpired(l lease, now time.Time) bool {
	if w.owner != l.owner {
		w.owner, w.since = l.owner, now
	}
	return !now.Before(l.until.Add(leaseSkew)) || now.Sub(w.since) >= leaseFor+leaseSkew
}
