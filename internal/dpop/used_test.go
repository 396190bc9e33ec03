package dpop

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// shared is a table in memory.
type shared struct {
	ids map[string]bool
	err error
}

func (s *shared) Use(_ context.Context, id string, _ time.Time) (bool, error) {
	if s.err != nil {
		return false, s.err
	}
	first := !s.ids[id]
	s.ids[id] = true
	return first, nil
}

func TestUsed(t *testing.T) {
	var u Used
	proof := Proof{ID: "a", Until: t0.Add(time.Minute)}
	for _, c := range []struct {
		name  string
		proof Proof
		now   time.Time
		want  error
	}{
		{"the first time", proof, t0, nil},
		{"again", proof, t0, ErrReplay},
		{"again, at the end", proof, t0.Add(time.Minute - 1), ErrReplay},
		{"another one", Proof{ID: "b", Until: t0.Add(time.Minute)}, t0, nil},
		{"the other one again, after expired ones were removed", Proof{ID: "b", Until: t0.Add(2 * time.Minute)},
			t0.Add(2 * time.Minute), nil},
	} {
		if err := u.Use(t.Context(), c.proof, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if len(u.until) != 1 {
		t.Errorf("%d proofs are remembered, and one is still accepted", len(u.until))
	}
}

// TestUsedWhenFull refuses further proofs as unavailable, and goes on when earlier ones have expired.
func TestUsedWhenFull(t *testing.T) {
	u := Used{most: 3}
	use := func(i int, now time.Time) error {
		return u.Use(t.Context(), Proof{ID: fmt.Sprint(i), Until: now.Add(time.Minute)}, now)
	}
	for i := range 3 {
		if err := use(i, t0); err != nil {
			t.Fatal(err)
		}
	}
	if err := use(3, t0); !errors.Is(err, jwt.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if err := use(0, t0); !errors.Is(err, ErrReplay) {
		t.Errorf("a proof was forgotten: %v", err)
	}
	if err := use(4, t0.Add(time.Minute)); err != nil {
		t.Errorf("after a minute: %v", err)
	}
}

// TestUsedWhenTheClockGoesBack refuses proofs that may be among those that a later time has removed. Another request
// can bring that time too, if several are decided at once.
func TestUsedWhenTheClockGoesBack(t *testing.T) {
	var u Used
	for _, c := range []struct {
		name       string
		id         string
		until, now time.Duration // after t0
		want       error
	}{
		{"the first time", "a", time.Minute, 0, nil},
		{"another one, an hour later", "b", 61 * time.Minute, time.Hour, nil},
		{"the first one again, after the clock went back", "a", time.Minute, 30 * time.Second, jwt.ErrUnavailable},
		{"a new one that cannot be among the removed ones", "c", 90 * time.Second, 30 * time.Second, nil},
		{"the new one again", "c", 90 * time.Second, 30 * time.Second, ErrReplay},
	} {
		err := u.Use(t.Context(), Proof{ID: c.id, Until: t0.Add(c.until)}, t0.Add(c.now))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// TestUsedInATable recognizes a proof that another instance has used, and refuses each if the table fails.
func TestUsedInATable(t *testing.T) {
	table := &shared{ids: map[string]bool{}}
	one, two := Used{Table: table}, Used{Table: table}
	proof := Proof{ID: "a", Until: t0.Add(time.Minute)}
	if err := one.Use(t.Context(), proof, t0); err != nil {
		t.Fatal(err)
	}
	if err := two.Use(t.Context(), proof, t0); !errors.Is(err, ErrReplay) {
		t.Errorf("at the other instance: %v", err)
	}
	table.err = errors.New("no answer")
	if err := one.Use(t.Context(), Proof{ID: "b", Until: proof.Until}, t0); !errors.Is(err, jwt.ErrUnavailable) ||
		errors.Is(err, jwt.ErrRejected) {
		t.Errorf("without an answer: %v", err)
	}
	const want = "dpop: the table of used proofs: no answer"
	if err := one.Use(t.Context(), Proof{ID: "c", Until: proof.Until}, t0); err == nil || err.Error() != want {
		t.Errorf("the log says %q, want %q", err, want)
	}
}
