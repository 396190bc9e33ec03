package orders

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

func TestNewID(t *testing.T) {
	ones := bytes.Repeat([]byte{0xff}, 8)
	for _, tt := range []struct {
		name string
		at   time.Time
		want string
	}{
		// The time is that of the example in RFC 9562, appendix A.6. The random bits are different.
		{"the RFC's time", time.UnixMilli(0x017F22E279B0), "017f22e2-79b0-7000-bfff-ffffffffffff"},
		{
			"half a millisecond later",
			time.UnixMilli(0x017F22E279B0).Add(500 * time.Microsecond),
			"017f22e2-79b0-7800-bfff-ffffffffffff",
		},
		{
			"the last nanosecond of the millisecond",
			time.UnixMilli(0x017F22E279B0).Add(999_999),
			"017f22e2-79b0-7fff-bfff-ffffffffffff",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := NewID(tt.at, bytes.NewReader(ones))
			if err != nil || got != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
			if back, ok := ParseID(got); !ok || back != got {
				t.Errorf("ParseID(%q): got %q, %v", got, back, ok)
			}
			if at := idTime(got); !at.Equal(tt.at.Truncate(time.Millisecond)) {
				t.Errorf("idTime: got %v, want %v", at, tt.at)
			}
		})
	}
}

func TestIDsSortByAge(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 59, 59, 999_000_000, time.UTC)
	var ids []string
	for i := range 2000 {
		random := bytes.Repeat([]byte{byte(-i)}, 8) // descending, so that only the time orders the IDs
		id, err := NewID(at.Add(time.Duration(i)*time.Microsecond), bytes.NewReader(random))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) {
		t.Error("IDs created one microsecond apart are not sorted by time")
	}
}

func TestParseIDInvalid(t *testing.T) {
	for _, tt := range []struct{ name, id string }{
		{"empty", ""},
		{"version 4", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f"},
		{"another variant", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f"},
		{"no hyphens", "017f22e279b07cc398c4dc0c0c07398f"},
		{"hyphens elsewhere", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f"},
		{"one more hyphen", "017f22e2-79b0-7cc3-98c4-dc0c0c0739-f"},
		{"braces", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398}"},
		{"not a hexadecimal digit", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g"},
		{"a space after it", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f "},
		{"URN", "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := ParseID(tt.id); ok {
				t.Errorf("ParseID(%q): got %s, want a refusal", tt.id, got)
			}
		})
	}
}
