package httpname

import (
	"strings"
	"testing"
)

func TestTokensAndValues(t *testing.T) {
	for _, c := range []struct {
		text        string
		name, value bool
	}{
		{"Content-Type", true, true}, {"x_1.~!#$%&'*+^`|", true, true}, {"", false, true}, {"a b", false, true},
		{"a\tb", false, true},
		{"a:b", false, true}, {"é", false, true}, {"\xFF", false, true}, {"(a)", false, true},
		{"a\r\nb", false, false}, {"a\nb", false, false}, {"a\x00", false, false}, {"\x7F", false, false},
	} {
		if got := IsToken(c.text); got != c.name {
			t.Errorf("IsToken(%q): want %t", c.text, c.name)
		}
		if err := CheckHeader(c.text); (err == nil) != c.name {
			t.Errorf("CheckHeader(%q): got %v, want an error: %t", c.text, err, !c.name)
		}
		if got := IsValue(c.text); got != c.value {
			t.Errorf("IsValue(%q): want %t", c.text, c.value)
		}
	}
}

func TestEveryByte(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const tokens = letters + "0123456789!#$%&'*+-.^_`|~" // RFC 9110, section 5.6.2
	controls := "\x7F"                                   // RFC 9110, section 5.5, without the tab
	for c := range ' ' {
		if c != '\t' {
			controls += string(c)
		}
	}
	for c := range 256 {
		s := string([]byte{byte(c)})
		if got, want := IsToken(s), strings.Contains(tokens, s); got != want {
			t.Errorf("IsToken(%q) = %t, want %t", s, got, want)
		}
		if got, want := IsValue(s), !strings.Contains(controls, s); got != want {
			t.Errorf("IsValue(%q) = %t, want %t", s, got, want)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"X-Api-Key", "x-api-key", true},
		{"X-Api-Key", "X-Api-Kez", false},
		{"X-Api-Key", "X-Api-\u212Aey", false}, // the Kelvin sign
		{"", "", true},
	} {
		if got := Equal(c.a, c.b); got != c.want {
			t.Errorf("Equal(%q, %q): want %t", c.a, c.b, c.want)
		}
	}
}

const shop = "https://shop.example.com"

func TestCheckOrigin(t *testing.T) {
	for _, tt := range []struct {
		origin string
		text   string // part of the error; empty: valid
	}{
		{"*", ""},
		{shop, ""},
		{"http://localhost:3000", ""},
		{"http://127.0.0.1:3000", ""},
		{"http://[::1]:3000", ""},
		{"https://shop.example.com:8443", ""},
		{"http://shop.example.com:443", ""}, // not http's own port
		{"capacitor://localhost:80", ""},    // the port of http, not of this scheme
		{"https://xn--bcher-kva.example", ""},
		{"capacitor://localhost", ""},
		{"chrome-extension://abcdefghijklmnop", ""},

		{"", "want a scheme and a host"},
		{"null", "lets anyone in"},
		{"shop.example.com", "want a scheme and a host"},
		{"https://", "want a scheme and a host"},
		{"://shop.example.com", "want a scheme and a host"},
		{"https:///orders", "want a host name"},
		{"https://*.example.com", "list each one"},
		{shop + "/", `write "https://shop.example.com"`},
		{shop + "/orders?x#y", `write "https://shop.example.com"`},
		{"https://Shop.example.com", `write "https://shop.example.com"`},
		{"HTTPS://shop.example.com", `write "https://shop.example.com"`},
		{"https://shop.example.com:443", `write "https://shop.example.com"`},
		{"http://shop.example.com:80", `write "http://shop.example.com"`},
		{"https://user@shop.example.com", "without user"},
		{"https://a.example, https://b.example", "origin ends with the host"},
		{"https://a.example,b.example", "one origin a string"},
		{"https://a.example b.example", "one origin a string"},
		{"https://a.example\r\n", "host name in ASCII"},
		{"https://bücher.example", "host name in ASCII"},
		{"https://shop.example.com:port", "host name in ASCII"},
		{"https://:8080", "host name in ASCII"},
		{"ht tp://shop.example.com", "host name in ASCII"},
	} {
		t.Run(tt.origin, func(t *testing.T) {
			err := CheckOrigin(tt.origin)
			if (err == nil) != (tt.text == "") || err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %q", err, tt.text)
			}
		})
	}
}

func TestIsFraming(t *testing.T) {
	for name, want := range map[string]bool{
		"Connection": true, "connection": true, "CONTENT-LENGTH": true, "Keep-Alive": true, "Trailer": true,
		"Transfer-Encoding": true, "upgrade": true,
		"Content-Type": false, "Date": false, "Content-Lengt": false, "\u212Aeep-Alive": false, "": false,
	} {
		if got := IsFraming(name); got != want {
			t.Errorf("IsFraming(%q) = %t, want %t", name, got, want)
		}
	}
}
