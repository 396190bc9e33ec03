package tablesession

import (
	"context"
	"encoding/binary"
	"errors"
	"time"
)

// undoTimeout limits how long a failed [Store.Once] still waits.
const undoTimeout = 2 * time.Second

// Once reports whether it sees an issuer's token with this ID for the first time. The token is remembered until the
// given time, which is when it expires plus the possible difference between clocks. After the error
// [session.ErrUnavailable] the token must not be used.
func (s *Store) Once(ctx context.Context, issuer, jti string, until time.Time) (first bool, err error) {
	where, err := partition(jtiPrefix, issuer, jti)
	if err != nil {
		return false, err
	}
	// The version tells this call's own item, if its answer was lost, from an earlier one.
	var b [8]byte
	if err := s.fillRandom(b[:]); err != nil {
		return false, err
	}
	version := int64(binary.BigEndian.Uint64(b[:])>>2) + 1
	item := &Item{Key: Key{where, jtiSort}, Version: version, Ends: until}
	switch err := s.put(ctx, item, 0); {
	case errors.Is(err, ErrConflict):
		return false, nil
	case err != nil:
		// The item may have been written nevertheless. It is removed, because the sender may send the token again.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
		defer cancel()
		_, _ = s.table.Delete(ctx, item.Key, version)
		return false, err
	}
	return true, nil
}

// Forget undoes a [Store.Once] after which the token could not be used, so that its sender may send it again.
func (s *Store) Forget(ctx context.Context, issuer, jti string) error {
	where, err := partition(jtiPrefix, issuer, jti)
	if err != nil {
		return err
	}
	_, err = s.remove(ctx, Key{where, jtiSort})
	return err
}
