package tablesession

import (
	"context"
	"errors"
	"time"
)

// Once reports whether a token of an issuer with this id is here for the first time. until is when the token expires,
// with what clocks may differ: it is remembered until then. The error is [session.ErrUnavailable]; the token must not
// be used then.
func (s *Store) Once(ctx context.Context, issuer, jti string, until time.Time) (first bool, err error) {
	where, err := partition(jtiPrefix, issuer, jti)
	if err != nil {
		return false, err
	}
	// The data tells this call's own item, whose answer was lost, from one of before.
	item := &Item{Key: Key{where, jtiSort}, Version: 1, Ends: until, Data: make([]byte, ownerSize)}
	if err := s.fill(item.Data); err != nil {
		return false, err
	}
	switch err := s.put(ctx, item, 0); {
	case errors.Is(err, ErrConflict):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, nil
}

// Forget takes back a [Store.Once] after which the token could not be used, so that its sender may send it again.
func (s *Store) Forget(ctx context.Context, issuer, jti string) error {
	where, err := partition(jtiPrefix, issuer, jti)
	if err != nil {
		return err
	}
	_, err = s.remove(ctx, Key{where, jtiSort})
	return err
}
