package tablesession

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// FuzzHandle checks that each handle has only one spelling.
func FuzzHandle(f *testing.F) {
	h := handle{subject: digest(subjectPrefix, "issuer", "subject")}
	f.Add(h.String())
	f.Add(h.String()[1:])
	f.Add(h.String() + "\n")
	f.Add(h.String()[:len(h.String())-1] + "B")
	f.Fuzz(func(t *testing.T, value string) {
		h, err := parseHandle(value)
		switch {
		case err != nil && !errors.Is(err, session.ErrForged):
			t.Errorf("got %v", err)
		case err == nil && h.String() != value:
			t.Errorf("%q is also spelled %q", value, h)
		}
	})
}

// FuzzRecord checks that what can be decoded is encoded again with the same meaning.
func FuzzRecord(f *testing.F) {
	now := time.Unix(1_700_000_000, 0)
	x := &session.Session{Token: "t", Subject: "s", Started: now, Active: now, Got: now, Expires: now}
	for _, l := range []lease{{}, {owner: [ownerSize]byte{1}, until: now.Add(leaseFor), takenOver: true, refused: now}} {
		b, err := record{l, x}.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b)
		if err != nil {
			if !errors.Is(err, session.ErrForged) {
				t.Errorf("got %v", err)
			}
			return
		}
		again, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		r2, err := decodeRecord(again)
		if err != nil || r2.lease != r.lease || !bytes.Equal(again[recordHeader:], b[recordHeader:]) {
			t.Errorf("%x encodes as %x, %v", b, again, err)
		}
	})
}

// FuzzSIDKey checks that an item of a sid's partition leads to the session that it was created for, and that others
// lead nowhere.
func FuzzSIDKey(f *testing.F) {
	at := handle{}.key()
	f.Add(sidKey("p", at).Sort)
	f.Add(sidKey("p", at).Sort + "#")
	f.Add("session#generation#x")
	f.Fuzz(func(t *testing.T, sort string) {
		key, ok := sessionOf(&Item{Key: Key{"p", sort}})
		if ok && sidKey("p", key).Sort != sort {
			t.Errorf("%q leads to %v", sort, key)
		}
	})
}
