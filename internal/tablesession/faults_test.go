package tablesession_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// operation is a method of a store, with what must be true after it.
type operation struct {
	name string
	do   func(t *testing.T, f *fixture, header string, o *tablesession.Opened) error
	want func(t *testing.T, f *fixture, header string)
}

var operations = []operation{
	{"create", func(t *testing.T, f *fixture, _ string, _ *tablesession.Opened) error {
		_, err := f.Create(t.Context(), f.session(), issuer, "sid-2")
		return err
	}, func(t *testing.T, f *fixture, header string) {
		alive("token-1")(t, f, header)
		if list, err := f.List(t.Context(), issuer, subject); len(list) != 2 || err != nil {
			t.Errorf("%d sessions, %v, want 2", len(list), err)
		}
	}},
	{"renew", func(t *testing.T, f *fixture, _ string, o *tablesession.Opened) error {
		p := newProvider(f)
		next, err := f.Renew(t.Context(), o, p.ask)
		if err == nil {
			wantToken(t, next, nil, "token-2")
		}
		if p.asked > 1 || p.asked == 0 && err == nil {
			t.Errorf("asked %d times, want once", p.asked)
		}
		return err
	}, alive("token-2")},
	{"touch", func(t *testing.T, f *fixture, _ string, o *tablesession.Opened) error {
		f.clock.Advance(10 * time.Minute)
		return f.Touch(t.Context(), o)
	}, alive("token-1")},
	{"end", func(t *testing.T, f *fixture, _ string, o *tablesession.Opened) error {
		return f.End(t.Context(), o)
	}, ended},
	{"a refused renewal", func(t *testing.T, f *fixture, _ string, o *tablesession.Opened) error {
		_, err := f.Renew(t.Context(), o, func(context.Context, *session.Session) error { return tablesession.ErrRefused })
		if errors.Is(err, session.ErrEnded) {
			return nil
		}
		return cmpErr(err)
	}, ended},
	{"end of subject", func(t *testing.T, f *fixture, _ string, _ *tablesession.Opened) error {
		_, err := f.EndSubject(t.Context(), issuer, subject)
		return err
	}, ended},
	{"end of sid", func(t *testing.T, f *fixture, _ string, _ *tablesession.Opened) error {
		_, err := f.EndSID(t.Context(), issuer, "sid-1")
		return err
	}, ended},
	{"end of one", func(t *testing.T, f *fixture, _ string, o *tablesession.Opened) error {
		_, err := f.EndOne(t.Context(), issuer, subject, o.ID())
		return err
	}, ended},
	{"once", func(t *testing.T, f *fixture, _ string, _ *tablesession.Opened) error {
		first, err := f.Once(t.Context(), issuer, "jti", t0.Add(time.Hour))
		if err == nil && !first {
			t.Error("a token's first use passes for its second")
		}
		return err
	}, alive("token-1")},
	{"list", func(t *testing.T, f *fixture, _ string, _ *tablesession.Opened) error {
		_, err := f.List(t.Context(), issuer, subject)
		return err
	}, alive("token-1")},
}

func cmpErr(err error) error {
	if err == nil {
		return errors.New("the session has not ended")
	}
	return err
}

func alive(token string) func(t *testing.T, f *fixture, header string) {
	return func(t *testing.T, f *fixture, header string) {
		wantToken(t, f.another(t, 0).opened(t, header), nil, token)
	}
}

func ended(t *testing.T, f *fixture, header string) { f.another(t, 0).wantEnded(t, header) }

// TestLostCalls loses each call of each operation once: the table does not receive it, or its answer is lost.
func TestLostCalls(t *testing.T) {
	for _, op := range operations {
		for _, after := range []bool{false, true} {
			calls := 0
			for lose := 0; lose <= calls; lose++ {
				t.Run(fmt.Sprintf("%s, call %d, answer alone %v", op.name, lose, after), func(t *testing.T) {
					f := newFixture(t)
					header, o := f.expired(t)
					n := 0
					hook := func(string, string) error {
						if n++; n-1 == lose {
							return errLost
						}
						return nil
					}
					if after {
						f.table.set(nil, hook)
					} else {
						f.table.set(hook, nil)
					}
					err := op.do(t, f, header, o)
					f.table.set(nil, nil)
					calls = n
					switch {
					case err == nil:
						op.want(t, f, header)
					case n > lose+1 || !errors.Is(err, session.ErrUnavailable):
						// Items that were already read are not read again.
						t.Errorf("after %d calls: %v", n, err)
					}
				})
			}
		}
	}
}

// TestLateAnswers ends the session in another environment while the answer to each call of each operation is on its
// way. Whatever the operation does with the old answer, the session has ended.
func TestLateAnswers(t *testing.T) {
	for _, op := range operations {
		calls := 0
		for late := 0; late <= calls; late++ {
			for i, end := range operations {
				if end.name != "end" && end.name != "end of subject" && end.name != "end of sid" {
					continue
				}
				t.Run(fmt.Sprintf("%s, call %d, %s", op.name, late, operations[i].name), func(t *testing.T) {
					f := newFixture(t)
					header, o := f.expired(t)
					other := f.another(t, 0)
					n := 0
					f.table.set(nil, func(string, string) error {
						if n++; n-1 == late {
							if err := end.do(t, other, header, o); err != nil {
								t.Error(err)
							}
						}
						return nil
					})
					_ = op.do(t, f, header, o)
					f.table.set(nil, nil)
					if calls = n; n > late {
						ended(t, f, header)
					}
				})
			}
		}
	}
}

// TestALoginThatIsLostAndEnded loses the answer to a login's write. The next try conflicts with the session, and an end
// removes the session before the login reads it.
func TestALoginThatIsLostAndEnded(t *testing.T) {
	f := newFixture(t)
	other := f.another(t, 0)
	lost := false
	f.table.set(func(call, sort string) error {
		if call == "get" && strings.HasPrefix(sort, "session#") {
			f.table.set(nil, nil)
			if _, err := other.EndSubject(t.Context(), issuer, subject); err != nil {
				t.Error(err)
			}
		}
		return nil
	}, func(call, _ string) error {
		if call == "put" && !lost {
			lost = true
			return errLost
		}
		return nil
	})
	if set, err := f.Create(t.Context(), f.session(), issuer, ""); !errors.Is(err, session.ErrEnded) {
		t.Errorf("got %q, %v, want that it has ended", set, err)
	}
}
