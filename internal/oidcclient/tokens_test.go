package oidcclient

import (
	"strings"
	"testing"
	"time"
)

// TestTokenSizes: a table could store longer tokens than cookies, but the guard verifies none.
func TestTokenSizes(t *testing.T) {
	longest := strings.Repeat("a", 8192)
	for members, want := range map[string]string{
		`"access_token":"` + longest + `"`:                      "",
		`"access_token":"` + longest + `a"`:                     "access_token is longer than 8192 bytes",
		`"access_token":"a","refresh_token":"` + longest + `a"`: "refresh_token is longer than 8192 bytes",
	} {
		v, err := answer{200, "application/json", `{"token_type":"Bearer",` + members + "}"}.object()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if _, err := readTokens(v, time.Unix(1_700_000_000, 0)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
