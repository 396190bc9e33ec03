package cors

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	shop := []string{shop}
	for _, tt := range []struct {
		name string
		cfg  Config
		is   error  // nil: valid
		text string // part of the error
	}{
		{"zero", Config{}, nil, ""},
		{"one origin", Config{AllowOrigins: shop}, nil, ""},
		{
			"any origin",
			Config{AllowOrigins: []string{"*"}, AllowHeaders: []string{"*"}, AllowMethods: []string{"*"}},
			nil,
			"",
		},
		{"credentials", Config{AllowOrigins: shop, AllowCredentials: true, MaxAge: time.Hour}, nil, ""},

		{
			"credentials and any origin",
			Config{AllowOrigins: []string{"*"}, AllowCredentials: true},
			ErrCredentials,
			`AllowOrigins has "*"`,
		},
		{
			"credentials and any header",
			Config{AllowOrigins: shop, AllowHeaders: []string{"*"}, AllowCredentials: true},
			ErrCredentials,
			`AllowHeaders has "*"`,
		},
		{
			"credentials and all exposed",
			Config{AllowOrigins: shop, ExposeHeaders: []string{"*"}, AllowCredentials: true},
			ErrCredentials,
			`ExposeHeaders has "*"`,
		},
		{
			"credentials and any method",
			Config{AllowOrigins: shop, AllowMethods: []string{"*"}, AllowCredentials: true},
			ErrCredentials,
			`AllowMethods has "*"`,
		},
		{"settings without an origin", Config{AllowCredentials: true}, ErrConfig, "no origin"},
		{"age without an origin", Config{MaxAge: time.Hour}, ErrConfig, "no origin"},
		{"headers without an origin", Config{AllowHeaders: []string{"A"}}, ErrConfig, "no origin"},
		{"exposed headers without an origin", Config{ExposeHeaders: []string{"A"}}, ErrConfig, "no origin"},
		{"methods without an origin", Config{AllowMethods: []string{"GET"}}, ErrConfig, "no origin"},
		{
			"headers and methods without an origin",
			Config{AllowHeaders: []string{"A"}, AllowMethods: []string{"GET"}},
			ErrConfig,
			"no origin",
		},
		{
			"star beside two others",
			Config{AllowOrigins: []string{shop[0], "*", shop[0]}},
			ErrConfig,
			`has "*" beside 2 others`,
		},
		{"star beside others", Config{AllowOrigins: []string{"*", shop[0]}}, ErrConfig, "stands alone"},
		{"method in small letters", Config{AllowOrigins: shop, AllowMethods: []string{"get"}}, ErrConfig, `"GET"`},
		{"empty method", Config{AllowOrigins: shop, AllowMethods: []string{""}}, ErrConfig, "want a name"},
		{"two headers in one", Config{AllowOrigins: shop, AllowHeaders: []string{"A, B"}}, ErrConfig, "want a name"},
		{
			"line break in a header",
			Config{AllowOrigins: shop, ExposeHeaders: []string{"A\r\nSet-Cookie: x"}},
			ErrConfig,
			"want a name",
		},
		{"negative age", Config{AllowOrigins: shop, MaxAge: -time.Second}, ErrConfig, "MaxAge is -1s"},
		{"half a second", Config{AllowOrigins: shop, MaxAge: 1500 * time.Millisecond}, ErrConfig, "whole seconds"},
	} {
		t.Run(tt.name, func(t *testing.T) { checkError(t, tt.cfg.Validate(), tt.is, tt.text) })
	}
}

// TestOrigins checks that Validate refuses invalid origins. Package httpname tests the rules.
func TestOrigins(t *testing.T) {
	for _, tt := range []struct {
		origin string
		text   string // part of the error; empty: valid
	}{
		{"*", ""},
		{shop, ""},
		{"http://localhost:3000", ""},

		{"", "want a scheme and a host"},
		{"null", "lets anyone in"},
		{"https://*.example.com", "list each one"},
		{shop + "/", `write "https://shop.example.com"`},
	} {
		t.Run(tt.origin, func(t *testing.T) {
			var is error
			if tt.text != "" {
				is = ErrOrigin
			}
			checkError(t, Config{AllowOrigins: []string{tt.origin}}.Validate(), is, tt.text)
		})
	}
}

func checkError(t *testing.T, got, is error, text string) {
	t.Helper()
	switch {
	case is == nil && got != nil:
		t.Errorf("got %v, want no error", got)
	case is != nil && (!errors.Is(got, is) || !strings.Contains(got.Error(), text) ||
		!strings.HasPrefix(got.Error(), "cors: ")):
		t.Errorf("got %v, want %v with %q", got, is, text)
	}
}
