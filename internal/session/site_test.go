package session

import (
	"errors"
	"testing"
)

func TestParseSite(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   Site
		err    error
	}{
		{nil, OtherSite, ErrSite},
		{[]string{""}, OtherSite, ErrSite},
		{[]string{"same-origin", "same-origin"}, OtherSite, ErrSite},
		{[]string{"same-origin, same-origin"}, OtherSite, ErrSite},
		{[]string{"same-origin"}, SameOrigin, nil},
		{[]string{"same-site"}, SameSite, nil},
		{[]string{"cross-site"}, CrossSite, nil},
		{[]string{"none"}, None, nil},
		{[]string{"Same-Origin"}, OtherSite, nil},
		{[]string{"same-origin "}, OtherSite, nil},
		{[]string{"same-origin;a"}, OtherSite, nil},
		{[]string{"tomorrow"}, OtherSite, nil},
	} {
		if got, err := ParseSite(c.values); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: got %v, %v, want %v, %v", c.values, got, err, c.want, c.err)
		}
	}
}

func TestTrusted(t *testing.T) {
	const page = "https://www.example.com"
	allowed := []string{page, "https://b.example.com"}
	for _, c := range []struct {
		name    string
		site    Site
		origins []string
		want    bool
	}{
		{"same origin", SameOrigin, nil, true},
		{"same origin, whatever its Origin", SameOrigin, []string{"https://evil.example"}, true},
		{"same site without an Origin", SameSite, nil, false},
		{"same site, allowed", SameSite, []string{page}, true},
		{"same site, foreign", SameSite, []string{"https://evil.example.com"}, false},
		{"same site, two allowed ones", SameSite, []string{page, page}, false},
		{"same site, a list", SameSite, []string{page + ", " + page}, false},
		{"same site, null", SameSite, []string{"null"}, false},
		{"cross site, allowed", CrossSite, []string{page}, false},
		{"none, allowed", None, []string{page}, false},
		{"unknown, allowed", OtherSite, []string{page}, false},
	} {
		if got := c.site.Trusted(c.origins, allowed); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestSafeVerb(t *testing.T) {
	for verb, want := range map[string]bool{
		"GET": true, "HEAD": true, "OPTIONS": true,
		"POST": false, "PUT": false, "PATCH": false, "DELETE": false, "get": false, "": false, "ANY": false, "TRACE": false,
	} {
		if SafeVerb(verb) != want {
			t.Errorf("%q is safe: %v", verb, !want)
		}
	}
}
