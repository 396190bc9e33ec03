package command

import "testing"

func TestClosest(t *testing.T) {
	flags := []string{"assembly", "api", "app", "audience", "issuer", "json", "parameters", "port", "scope", "subject"}
	for _, tt := range []struct{ name, word, want string }{
		{"a letter too many", "scopes", "scope"},
		{"a letter too few", "asembly", "assembly"},
		{"another letter", "asszmbly", "assembly"},
		{"two letters swapped", "prot", "port"},
		{"capitals", "JSON", "json"},
		{"two letters of a long word", "paramters-", "parameters"},
		{"the beginning of one", "param", "parameters"},
		{"the beginning of two", "a", ""},
		{"a short word without a similar one", "xy", ""},
		{"a long word without a similar one", "verbose", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Closest(tt.word, flags); got != tt.want {
				t.Errorf("closest(%q) = %q, want %q", tt.word, got, tt.want)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		typed, known string
		want         int
	}{
		{"", "", 0},
		{"", "dev", 3},
		{"dev", "", 3},
		{"dev", "dev", 0},
		{"dve", "dev", 1},
		{"kitten", "sitting", 3},
		{"ca", "abc", 3},
		{"Ünïcode", "unicode", 2},
	} {
		if got := distance(tt.typed, tt.known); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.typed, tt.known, got, tt.want)
		}
	}
}
