package tablesession

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// The pauses between two tries are firstPause, twice that, and so on, up to mostPause.
const (
	firstPause = 50 * time.Millisecond
	mostPause  = 500 * time.Millisecond
)

// tries is how often a call of the table is made that has no answer.
const tries = 3

// unavailable is a failure of the table.
func unavailable(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", session.ErrUnavailable, what, err)
}

// insist makes a call of the table until it is answered, three times at most. [ErrConflict] is an answer.
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

// put writes an item if the one that is there has a version. A try that has no answer may have been carried out, at
// the table or within its client: the next one finds the item itself in its way.
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
		case same(there[0], item):
			return nil
		}
		return err
	})
}

// same reports whether what is there is what was written. Data that is sealed, or random, is never the same twice.
func same(there, item *Item) bool {
	return there != nil && there.Version == item.Version && there.Generation == item.Generation &&
		there.Ends.Unix() == item.Ends.Unix() && bytes.Equal(there.Data, item.Data)
}

// remove removes an item, whatever its version, and returns it; nil if it was not there.
func (s *Store) remove(ctx context.Context, key Key) (gone *Item, err error) {
	err = s.insist(ctx, "remove "+key.Sort, func() (err error) {
		gone, err = s.table.Delete(ctx, key, 0)
		return err
	})
	return gone, err
}
