package percent

import (
	"encoding/hex"
	"fmt"
	"testing"
)

func TestByte(t *testing.T) {
	for c := range 256 {
		for _, format := range []string{"%%%02x", "%%%02Xmore"} {
			if got, ok := Byte(fmt.Sprintf(format, c)); !ok || got != byte(c) {
				t.Errorf(format+": got %#x, %v", c, got, ok)
			}
		}
	}
	for pair := range 1 << 16 {
		digits := string([]byte{byte(pair >> 8), byte(pair)})
		want, err := hex.DecodeString(digits)
		if got, ok := Byte("%" + digits); ok != (err == nil) || ok && got != want[0] {
			t.Errorf("%q: got %#x, %v, want %x, %v", "%"+digits, got, ok, want, err)
		}
	}
	for name, s := range map[string]string{
		"nothing": "", "only a sign": "%", "one digit": "%2", "no sign": "2F0", "a digit of another script": "%٢0",
		"further on": "a%2F",
	} {
		if got, ok := Byte(s); ok {
			t.Errorf("%s: got %#x for %q, want no escape", name, got, s)
		}
	}
}
