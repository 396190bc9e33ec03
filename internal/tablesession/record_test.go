package tablesession

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

var at = time.Unix(1_700_000_000, 0)

func someSession() *session.Session {
	return &session.Session{
		Token: "token", Refresh: "refresh", Subject: "user-1", Started: at, Active: at, Got: at, Expires: at.Add(time.Minute),
	}
}

func TestRecord(t *testing.T) {
	for _, r := range []record{
		{session: someSession()},
		{lease{owner: [ownerSize]byte{1, 2}, until: at}, someSession()},
		{lease{owner: [ownerSize]byte{1, 2}, until: at, takenOver: true, refused: at.Add(time.Millisecond)}, someSession()},
	} {
		b, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeRecord(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, got, cmp.AllowUnexported(record{}, lease{})); diff != "" {
			t.Error(diff)
		}
		for n := range b {
			if _, err := decodeRecord(b[:n]); !errors.Is(err, session.ErrForged) {
				t.Errorf("the first %d of %d bytes: %v", n, len(b), err)
			}
		}
		b[0]++
		if _, err := decodeRecord(b); !errors.Is(err, session.ErrForged) {
			t.Errorf("another version: %v", err)
		}
	}
}

// TestUnsealOfAnotherText checks that a value that the keys sealed for another purpose than a record is not a session.
func TestUnsealOfAnotherText(t *testing.T) {
	s, err := New(Options{Host: "shop.example.com", Table: nowhere{}, Now: func() time.Time { return at },
		Keys: session.KeysOf("a secret of at least thirty-two bytes", func() time.Time { return at })})
	if err != nil {
		t.Fatal(err)
	}
	item := &Item{Key: Key{"p", "s"}}
	if item.Data, err = s.cookies.SealItem(t.Context(), boundTo(item), []byte("text")); err != nil {
		t.Fatal(err)
	}
	if o, err := s.unseal(t.Context(), item); !errors.Is(err, session.ErrForged) || o != nil {
		t.Errorf("got %v, %v", o, err)
	}
}

// nowhere is a table that is not used.
type nowhere struct{ Table }

func TestSameTokens(t *testing.T) {
	if !sameTokens(someSession(), someSession()) {
		t.Error("a session differs from itself")
	}
	for name, change := range map[string]func(*session.Session){
		"token":   func(x *session.Session) { x.Token = "another" },
		"refresh": func(x *session.Session) { x.Refresh = "another" },
		"claims":  func(x *session.Session) { x.Claims = []byte("{}") },
		"got":     func(x *session.Session) { x.Got = at.Add(time.Second) },
		"expires": func(x *session.Session) { x.Expires = at },
	} {
		x := someSession()
		if change(x); sameTokens(someSession(), x) {
			t.Errorf("another %s counts as the same", name)
		}
	}
	x := someSession()
	if x.Active = at.Add(time.Hour); !sameTokens(someSession(), x) {
		t.Error("a use counts as a renewal")
	}
}

// An item of another request is not the written one, even if everything but its data is the same.
func TestSameItem(t *testing.T) {
	written := Item{Version: 2, Generation: 3, Ends: at, Data: []byte("sealed")}
	read := written
	read.Ends, read.Data = at.Add(time.Millisecond), []byte("sealed")
	if !sameItem(&read, &written) {
		t.Error("an item differs from itself, with an end in whole seconds")
	}
	for name, change := range map[string]func(*Item){
		"version":    func(i *Item) { i.Version = 3 },
		"generation": func(i *Item) { i.Generation = 2 },
		"end":        func(i *Item) { i.Ends = at.Add(time.Second) },
		"data":       func(i *Item) { i.Data = []byte("sealeD") },
	} {
		other := read
		if change(&other); sameItem(&other, &written) {
			t.Errorf("an item with another %s counts as the same", name)
		}
	}
	if sameItem(nil, &written) {
		t.Error("no item counts as the same")
	}
}

func TestPause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pause(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := pause(t.Context(), 0); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestEarlierAndLater(t *testing.T) {
	after := at.Add(1)
	if earlier(at, after) != at || earlier(after, at) != at || later(at, after) != after || later(after, at) != after {
		t.Error("the order of two times counts")
	}
}
