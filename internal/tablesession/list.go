package tablesession

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// Entry is a session in a list. It contains no secrets.
type Entry struct {
	// ID identifies the session for [Store.EndOne] and [Opened.ID]. It does not open the session.
	ID string

	// Started is when the login ended. Active is when the session was last used, as [Store.Touch] recorded.
	Started, Active time.Time

	// Idle is when the session ends if it is not used. Ends is when it ends in any case.
	Idle, Ends time.Time
}

// List returns the sessions of a subject that have not ended, most recently used first. The error is
// [session.ErrUnavailable].
func (s *Store) List(ctx context.Context, issuer, subject string) ([]Entry, error) {
	where, err := partition(subjectPrefix, issuer, subject)
	if err != nil {
		return nil, err
	}
	items, err := s.query(ctx, where)
	if err != nil {
		return nil, err
	}
	var least int64
	for _, item := range items {
		if item.Sort == generationSort {
			least = item.Generation
		}
	}
	var entries []Entry
	for _, item := range items {
		if !strings.HasPrefix(item.Sort, sessionPrefix) || item.Generation < least {
			continue
		}
		o, err := s.unseal(ctx, item)
		switch {
		case errors.Is(err, session.ErrUnavailable):
			return nil, err
		case err != nil || !s.cookies.Alive(o.Session): // or sealed with a key that is no longer valid
			continue
		}
		e := Entry{ID: o.ID(), Started: o.Started, Active: o.Active}
		e.Idle, e.Ends = s.Ends(o.Session)
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return b.Active.Compare(a.Active) })
	return entries, nil
}
