package tablesession

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// The pause between two tries begins with firstPause and doubles up to mostPause.
const (
	firstPause = 50 * time.Millisecond
	mostPause  = 500 * time.Millisecond
)

// tries is how often a call of the table is tried if there is no answer.
const tries = 3

// unavailable returns the error for a failure of the table.
func unavailable(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", session.ErrUnavailable, what, err)
}

// insist calls the table until there is an answer, up to three times. [ErrConflict] is an answer.
func (s *Store) insist(ctx context.Context, what string, call func() error) error {
	for i, d := 1, firstPause; ; i, d = i+1, min(2*d, mostPause) {
		err := call()
		if err == nil || errors.Is(err, ErrConflict) {
			return err
		}
		if i == tries || s.wait(ctx, d) != nil {
			return unavailable(what, err)
		}
	}
}

// put writes an item if the existing one has the given version. A try without an answer may have been carried out, by
// the table or within its client, so that the next try conflicts with the item itself.
func (s *Store) put(ctx context.Context, item *Item, version int64) error {
	return s.insist(ctx, "write "+item.Sort, func() error {
		err := s.table.Put(ctx, item, version)
		if !errors.Is(err, ErrConflict) {
			return err
		}
		there, errThere := s.table.Get(ctx, item.Key)
		switch {
		case errThere != nil:
			return errThere
		case sameItem(there[0], item):
			return nil
		}
		return err
	})
}

// sameItem reports whether the existing item is the written one. Sealed or random data is never the same twice.
func sameItem(there, item *Item) bool {
	return there != nil && there.Version == item.Version && there.Generation == item.Generation &&
		there.Ends.Unix() == item.Ends.Unix() && bytes.Equal(there.Data, item.Data)
}

// remove removes an item of any version and returns it, or nil if it does not exist.
func (s *Store) remove(ctx context.Context, key Key) (gone *Item, err error) {
	err = s.insist(ctx, "remove "+key.Sort, func() (err error) {
		gone, err = s.table.Delete(ctx, key, 0)
		return err
	})
	return gone, err
}
