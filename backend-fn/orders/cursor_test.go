package orders

import (
	"strings"
	"testing"
)

const anID = "019aa094-8d7b-774f-8000-000000000001"

func TestCursor(t *testing.T) {
	good := encodeCursor(anID)
	if id, ok := decodeCursor(good); !ok || id != anID {
		t.Fatalf("decodeCursor(encodeCursor(%q)): got %q, %v", anID, id, ok)
	}
	if strings.Trim(good, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("cursor %q has characters that a query must escape", good)
	}
	for _, tt := range []struct{ name, cursor string }{
		{"empty", ""},
		{"an ID", anID},
		{"cut short", good[:22]},
		{"too long", good + "A"},
		{"padded", good + "="},
		{"another version", "Ag" + good[2:]},
		{"another alphabet", "+" + good[1:]},
		{"line breaks", good[:21] + "\r\n"},
		{"unused bits are set", good[:22] + "F"},
		{"encodes a UUID of another version", strings.Repeat("AQEB", 5) + "AQE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if id, ok := decodeCursor(tt.cursor); ok {
				t.Errorf("decodeCursor(%q): got %s, want a refusal", tt.cursor, id)
			}
		})
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add(encodeCursor(anID))
	f.Add("AZqglI17d0-AAAAAAAAAAQE")
	f.Add(strings.Repeat("_", cursorLength))
	f.Add("AZqglI17d0-AAAAAAAA\r\nAAA")
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := decodeCursor(s)
		if !ok {
			return
		}
		if canonical, valid := ParseID(id); !valid || canonical != id {
			t.Fatalf("decodeCursor(%q): got %q, which is not a valid ID", s, id)
		}
		if back := encodeCursor(id); back != s {
			t.Fatalf("decodeCursor reads %q and %q as the same ID", s, back)
		}
	})
}
