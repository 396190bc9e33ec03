package tablesession

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// Opened is a session as it was read. It is not safe for concurrent use.
type Opened struct {
	*session.Session

	item   *Item
	record record
}

// ID identifies the session among those of its subject, as in [Store.List]. It does not open the session.
func (o *Opened) ID() string { return strings.TrimPrefix(o.item.Sort, sessionPrefix) }

// Open returns the session whose handle is in a request's cookies. The arguments are the values of all Cookie headers.
// The error is one of [session.ErrNoSession], [session.ErrForged], [session.ErrEnded] (also if the table has no such
// session), and [session.ErrUnavailable].
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

// generation returns the generation of an item, or 0 for a missing one.
func generation(item *Item) int64 {
	if item == nil {
		return 0
	}
	return item.Generation
}

// boundTo returns what a session's data is bound to. It includes the generation, so that the generation of an ended
// session cannot be raised.
func boundTo(item *Item) string {
	return fmt.Sprintf("%s\n%s\n%d", item.Partition, item.Sort, item.Generation)
}

// unseal decrypts a session's item. The error is [session.ErrForged] or [session.ErrUnavailable].
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

// sealRecord returns an item with an encrypted record, to be written in place of the version after.
func (s *Store) sealRecord(ctx context.Context, at Key, generation, after int64, r record) (*Opened, error) {
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

// replace replaces the record that was read. The error is [ErrConflict] if the item has changed since.
func (s *Store) replace(ctx context.Context, o *Opened, r record) (*Opened, error) {
	next, err := s.sealRecord(ctx, o.item.Key, o.item.Generation, o.item.Version, r)
	if err != nil {
		return nil, err
	}
	if err := s.put(ctx, next.item, o.item.Version); err != nil {
		return nil, err
	}
	return next, nil
}

// Touch records that the session is used, which postpones the end of its idle time. It writes at most once in a tenth
// of that time, so that not every read causes a write. A session that is used less often may therefore end up to a
// tenth early. The error is [session.ErrEnded] or [session.ErrUnavailable]. A caller may continue after the latter.
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
