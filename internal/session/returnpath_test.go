package session

import (
	"errors"
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestCheckReturn(t *testing.T) {
	for _, good := range []string{
		"/",
		"/orders",
		"/orders/",
		"/orders?page=2&sort=-date#top",
		"/a/b.c/d..e/...",
		"/caf%C3%A9/a%20b",
		"/@someone",
		"/a:b",
		"/search?q=%2F%2e%2e%0a&next=https://example.com/a//b",
		"/app#/orders/../7",
		"/a//b",
		"/azAZ09",
		"/a#",
		"/" + strings.Repeat("x", 1023),
	} {
		if err := CheckReturn(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, c := range []struct{ name, path string }{
		{"empty", ""},
		{"a host", "evil.example"},
		{"a URL", "https://evil.example/"},
		{"a scheme", "javascript:alert(1)"},
		{"data", "data:text/html,x"},
		{"two slashes", "//evil.example"},
		{"three slashes", "///evil.example"},
		{"a slash and a backslash", `/\evil.example`},
		{"a backslash first", `\/evil.example`},
		{"two backslashes", `\\evil.example`},
		{"a backslash later", `/a\..\..\b`},
		{"a tab that browsers strip", "/\t/evil.example"},
		{"a line feed that browsers strip", "/\n/evil.example"},
		{"a carriage return", "/\r/evil.example"},
		{"a tab at the front", "\t//evil.example"},
		{"a space at the front", " //evil.example"},
		{"a space within", "/a b"},
		{"a header", "/a\r\nSet-Cookie: a=b"},
		{"a NUL", "/a\x00b"},
		{"a delete", "/a\x7fb"},
		{"an encoded tab", "/%09/evil.example"},
		{"an encoded line feed", "/%0a/evil.example"},
		{"an encoded NUL", "/%00"},
		{"an encoded delete", "/%7f"},
		{"an encoded slash", "/%2fevil.example"},
		{"an encoded slash in upper case", "/%2Fevil.example"},
		{"an encoded backslash", "/%5Cevil.example"},
		{"credentials of a URL", "//user@evil.example"},
		{"at", "@evil.example"},
		{"two fragments", "/a#b#c"},
		{"two fragments, the first of which is empty", "/a##b"},
		{"a dot segment", "/./a"},
		{"a dot segment that uncovers two slashes", "/.//evil.example"},
		{"a parent", "/a/../b"},
		{"out of the base path", "/../admin"},
		{"a parent at the end", "/a/.."},
		{"a parent before the query", "/..?a"},
		{"a parent before the fragment", "/..#a"},
		{"an encoded parent", "/%2e%2e/admin"},
		{"an encoded parent in upper case", "/%2E%2E/admin"},
		{"half an encoded parent", "/.%2e/admin"},
		{"the other half", "/%2e./admin"},
		{"an encoded dot", "/%2e/a"},
		{"not ASCII", "/café"},
		{"a full-width solidus", "/／evil.example"},
		{"an ideographic full stop", "/a。b"},
		{"not UTF-8", "/\xff"},
		{"markup", `/"><script>`},
		{"an apostrophe's friend", "/`"},
		{"braces", "/{id}"},
		{"a percent sign alone", "/100%"},
		{"a percent sign before one digit", "/%4"},
		{"a percent sign before other letters", "/%zz"},
		{"two fragments", "/a#b#c"},
		{"a byte too long", "/" + strings.Repeat("x", 1024)},
	} {
		err := CheckReturn(c.path)
		if !errors.Is(err, ErrReturn) {
			t.Errorf("%s: %q: %v", c.name, c.path, err)
		} else if strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: the error contains the text: %v", c.name, err)
		}
	}
}

// staysBelow fails if a path that CheckReturn accepts leads to another host or out of a base path.
func staysBelow(t *testing.T, text string) {
	if CheckReturn(text) != nil {
		return
	}
	origin, err := url.Parse("https://shop.example.com/prod/auth/callback")
	if err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{"", "/prod"} {
		u, err := origin.Parse(base + text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if u.Scheme != "https" || u.Host != "shop.example.com" || u.User != nil {
			t.Fatalf("%q leads to %s", text, u)
		}
		if clean := path.Clean(u.Path); base != "" && clean != base && !strings.HasPrefix(clean, base+"/") {
			t.Fatalf("%q leads out of %s: %s", text, base, u)
		}
		for i := range len(text) {
			if text[i] <= ' ' || text[i] >= 0x7f || strings.IndexByte("\\\"<>", text[i]) >= 0 {
				t.Fatalf("%q has %q", text, text[i])
			}
		}
	}
}
