package tablesession

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// ErrTooLarge reports that a session does not fit into an item, because one of its texts, such as the access token, has
// more than 65,535 bytes. This limit keeps every item below the 400 KB that DynamoDB accepts. It is a
// [session.ErrTooLarge].
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
var ErrTooLarge error = tooLarge{}

type tooLarge struct{}

func (tooLarge) Error() string {
	return "tablesession: a text of the session has more than 65,535 bytes: ask the provider for smaller tokens, with " +
		"fewer claims"
}

func (tooLarge) Is(other error) bool { return other == session.ErrTooLarge }

// endedFor is how long an ended sid is remembered. A login with that sid that is in progress does not begin a session.
const endedFor = 10 * time.Minute

// Create stores a session in the table and returns the Set-Cookie headers of its handle. The issuer is the issuer of
// x.Subject. The sid is the ID token's, or "". The error is [session.ErrEnded] if the provider has ended the sid in the
// meantime, [session.ErrUnavailable], [ErrTooLarge], or tells what is wrong with the session.
func (s *Store) Create(ctx context.Context, x *session.Session, issuer, sid string) (setCookies []string, err error) {
	if _, err := partition(subjectPrefix, issuer, x.Subject); err != nil {
		return nil, err
	}
	h := handle{subject: digest(subjectPrefix, issuer, x.Subject)}
	if err := s.fillRandom(h.id[:]); err != nil {
		return nil, err
	}
	at := h.key()
	subject, err := s.get(ctx, Key{at.Partition, generationSort})
	if err != nil {
		return nil, err
	}
	// If the generation is raised from here on, this session counts as ended.
	o, err := s.sealRecord(ctx, at, generation(subject), 0, record{session: x})
	switch {
	case errors.Is(err, session.ErrTooLarge):
		return nil, ErrTooLarge
	case err != nil:
		return nil, err
	}
	if sid == "" {
		err = s.put(ctx, o.item, 0)
	} else {
		err = s.createWithSID(ctx, o, issuer, sid)
	}
	switch {
	case errors.Is(err, ErrConflict): // it was written, the answer was lost, and an end has removed it since
		return nil, session.ErrEnded
	case err != nil:
		return nil, err
	}
	return s.cookies.SetHandle(h.String()), nil
}

// createWithSID writes a session that can be found by its sid. It first writes the session, and then checks whether the
// sid has ended. [Store.EndSID] first writes that the sid has ended, and then looks for sessions. So at least one of
// the two sees the other.
func (s *Store) createWithSID(ctx context.Context, o *Opened, issuer, sid string) error {
	where, err := partition(sidPrefix, issuer, sid)
	if err != nil {
		return err
	}
	_, longest := s.Ends(o.Session)
	if err := s.put(ctx, &Item{Key: sidKey(where, o.item.Key), Version: 1, Ends: longest}, 0); err != nil {
		return err
	}
	if err := s.put(ctx, o.item, 0); err != nil {
		return err
	}
	ended, err := s.get(ctx, Key{where, endedSort})
	if err == nil && (ended == nil || !s.now().Before(ended.Ends)) {
		return nil
	}
	_, errRemove := s.remove(ctx, o.item.Key)
	return cmp.Or(err, errRemove, session.ErrEnded)
}
