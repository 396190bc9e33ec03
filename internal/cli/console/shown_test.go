package console

import "testing"

// TestMaskBody checks that members and fields with names of credentials are masked, for all kinds of values.
func TestMaskBody(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"a text", `{"user":"a","password" : "b\"c"}`, `{"user":"a","password" : "[not shown]"}`},
		{"a number", `{"token": 123456,"n":-1.5e3}`, `{"token": "[not shown]","n":-1.5e3}`},
		{"a list", `{"tokens":["a]b", 2],"list":["c"]}`, `{"tokens":"[not shown]","list":["c"]}`},
		{"not credentials", `{"authenticated":true,"session":null}`, `{"authenticated":true,"session":null}`},
		{"a form", "grant_type=a&password=b&x=1&secret=c", "grant_type=a&password=[not shown]&x=1&secret=[not shown]"},
		{"text", "token is gone\n\n=", "token is gone\n\n="},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := maskBody(c.body); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
