package dpop

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// maxUsed is how many proofs [Used] remembers. At that many proofs within a minute, a function refuses further ones
// rather than forget one that may come again. They take about 30 MB.
const maxUsed = 1 << 18

// Table remembers used proofs for all instances of a function.
type Table interface {
	// Use records a proof, and reports whether it was not there yet. An item may be removed after until.
	Use(ctx context.Context, id string, until time.Time) (first bool, err error)
}

// Used remembers used proofs until they are refused as too old: in memory, which only this process has, and in a table
// if there is one. The zero value is ready to use. It is safe for concurrent use.
type Used struct {
	Table Table

	mu      sync.Mutex
	until   map[string]time.Time // by [Proof.ID]
	next    time.Time            // when expired ones are removed next
	removed time.Time            // the latest until of those that were removed
	most    int                  // default: maxUsed
}

// Use records a proof. The error is [ErrReplay] if it was used before, and a [jwt.ErrUnavailable] if that cannot be
// told.
func (u *Used) Use(ctx context.Context, p Proof, now time.Time) error {
	if err := u.remember(p, now); err != nil || u.Table == nil {
		return err
	}
	first, err := u.Table.Use(ctx, p.ID, p.Until)
	switch {
	case err != nil:
		return unavailable{fmt.Errorf("dpop: the table of used proofs: %w", err)}
	case !first:
		return ErrReplay
	}
	return nil
}

var (
	errFull    = errors.New("dpop: the memory of used proofs is full")
	errRemoved = errors.New("dpop: used proofs of this time were removed from the memory: the clock went back")
)

// unavailable is a [jwt.ErrUnavailable] whose text is about proofs. That of jwt says that keys are missing.
type unavailable struct{ error }

func (u unavailable) Unwrap() error        { return u.error }
func (u unavailable) Is(target error) bool { return target == jwt.ErrUnavailable }

func (u *Used) remember(p Proof, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.most == 0 {
		u.most = maxUsed
	}
	if u.until == nil {
		u.until = map[string]time.Time{}
	}
	if until, used := u.until[p.ID]; used && now.Before(until) {
		return ErrReplay
	}
	if !now.Before(u.next) || len(u.until) >= u.most {
		u.next = now.Add(MaxAge)
		for id, until := range u.until {
			if !now.Before(until) {
				delete(u.until, id)
				u.removed = later(u.removed, until)
			}
		}
	}
	if !p.Until.After(u.removed) {
		return unavailable{errRemoved}
	}
	if len(u.until) >= u.most {
		return unavailable{errFull}
	}
	u.until[p.ID] = p.Until
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
