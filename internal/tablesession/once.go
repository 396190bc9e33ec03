package tablesession

import (
	"context"
	"encoding/binary"
	"errors"
	"time"
)

// undoTimeout ends what a [Store.Once] that failed still waits for.
const undoTimeout = 2 * time.Second

// Once reports whether a token of an issuer with this id is here for the first time. until is when the token expires,
// with what clocks may differ: it is remembered until then. The error is [session.ErrUnavailable]; the token must not
// be used then.
func (s *Store) Once(ctx context.Context, issuer, jti string, until time.Time) (first bool, err error) {
	where, err := partition(jtiPrefix, issuer, jti)
	if err != nil {
		return false, err
	}
	// The version tells this call's own item, whose answer was lost, from one of before.
	var b [8]byte
	if err := s.fill(b[:]); err != nil {
		return false, err
	}
	version := int64(binary.BigEndian.Uint64(b[:])>>2) + 1
	item := &Item{Key: Key{where, jtiSort}, Version: version, Ends: until}
	switch err := s.put(ctx, item, 0); {
	case errors.Is(err, ErrConflict):
		return false, nil
	case err != nil:
		// The item may have been written nevertheless: its sender may send the token again.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
		defer cancel()
		_, _ = s.table.Delete(ctx, item.Key, version)
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
