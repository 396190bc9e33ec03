package tablesession

import (
	"context"
	"errors"
	"strings"
	"time"
)

// End ends a session. It succeeds if the session has ended already. If the error is [session.ErrUnavailable], it is not
// known whether the session has ended.
func (s *Store) End(ctx context.Context, o *Opened) error {
	_, err := s.remove(ctx, o.item.Key)
	return err
}

// generationFor is how long the generation of a subject is remembered. No session lasts longer.
const generationFor = 31 * 24 * time.Hour

// EndSubject ends all sessions of a subject that have begun, and returns their number. They end together when the
// subject's generation is raised. Then they are removed one by one. Those that cannot be removed no longer open, and
// the table removes them in time. After the error [session.ErrUnavailable] the call may be repeated.
func (s *Store) EndSubject(ctx context.Context, issuer, subject string) (ended int, err error) {
	where, err := partition(subjectPrefix, issuer, subject)
	if err != nil {
		return 0, err
	}
	raised, err := s.raise(ctx, Key{where, generationSort})
	if err != nil {
		return 0, err
	}
	items, err := s.query(ctx, where)
	if err != nil {
		return 0, err
	}
	now := s.now()
	for _, item := range items {
		if !strings.HasPrefix(item.Sort, sessionPrefix) || item.Generation >= raised {
			continue
		}
		if now.Before(item.Ends) {
			ended++
		}
		_, _ = s.remove(ctx, item.Key) // it has already ended
	}
	return ended, nil
}

// raise raises the generation of a subject, and returns the generation that ends all sessions from before this call.
// Generations are times in milliseconds, so that they rise even if the item was removed in the meantime.
func (s *Store) raise(ctx context.Context, at Key) (int64, error) {
	first := int64(-1) // when this call began
	for {
		before, err := s.get(ctx, at)
		if err != nil {
			return 0, err
		}
		// Another call has raised it since this one began. Its generation serves as well.
		if first >= 0 && generation(before) > first {
			return generation(before), nil
		}
		if first < 0 {
			first = generation(before)
		}
		now := s.now()
		item := &Item{Key: at, Version: 1, Generation: max(now.UnixMilli(), first+1), Ends: now.Add(generationFor)}
		if before != nil {
			item.Version = before.Version + 1
		}
		// The conflict is with another call, or the table has removed the expired item.
		if err := s.put(ctx, item, item.Version-1); !errors.Is(err, ErrConflict) {
			return item.Generation, err
		}
	}
}

// get reads one item, with up to three tries.
func (s *Store) get(ctx context.Context, at Key) (item *Item, err error) {
	err = s.insist(ctx, "read "+at.Sort, func() error {
		items, err := s.table.Get(ctx, at)
		if err == nil {
			item = items[0]
		}
		return err
	})
	return item, err
}

// query reads a partition, with up to three tries.
func (s *Store) query(ctx context.Context, partition string) (items []*Item, err error) {
	err = s.insist(ctx, "list a partition", func() (err error) {
		items, err = s.table.Query(ctx, partition)
		return err
	})
	return items, err
}

// EndSID ends the sessions that began with an issuer's sid, which a provider's logout token names, including logins
// that are in progress. It returns their number, without those whose removal had to be repeated. After the error
// [session.ErrUnavailable] some may not have ended, and the call must be repeated.
func (s *Store) EndSID(ctx context.Context, issuer, sid string) (ended int, err error) {
	where, err := partition(sidPrefix, issuer, sid)
	if err != nil {
		return 0, err
	}
	if err := s.noteEnd(ctx, Key{where, endedSort}); err != nil {
		return 0, err
	}
	items, err := s.query(ctx, where)
	if err != nil {
		return 0, err
	}
	for _, item := range items {
		at, ok := sessionOf(item)
		if !ok {
			continue
		}
		gone, err := s.remove(ctx, at)
		if err != nil {
			return ended, err
		}
		if gone != nil && s.now().Before(gone.Ends) {
			ended++
		}
		_, _ = s.remove(ctx, item.Key) // it leads nowhere
	}
	return ended, nil
}

// noteEnd writes that a sid has ended.
func (s *Store) noteEnd(ctx context.Context, at Key) error {
	for again := false; ; again = true {
		before, err := s.get(ctx, at)
		if err != nil {
			return err
		}
		now := s.now()
		if again && before != nil && now.Before(before.Ends) { // another call has written it
			return nil
		}
		item := &Item{Key: at, Version: 1, Ends: now.Add(endedFor)}
		if before != nil {
			item.Version = before.Version + 1
		}
		// The conflict is with another call, or the table has removed the expired item.
		if err := s.put(ctx, item, item.Version-1); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// sidKey returns the key of the item in a sid's partition that leads to a session.
func sidKey(partition string, session Key) Key {
	return Key{partition, sessionPrefix + strings.TrimPrefix(session.Partition, subjectPrefix) + "#" +
		strings.TrimPrefix(session.Sort, sessionPrefix)}
}

// sessionOf returns the key of the session that an item of a sid's partition leads to.
func sessionOf(item *Item) (Key, bool) {
	rest, is := strings.CutPrefix(item.Sort, sessionPrefix)
	subject, id, _ := strings.Cut(rest, "#")
	return Key{subjectPrefix + subject, sessionPrefix + id}, is && isDigest(subject) && isDigest(id)
}

// EndOne ends the session of a subject with an ID from [Store.List] or [Opened.ID]. It reports whether there was one.
// The error is [session.ErrUnavailable].
func (s *Store) EndOne(ctx context.Context, issuer, subject, id string) (bool, error) {
	where, err := partition(subjectPrefix, issuer, subject)
	if err != nil || !isDigest(id) {
		return false, err
	}
	gone, err := s.remove(ctx, Key{where, sessionPrefix + id})
	return gone != nil && s.now().Before(gone.Ends), err
}
