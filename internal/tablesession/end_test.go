package tablesession_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

func TestEnd(t *testing.T) {
	f := newFixture(t)
	header, other := f.created(t, ""), f.created(t, "")
	o := f.opened(t, header)
	for range 2 { // the second finds it ended
		if err := f.End(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		f.wantEnded(t, header)
		f.another(t, 0).wantEnded(t, header)
	}
	f.opened(t, other)
}

func TestEndSubject(t *testing.T) {
	f := newFixture(t)
	a, b := f.created(t, ""), f.created(t, "sid-1")
	x := f.session()
	x.Subject = "user-2"
	set, err := f.Create(t.Context(), x, issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	set2, err := f.Create(t.Context(), f.session(), "https://another.example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	n, err := f.EndSubject(t.Context(), issuer, subject)
	if n != 2 || err != nil {
		t.Fatalf("ended %d, %v, want 2", n, err)
	}
	f.wantEnded(t, a)
	f.wantEnded(t, b)
	f.opened(t, cookies(set))
	f.opened(t, cookies(set2))
	later := f.created(t, "")
	f.opened(t, later)
	if n, err := f.EndSubject(t.Context(), issuer, subject); n != 1 || err != nil {
		t.Errorf("in the same millisecond, ended %d, %v, want 1", n, err)
	}
	f.wantEnded(t, later)
}

// TestEndSubjectWithoutRemovals checks that sessions end as soon as the generation is raised.
func TestEndSubjectWithoutRemovals(t *testing.T) {
	f := newFixture(t)
	header := f.created(t, "")
	f.table.set(func(call, _ string) error {
		if call == "delete" {
			return errLost
		}
		return nil
	}, nil)
	if n, err := f.EndSubject(t.Context(), issuer, subject); n != 1 || err != nil {
		t.Errorf("ended %d, %v, want 1", n, err)
	}
	f.wantEnded(t, header)
	if list, err := f.List(t.Context(), issuer, subject); len(list) != 0 || err != nil {
		t.Errorf("the list has %v, %v", list, err)
	}
	f.opened(t, f.created(t, ""))
	// Another environment, whose clock is behind, raises the generation further, and so does a call after the item was
	// removed.
	behind := f.another(t, -time.Minute)
	last := f.created(t, "")
	if _, err := behind.EndSubject(t.Context(), issuer, subject); err != nil {
		t.Fatal(err)
	}
	behind.wantEnded(t, last)
}

// TestAGenerationThatWasRemoved covers that DynamoDB removes the item of a subject whose sessions have all ended.
func TestAGenerationThatWasRemoved(t *testing.T) {
	f := newFixture(t)
	if _, err := f.EndSubject(t.Context(), issuer, subject); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(40 * 24 * time.Hour)
	header := f.created(t, "")
	o := f.opened(t, header)
	at := tablesession.Key{Partition: tablesession.PartitionOf(o), Sort: "generation"}
	if gone, err := f.table.Delete(t.Context(), at, 0); gone == nil || err != nil {
		t.Fatal("the generation is missing", err)
	}
	f.opened(t, header)
	if _, err := f.EndSubject(t.Context(), issuer, subject); err != nil {
		t.Fatal(err)
	}
	f.wantEnded(t, header)
}

func TestEndSID(t *testing.T) {
	f := newFixture(t)
	a, b, other := f.created(t, "sid-1"), f.created(t, "sid-1"), f.created(t, "sid-2")
	for _, tt := range []struct {
		name, issuer, sid string
		want              int
	}{
		{"another issuer's", "https://another.example.com", "sid-1", 0},
		{"an unknown one", issuer, "sid-3", 0},
		{"both sessions", issuer, "sid-1", 2},
		{"again", issuer, "sid-1", 0},
	} {
		if n, err := f.EndSID(t.Context(), tt.issuer, tt.sid); n != tt.want || err != nil {
			t.Errorf("%s: ended %d, %v, want %d", tt.name, n, err, tt.want)
		}
	}
	f.wantEnded(t, a)
	f.wantEnded(t, b)
	f.opened(t, other)
	if _, err := f.EndSID(t.Context(), issuer, ""); err == nil {
		t.Error("no error without a sid")
	}
}

// TestEndSIDMeetsALogin ends a sid at each table call of a login with it. Either the login fails, or the session has
// ended.
func TestEndSIDMeetsALogin(t *testing.T) {
	for stop := 0; ; stop++ {
		f := newFixture(t)
		n := -1
		meet := func(string, string) error {
			if n++; n == stop {
				f.another(t, 0).mustEndSID(t, "sid-1")
			}
			return nil
		}
		f.table.set(meet, nil)
		set, err := f.Create(t.Context(), f.session(), issuer, "sid-1")
		f.table.set(nil, nil)
		if n < stop {
			if stop < 4 {
				t.Fatalf("a login makes %d calls, so the test shows nothing", stop)
			}
			return
		}
		if err == nil {
			f.wantEnded(t, cookies(set))
		} else {
			is(t, err, session.ErrEnded)
		}
		if list, err := f.List(t.Context(), issuer, subject); len(list) != 0 || err != nil {
			t.Errorf("at call %d: the list has %v, %v", stop, list, err)
		}
		f.clock.Advance(tablesession.EndedFor)
		f.opened(t, f.created(t, "sid-1")) // the provider uses a sid again
	}
}

func (f *fixture) mustEndSID(t testing.TB, sid string) {
	t.Helper()
	if _, err := f.EndSID(t.Context(), issuer, sid); err != nil {
		t.Error(err)
	}
}

func TestList(t *testing.T) {
	f := newFixture(t)
	first := f.opened(t, f.created(t, ""))
	f.clock.Advance(time.Minute)
	second := f.opened(t, f.created(t, "sid-1"))
	f.clock.Advance(10 * time.Minute)
	if err := f.Touch(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	list, err := f.List(t.Context(), issuer, subject)
	if err != nil {
		t.Fatal(err)
	}
	at := func(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }
	want := []tablesession.Entry{
		{ID: first.ID(), Started: at(0), Active: at(11), Idle: at(71), Ends: at(720)},
		{ID: second.ID(), Started: at(1), Active: at(1), Idle: at(61), Ends: at(721)},
	}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
	if _, err := f.Open(t.Context(), "__Host-session="+list[0].ID); err == nil {
		t.Error("an id of the list opens a session")
	}
	f.clock.Advance(50 * time.Minute)
	if list, err := f.List(t.Context(), issuer, subject); len(list) != 1 || list[0].ID != first.ID() || err != nil {
		t.Errorf("got %v, %v, want the one that was used", list, err)
	}
	for _, other := range []string{"user-2", "user-1 "} {
		if list, err := f.List(t.Context(), issuer, other); len(list) != 0 || err != nil {
			t.Errorf("of %q: %v, %v", other, list, err)
		}
	}
}

// TestEndsWithoutWrites checks that nothing counts as ended while the table takes no writes, or answers no reads.
func TestEndsWithoutWrites(t *testing.T) {
	for _, lost := range []string{"get", "put", "query"} {
		f := newFixture(t)
		f.created(t, "sid-1")
		f.table.set(func(call, _ string) error {
			if call == lost {
				return errLost
			}
			return nil
		}, nil)
		if n, err := f.EndSubject(t.Context(), issuer, subject); n != 0 || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s, subject: ended %d, %v", lost, n, err)
		}
		if n, err := f.EndSID(t.Context(), issuer, "sid-1"); n != 0 || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s, sid: ended %d, %v", lost, n, err)
		}
	}
}

// TestWithoutNames checks that nothing is looked up for an issuer or a subject without a name.
func TestWithoutNames(t *testing.T) {
	f := newFixture(t)
	f.created(t, "sid-1")
	ctx := t.Context()
	for _, c := range [][2]string{{"", subject}, {issuer, ""}, {"", ""}} {
		n, errSubject := f.EndSubject(ctx, c[0], c[1])
		m, errSID := f.EndSID(ctx, c[0], c[1])
		list, errList := f.List(ctx, c[0], c[1])
		first, errOnce := f.Once(ctx, c[0], c[1], t0.Add(time.Hour))
		ended, errOne := f.EndOne(ctx, c[0], c[1], strings.Repeat("A", 43))
		for name, err := range map[string]error{
			"EndSubject": errSubject, "EndSID": errSID, "List": errList, "Once": errOnce, "EndOne": errOne,
			"Forget": f.Forget(ctx, c[0], c[1]),
		} {
			if err == nil {
				t.Errorf("%s of %q: no error", name, c)
			}
		}
		if n+m != 0 || list != nil || first || ended {
			t.Errorf("%q: ended %d and %d, list %v, first %v, one %v", c, n, m, list, first, ended)
		}
	}
}

// TestListIsOrdered checks that the session that was used last comes first.
func TestListIsOrdered(t *testing.T) {
	f := newFixture(t)
	var want []string
	for range 6 {
		want = append([]string{f.opened(t, f.created(t, "")).ID()}, want...)
		f.clock.Advance(time.Minute)
	}
	list, err := f.List(t.Context(), issuer, subject)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.ID)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestWithoutRandomness checks that no session, lease or token gets an id that can be guessed.
func TestWithoutRandomness(t *testing.T) {
	f := newFixture(t)
	_, o := f.expired(t)
	none := newFixtureOver(t, f.clock, f.table, func(o *tablesession.Options) { o.Random = strings.NewReader("") })
	_, errCreate := none.Create(t.Context(), f.session(), issuer, "")
	_, errRenew := none.Renew(t.Context(), o, func(context.Context, *session.Session) error {
		t.Error("asked")
		return nil
	})
	first, errOnce := none.Once(t.Context(), issuer, "jti", t0.Add(time.Hour))
	for name, err := range map[string]error{"Create": errCreate, "Renew": errRenew, "Once": errOnce} {
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if first {
		t.Error("a token counts as seen for the first time")
	}
}

// TestConflictThatCannotBeRead checks that a write which meets another item, and cannot tell which, is not a success.
func TestConflictThatCannotBeRead(t *testing.T) {
	f := newFixture(t)
	o := f.opened(t, f.created(t, ""))
	f.clock.Advance(10 * time.Minute)
	before := o.Active
	f.table.set(func(call, _ string) error {
		if call == "put" {
			return tablesession.ErrConflict
		}
		return errLost
	}, nil)
	is(t, f.Touch(t.Context(), o), session.ErrUnavailable)
	if !o.Active.Equal(before) {
		t.Errorf("the session counts as used at %v", o.Active)
	}
	first, err := f.Once(t.Context(), issuer, "jti", t0.Add(time.Hour))
	if first || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a token: got %v, %v", first, err)
	}
}

func TestEndOne(t *testing.T) {
	f := newFixture(t)
	header, other := f.created(t, ""), f.created(t, "")
	id := f.opened(t, header).ID()
	for _, tt := range []struct {
		name, subject, id string
		want              bool
	}{
		{"of another subject", "user-2", id, false},
		{"an unknown one", subject, strings.Repeat("A", 43), false},
		{"the generation", subject, "../generation", false},
		{"empty", subject, "", false},
		{"the session", subject, id, true},
		{"again", subject, id, false},
	} {
		if got, err := f.EndOne(t.Context(), issuer, tt.subject, tt.id); got != tt.want || err != nil {
			t.Errorf("%s: got %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	f.wantEnded(t, header)
	f.opened(t, other)
}

func TestOnce(t *testing.T) {
	f := newFixture(t)
	until := t0.Add(time.Minute)
	once := func(f *fixture, issuer, jti string, want bool) {
		t.Helper()
		if got, err := f.Once(t.Context(), issuer, jti, until); got != want || err != nil {
			t.Errorf("%s of %s: got %v, %v, want %v", jti, issuer, got, err, want)
		}
	}
	once(f, issuer, "a", true)
	once(f, issuer, "a", false)
	once(f.another(t, 0), issuer, "a", false)
	once(f, issuer, "b", true)
	once(f, "https://another.example.com", "a", true)
	if err := f.Forget(t.Context(), issuer, "a"); err != nil {
		t.Fatal(err)
	}
	once(f, issuer, "a", true)
	if _, err := f.Once(t.Context(), issuer, "", until); err == nil {
		t.Error("no error without a jti")
	}
}

// TestTextsDoNotRunTogether checks that the digest depends on where an issuer ends and a subject begins.
func TestTextsDoNotRunTogether(t *testing.T) {
	f := newFixture(t)
	x := f.session()
	x.Subject = "bc"
	set, err := f.Create(t.Context(), x, "a", "")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.EndSubject(t.Context(), "ab", "c"); n != 0 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	f.opened(t, cookies(set))
}

// The table removes the subject's expired generation between a call's read and its write. The call still ends the
// sessions.
func TestEndSubjectMeetsTheTTL(t *testing.T) {
	f := newFixture(t)
	if _, err := f.EndSubject(t.Context(), issuer, subject); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(40 * 24 * time.Hour)
	header := f.created(t, "")
	expired := func(call, sort string) error {
		if call == "put" && sort == "generation" {
			f.table.set(nil, nil)
			key := tablesession.Key{Partition: tablesession.PartitionOf(f.opened(t, header)), Sort: sort}
			if _, err := f.table.Table.Delete(t.Context(), key, 0); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	f.table.set(expired, nil)
	if n, err := f.EndSubject(t.Context(), issuer, subject); n != 1 || err != nil {
		t.Errorf("ended %d, %v: want 1", n, err)
	}
	f.wantEnded(t, header)
}

// TestEndSIDMeetsTheTTL checks the same for the record that a sid has ended: a login in progress begins no session.
func TestEndSIDMeetsTheTTL(t *testing.T) {
	f := newFixture(t)
	if _, err := f.EndSID(t.Context(), issuer, "sid-1"); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(tablesession.EndedFor)
	f.created(t, "sid-1")
	expired := func(call, sort string) error {
		if call == "put" && sort == "ended" {
			f.table.set(nil, nil)
			key := tablesession.Key{Partition: tablesession.SIDPartition(issuer, "sid-1"), Sort: sort}
			if _, err := f.table.Table.Delete(t.Context(), key, 0); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	f.table.set(expired, nil)
	if n, err := f.EndSID(t.Context(), issuer, "sid-1"); n != 1 || err != nil {
		t.Errorf("ended %d, %v: want 1", n, err)
	}
	if _, err := f.Create(t.Context(), f.session(), issuer, "sid-1"); !errors.Is(err, session.ErrEnded) {
		t.Errorf("a login that is under way: got %v, want a session that has ended", err)
	}
}

// A token whose use failed may be sent again, whether or not the table recorded it. A token that was used before
// remains used.
func TestOnceThatFails(t *testing.T) {
	for name, lost := range map[string]bool{"the answer is lost": true, "the table does not take it": false} {
		f := newFixture(t)
		ctx, cancel := context.WithCancel(t.Context())
		fail := func(call, sort string) error {
			if call != "put" {
				return nil
			}
			cancel()
			return errLost
		}
		set := func() {
			if lost {
				f.table.set(nil, fail)
			} else {
				f.table.set(fail, nil)
			}
		}
		set()
		if _, err := f.Once(ctx, issuer, "jti-1", t0.Add(time.Minute)); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s: got %v, want that the table is unavailable", name, err)
		}
		f.table.set(nil, nil)
		if first, err := f.Once(t.Context(), issuer, "jti-1", t0.Add(time.Minute)); !first || err != nil {
			t.Errorf("%s, the second time: %t, %v, want the first use", name, first, err)
		}
		set()
		if first, err := f.Once(ctx, issuer, "jti-1", t0.Add(time.Minute)); first || err == nil {
			t.Errorf("%s, once it is used: %t, %v", name, first, err)
		}
		f.table.set(nil, nil)
		if first, err := f.Once(t.Context(), issuer, "jti-1", t0.Add(time.Minute)); first || err != nil {
			t.Errorf("%s, a copy of it: %t, %v, want that it was used", name, first, err)
		}
	}
}
