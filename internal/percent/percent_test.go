package percent

import (
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
	for name, s := range map[string]string{
		"nothing": "", "only a sign": "%", "one digit": "%2", "no sign": "2F0", "a letter past F": "%2G",
		"a letter past f first": "%g2", "a sign in place of a digit": "%%20", "a digit of another script": "%٢0",
		"further on": "a%2F",
	} {
		if got, ok := Byte(s); ok {
			t.Errorf("%s: got %#x for %q, want no escape", name, got, s)
		}
	}
}
