package tablesession_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

func TestASessionComesBack(t *testing.T) {
	f := newFixture(t)
	x := f.session()
	set, err := f.Create(t.Context(), x, issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	o := f.opened(t, "other=1; "+cookies(set))
	if d := cmp.Diff(x, o.Session); d != "" {
		t.Error(d)
	}
	another := f.another(t, 0)
	if d := cmp.Diff(x, another.opened(t, cookies(set)).Session); d != "" {
		t.Errorf("in another environment: %s", d)
	}
}

// TestTheCookieIsAHandle reads the Set-Cookie headers. The browser gets 64 bytes, which reveal nothing about the
// session.
func TestTheCookieIsAHandle(t *testing.T) {
	f := newFixture(t)
	set, err := f.Create(t.Context(), f.session(), issuer, "sid-1")
	if err != nil {
		t.Fatal(err)
	}
	name, rest, _ := strings.Cut(set[0], "=")
	value, attributes, _ := strings.Cut(rest, "; ")
	if name != "__Host-session" || attributes != "Path=/; Secure; HttpOnly; SameSite=Strict" {
		t.Errorf("got cookie %s with %s", name, attributes)
	}
	if b, err := base64.RawURLEncoding.DecodeString(value); err != nil || len(b) != 64 {
		t.Errorf("the handle has %d bytes, %v, want 64", len(b), err)
	}
	if want := "__Host-session-2=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"; len(set) != 2 || set[1] != want {
		t.Errorf("got %q, want the second cookie of a sealed session cleared", set[1:])
	}
	if d := cmp.Diff(f.Attempts().Clear(), f.Clear()); d != "" {
		t.Error(d)
	}
}

// TestTheTableKeepsNoSecret searches the table's contents for anything that would open a session.
func TestTheTableKeepsNoSecret(t *testing.T) {
	f := newFixture(t)
	header := f.created(t, "sid-1")
	raw, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(header, "__Host-session="))
	id := raw[32:]
	var dump strings.Builder
	partitions := map[string]bool{}
	f.table.set(func(_, sort string) error { dump.WriteString(sort + "\n"); return nil }, nil)
	o := f.opened(t, header)
	if _, err := f.EndSID(t.Context(), issuer, "another"); err != nil {
		t.Fatal(err)
	}
	f.table.set(nil, nil)
	for _, p := range []string{tablesession.PartitionOf(o)} {
		partitions[p] = true
		items, err := f.table.Query(t.Context(), p)
		if err != nil || len(items) != 1 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		for _, item := range items {
			dump.WriteString(item.Partition + item.Sort + string(item.Data))
		}
	}
	for _, secret := range []string{
		string(id), base64.RawURLEncoding.EncodeToString(id), "token-1", "refresh-1", subject, "Ada", issuer,
	} {
		if strings.Contains(dump.String(), secret) {
			t.Errorf("the table contains %q", secret)
		}
	}
}

func TestWhatDoesNotOpen(t *testing.T) {
	f := newFixture(t)
	header := f.created(t, "")
	value := strings.TrimPrefix(header, "__Host-session=")
	flip := func(i int) string {
		b := []byte(value)
		if b[i]++; b[i] == 'z'+1 || b[i] == '9'+1 || b[i] == 'Z'+1 || b[i] == '_'+1 || b[i] == '-'+1 {
			b[i] = 'a'
		}
		return string(b)
	}
	for _, tt := range []struct {
		name, why string
		headers   []string
		want      error
	}{
		{"no cookie header", "not logged in", nil, session.ErrNoSession},
		{"another cookie", "not logged in", []string{"a=b"}, session.ErrNoSession},
		{"two cookie headers", "it is not known which one another reader takes", []string{header, header},
			session.ErrForged},
		{"the cookie twice", "one of them is of another host", []string{header + "; " + header}, session.ErrForged},
		{"an empty handle", "", []string{"__Host-session="}, session.ErrForged},
		{"a handle cut off", "", []string{header[:len(header)-1]}, session.ErrForged},
		{"a longer handle", "", []string{header + "A"}, session.ErrForged},
		{"padding", "there is one spelling of a handle", []string{header + "=="}, session.ErrForged},
		{"a line break", "the decoder passes over it", []string{header[:len(header)-2] + "\r\n"}, session.ErrForged},
		{"another alphabet", "", []string{header[:len(header)-1] + "+"}, session.ErrForged},
		{"another subject", "the partition has no such session", []string{"__Host-session=" + flip(3)}, session.ErrEnded},
		{"another id", "the table has no such session", []string{"__Host-session=" + flip(80)}, session.ErrEnded},
		{"a sealed session", "of a release with sessions in cookies",
			[]string{"__Host-session=" + strings.Repeat("A", 300)}, session.ErrForged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, err := f.Open(t.Context(), tt.headers...)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, %v, want %v (%s)", o, err, tt.want, tt.why)
			}
		})
	}
	f.opened(t, header)
}

// TestAnItemOpensWhereItIsAlone moves the data of items. It opens only under its key, its generation, its cookie's name
// and its host.
func TestAnItemOpensWhereItIsAlone(t *testing.T) {
	f := newFixture(t)
	mine, theirs := f.opened(t, f.created(t, "")), f.created(t, "")
	item := tablesession.ItemOf(mine)
	there := tablesession.ItemOf(f.opened(t, theirs))
	t.Run("under another key", func(t *testing.T) {
		moved := *item
		moved.Key, moved.Version = there.Key, there.Version+1
		if err := f.table.Put(t.Context(), &moved, there.Version); err != nil {
			t.Fatal(err)
		}
		_, err := f.Open(t.Context(), theirs)
		is(t, err, session.ErrForged)
	})
	header := f.created(t, "")
	for name, change := range map[string]func(*tablesession.Options){
		"at another host":           func(o *tablesession.Options) { o.Host = "other.example.com" },
		"under another cookie name": func(o *tablesession.Options) { o.Cookie = "__Host-other" },
	} {
		t.Run(name, func(t *testing.T) {
			other := newFixtureOver(t, f.clock, f.table, change)
			_, err := other.Open(t.Context(), strings.Replace(header, "__Host-session", cookieName(change), 1))
			is(t, err, session.ErrForged)
		})
	}
	t.Run("with a raised generation", func(t *testing.T) {
		item := *tablesession.ItemOf(f.opened(t, header))
		item.Generation++
		if err := f.table.Put(t.Context(), &item, item.Version); err != nil {
			t.Fatal(err)
		}
		_, err := f.Open(t.Context(), header)
		is(t, err, session.ErrForged)
	})
}

func cookieName(change func(*tablesession.Options)) string {
	o := tablesession.Options{Cookie: "__Host-session"}
	change(&o)
	return o.Cookie
}

func TestTimes(t *testing.T) {
	t.Run("a session that is not used", func(t *testing.T) {
		f := newFixture(t)
		header := f.created(t, "")
		f.clock.Advance(session.DefaultIdleTimeout - time.Second)
		f.opened(t, header)
		f.clock.Advance(time.Second)
		f.wantEnded(t, header)
	})
	t.Run("a session that is used", func(t *testing.T) {
		f := newFixture(t)
		header := f.created(t, "")
		for range 23 {
			f.clock.Advance(30 * time.Minute)
			if err := f.Touch(t.Context(), f.opened(t, header)); err != nil {
				t.Fatal(err)
			}
		}
		f.clock.Advance(30*time.Minute - time.Second)
		o := f.opened(t, header)
		if idle, ends := f.Ends(o.Session); !idle.Equal(t0.Add(12*time.Hour)) || !ends.Equal(idle) {
			t.Errorf("it ends at %v and %v", idle, ends)
		}
		f.clock.Advance(time.Second)
		f.wantEnded(t, header)
	})
	t.Run("touches are few", func(t *testing.T) {
		f := newFixture(t)
		header := f.created(t, "")
		before := f.table.count("put")
		for range 60 {
			f.clock.Advance(time.Minute)
			if err := f.Touch(t.Context(), f.opened(t, header)); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.table.count("put") - before; got != 10 {
			t.Errorf("%d writes in an hour, want 10", got)
		}
	})
	t.Run("touches at once", func(t *testing.T) {
		f := newFixture(t)
		header := f.created(t, "")
		f.clock.Advance(10 * time.Minute)
		a, b := f.opened(t, header), f.opened(t, header)
		if err := errors.Join(f.Touch(t.Context(), a), f.Touch(t.Context(), b)); err != nil {
			t.Fatal(err)
		}
		if !b.Active.Equal(f.clock.now()) || f.table.count("put") != 3 {
			t.Errorf("active %v after %d writes, want now after 3, of which one fails", b.Active, f.table.count("put"))
		}
	})
	t.Run("a touch of an ended session", func(t *testing.T) {
		f := newFixture(t)
		header := f.created(t, "")
		f.clock.Advance(10 * time.Minute)
		a, b := f.opened(t, header), f.opened(t, header)
		if err := f.End(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		is(t, f.Touch(t.Context(), b), session.ErrEnded)
		f.wantEnded(t, header)
	})
}

func TestOptions(t *testing.T) {
	keys := session.KeysOf(secret, nil)
	for name, o := range map[string]tablesession.Options{
		"there is no table": {Host: host, Keys: keys},
		"there are no keys": {Host: host, Table: newFixture(t).table},
		`host "":`:          {Keys: keys, Table: newFixture(t).table},
		`cookie "session":`: {Cookie: "session", Host: host, Keys: keys, Table: newFixture(t).table},
		"the idle time-out": {Host: host, Keys: keys, Table: newFixture(t).table, IdleTimeout: time.Second},
	} {
		if s, err := tablesession.New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, %v, want an error with %q", s, err, name)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		name   string
		issuer string
		change func(*session.Session)
		want   string
	}{
		{"no issuer", "", func(*session.Session) {}, "want both"},
		{"no subject", issuer, func(x *session.Session) { x.Subject = "" }, "want both"},
		{"no token", issuer, func(x *session.Session) { x.Token = "" }, "want an access token"},
		{"a token of 64 KiB", issuer, func(x *session.Session) { x.Token = strings.Repeat("t", 1<<16) }, "smaller tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := f.session()
			tt.change(x)
			if set, err := f.Create(t.Context(), x, tt.issuer, ""); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, %v, want %q", set, err, tt.want)
			}
		})
	}
	x := f.session()
	x.Token = strings.Repeat("t", 1<<16)
	_, err := f.Create(t.Context(), x, issuer, "")
	is(t, err, session.ErrTooLarge)
	x.Token, x.Refresh = strings.Repeat("t", 1<<16-1), strings.Repeat("r", 1<<16-1)
	if _, err := f.Create(t.Context(), x, issuer, ""); err != nil {
		t.Errorf("the longest tokens: %v", err)
	}
}

func TestUnavailable(t *testing.T) {
	f := newFixture(t)
	header := f.created(t, "")
	o := f.opened(t, header)
	f.table.set(func(string, string) error { return errLost }, nil)
	ctx := t.Context()
	_, errOpen := f.Open(ctx, header)
	_, errCreate := f.Create(ctx, f.session(), issuer, "sid")
	_, errRenew := f.Renew(ctx, o, func(context.Context, *session.Session) error { t.Error("asked"); return nil })
	_, errSubject := f.EndSubject(ctx, issuer, subject)
	_, errSID := f.EndSID(ctx, issuer, "sid")
	_, errList := f.List(ctx, issuer, subject)
	_, errOne := f.EndOne(ctx, issuer, subject, o.ID())
	_, errOnce := f.Once(ctx, issuer, "jti", t0)
	for name, err := range map[string]error{
		"Open": errOpen, "Create": errCreate, "Renew": errRenew, "End": f.End(ctx, o), "EndSubject": errSubject,
		"EndSID": errSID, "List": errList, "EndOne": errOne, "Once": errOnce,
		"Forget": f.Forget(ctx, issuer, "jti"),
	} {
		if !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, errLost) {
			t.Errorf("%s: got %v, want that the table cannot be had, and why", name, err)
		}
	}
	f.table.set(nil, nil)
	f.opened(t, header)
}

// TestCreateWithoutWrites loses one of the writes of a login for good.
func TestCreateWithoutWrites(t *testing.T) {
	for _, lost := range []int{1, 2} {
		f := newFixture(t)
		header := f.created(t, "")
		var sorts []string
		f.table.set(func(call, sort string) error {
			if call == "put" && (len(sorts) == 0 || sorts[len(sorts)-1] != sort) {
				sorts = append(sorts, sort)
			}
			if call == "put" && len(sorts) == lost {
				return errLost
			}
			return nil
		}, nil)
		set, err := f.Create(t.Context(), f.session(), issuer, "sid")
		is(t, err, session.ErrUnavailable)
		if set != nil || len(sorts) != lost {
			t.Errorf("write %d: got %q after the writes of %q", lost, set, sorts)
		}
		f.table.set(nil, nil)
		if list, err := f.List(t.Context(), issuer, subject); len(list) != 1 || err != nil {
			t.Errorf("write %d: %d sessions, %v, want only the other one", lost, len(list), err)
		}
		f.opened(t, header)
	}
}

// TestWithoutKeys checks that a session is not taken for forged while its key cannot be fetched.
func TestWithoutKeys(t *testing.T) {
	f := newFixture(t)
	header := f.created(t, "")
	other := newFixtureOver(t, f.clock, f.table, func(o *tablesession.Options) {
		o.Keys = session.NewKeys(func(context.Context, string) ([]byte, error) { return nil, errLost }, f.clock.now)
	})
	_, errOpen := other.Open(t.Context(), header)
	_, errList := other.List(t.Context(), issuer, subject)
	_, errCreate := other.Create(t.Context(), f.session(), issuer, "")
	for name, err := range map[string]error{"Open": errOpen, "List": errList, "Create": errCreate} {
		if !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, errLost) || errors.Is(err, session.ErrForged) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestTouchIsSeen checks that an opened session has the use that was recorded, and is written once for it.
func TestTouchIsSeen(t *testing.T) {
	f := newFixture(t)
	o := f.opened(t, f.created(t, ""))
	f.clock.Advance(10 * time.Minute)
	writes := f.table.count("put")
	for range 3 {
		is(t, f.Touch(t.Context(), o), nil)
	}
	if now := f.clock.now().Truncate(time.Second); !o.Active.Equal(now) || f.table.count("put") != writes+1 {
		t.Errorf("used at %v, want %v, with %d writes", o.Active, now, f.table.count("put")-writes)
	}
}
