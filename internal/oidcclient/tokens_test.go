package oidcclient

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// A member that is null counts as missing. A table could store longer tokens than cookies, but the guard verifies none.
func TestReadTokens(t *testing.T) {
	longest := strings.Repeat("a", 8192)
	for members, want := range map[string]string{
		`"access_token":"a","refresh_token":null,"id_token":null,"expires_in":null`: "",

		`"access_token":"` + longest + `"`:                      "",
		`"access_token":null`:                                   "access_token is missing or not a token",
		`"access_token":"a","refresh_token":false`:              "refresh_token is missing or not a token",
		`"access_token":"a","expires_in":false`:                 "expires_in is not a number of seconds",
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

func TestLifetime(t *testing.T) {
	const tenYears = 10 * 366 * 24 * 60 * 60
	for text, want := range map[string]int64{ // 0: it is refused
		`1`:           1,
		`1.9`:         1,
		`"3600"`:      3600,
		`3.6e3`:       3600,
		`316224000`:   tenYears,
		`316224001`:   tenYears,
		`1e18`:        tenYears,
		`0`:           0,
		`0.9`:         0,
		`-1`:          0,
		`1e19`:        0,
		`""`:          0,
		`"1 h"`:       0,
		`"\"3600\""`:  0,
		`true`:        0,
		`[3600]`:      0,
		`{"3600": 1}`: 0,
	} {
		v, err := strictjson.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := lifetime(v); ok != (want > 0) || ok && got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, ok, want)
		}
	}
}

func TestIsPrintable(t *testing.T) {
	for text, want := range map[string]bool{
		" ": true, "~": true, "a.b-c": true, "": false, "a\x1F": false, "a\x7F": false, "\u00E9": false, "a\r\nb": false,
	} {
		if got := isPrintable(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}
