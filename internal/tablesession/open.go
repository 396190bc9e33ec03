package tablesession

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// Opened is a session as it was read. One goroutine at a time may use it.
type Opened struct {
	*session.Session

	item   *Item
	record record
}

// ID is the session's among those of its subject, as [Store.List] has it. It opens no session.
func (o *Opened) ID() string { return strings.TrimPrefix(o.item.Sort, sessionPrefix) }

// Open returns the session whose handle is in a request's cookies, which are given as the values of all its Cookie
// headers. The error is one of [session.ErrNoSession], [session.ErrForged], [session.ErrEnded], which also says that
// the table has no such session, and [session.ErrUnavailable].
func (s *Store) Open(ctx context.Context, cookieHeaders ...string) (*Opened, error) {
	value, err := s.cookies.Handle(cookieHeaders...)
	if err != nil {
		return nil, err
	}
	h, err := parseHandle(value)
	if err != nil {
		return nil, err
	}
	return s.read(ctx, h.key())
}

// read reads a session. The error is one of [session.ErrForged], [session.ErrEnded] and [session.ErrUnavailable].
func (s *Store) read(ctx context.Context, at Key) (*Opened, error) {
	items, err := s.table.Get(ctx, at, Key{at.Partition, generationSort})
	if err != nil {
		return nil, unavailable("read the session", err)
	}
	item := items[0]
	if item == nil || item.Generation < generation(items[1]) {
		return nil, session.ErrEnded
	}
	o, err := s.unseal(ctx, item)
	switch {
	case err != nil:
		return nil, err
	case !s.cookies.Alive(o.Session):
		return nil, session.ErrEnded
	}
	return o, nil
}

// generation is what an item says that may not be there.
func generation(item *Item) int64 {
	if item == nil {
		return 0
	}
	return item.Generation
}

// boundTo is what a session's data is bound to. The generation is part of it, so that the one of an ended session
// cannot be raised.
func boundTo(item *Item) string {
	return fmt.Sprintf("%s\n%s\n%d", item.Partition, item.Sort, item.Generation)
}

// unseal reads a session's item. The error is [session.ErrForged] or [session.ErrUnavailable].
func (s *Store) unseal(ctx context.Context, item *Item) (*Opened, error) {
	b, err := s.cookies.OpenItem(ctx, boundTo(item), item.Data)
	if err != nil {
		return nil, err
	}
	r, err := decodeRecord(b)
	if err != nil {
		return nil, err
	}
	return &Opened{r.session, item, r}, nil
}

// sealed is an item with a record, to be written after a version.
func (s *Store) sealed(ctx context.Context, at Key, generation, after int64, r record) (*Opened, error) {
	b, err := r.encode()
	if err != nil {
		return nil, err
	}
	ends, _ := s.Ends(r.session)
	item := &Item{Key: at, Version: after + 1, Generation: generation, Ends: ends}
	if item.Data, err = s.cookies.SealItem(ctx, boundTo(item), b); err != nil {
		return nil, err
	}
	return &Opened{r.session, item, r}, nil
}

// replace writes another record in the place of the one that was read. The error is [ErrConflict] if the item was
// changed since.
func (s *Store) replace(ctx context.Context, o *Opened, r record) (*Opened, error) {
	next, err := s.sealed(ctx, o.item.Key, o.item.Generation, o.item.Version, r)
	if err != nil {
		return nil, err
	}
	if err := s.put(ctx, next.item, o.item.Version); err != nil {
		return nil, err
	}
	return next, nil
}

// Touch notes that the session is used, which puts off the end of its idle time. It writes once in a tenth of that: a
// session that is used less often than that ends up to a tenth early, and reads are not followed by as many writes.
// The error is [session.ErrEnded] or [session.ErrUnavailable]; a caller may go on after the second.
func (s *Store) Touch(ctx context.Context, o *Opened) error {
	for {
		now := s.now().Truncate(time.Second)
		if now.Before(o.Active.Add(s.idle / 10)) {
			return nil
		}
		x := *o.Session
		x.Active = now
		next, err := s.replace(ctx, o, record{o.record.lease, &x})
		if errors.Is(err, ErrConflict) {
			if next, err = s.read(ctx, o.item.Key); err == nil {
				*o = *next
				continue
			}
		}
		if err == nil {
			*o = *next
		}
		return err
	}
}
