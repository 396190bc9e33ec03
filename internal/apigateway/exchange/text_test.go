package exchange

import "testing"

// Unicode 15, section 3.9, table 3-8 with its examples: one U+FFFD for each maximal subpart.
func TestMalformedUTF8(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", "aé€😀", "aé€😀"},
		{
			"table 3-8: non-shortest forms",
			"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82A",
			"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA",
		},
		{"table 3-9: surrogates", "\xED\xA0\x80\xED\xBF\xBF\xED\xAFA", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA"},
		{
			"table 3-10: beyond the last character, and stray bytes",
			"\xF4\x91\x92\x93\xFFA\x80\xBFB",
			"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB",
		},
		{"table 3-11: characters cut short", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBFA", "\uFFFD\uFFFD\uFFFD\uFFFDA"},
		{"cut at the end", "\xF0\x9F\x98", "\uFFFD"},
		{"U+FFFD itself", "\uFFFD", "\uFFFD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.in); got != c.want {
				t.Errorf("want %+q, got %+q", c.want, got)
			}
		})
	}
}
