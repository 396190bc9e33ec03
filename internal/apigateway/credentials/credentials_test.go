package credentials

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl"

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization":        true,
		"cookie":               true,
		"X-API-Key":            true,
		"X-Amz-Security-Token": true,
		"X-Amz-Signature":      true,
		"password":             true,
		"access_token":         true,
		"code":                 true,
		"State":                true,
		"nonce":                true,
		"code_verifier":        true,
		"zipcode":              false,
		"united-states":        false,
		"X-Shop":               true,  // a further one
		"Sec-Fetch-Site":       false, // though it is one, and its name has a part of a credential's
		"Accept":               false,
		"Content-Type":         false,
		"User-Agent":           false,
		"Idempotency-Key":      false,
		"limit":                false,
		"X-Amz-Date":           false,
	} {
		if got := Named(name, "x-shop", "Sec-Fetch-Site"); got != want {
			t.Errorf("Named(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestMask(t *testing.T) {
	for _, tt := range []struct{ name, why, header, value, query, text, want string }{
		{"a token anywhere", "its form is enough", "", "", "", "path /" + token + "/x", "path /" + Hidden + "/x"},
		{
			"an opaque token",
			"with its scheme and without",
			"Authorization",
			"Bearer opaque-value",
			"",
			"Bearer opaque-value, opaque-value",
			Hidden + ", " + Hidden,
		},
		{
			"one of several cookies",
			"functions name them one by one",
			"Cookie",
			"theme=dark; id=opaque-value",
			"",
			"the id is opaque-value",
			"the id is " + Hidden,
		},
		{
			"a parameter",
			"",
			"",
			"",
			"access_token=opaque-value&limit=100000",
			"opaque-value of 100000",
			Hidden + " of 100000",
		},
		{
			"parameters",
			"each by itself, after & and after ;",
			"",
			"",
			"limit=1&state=other%2Dvalue;token=third%2Dvalue",
			"other%2Dvalue, other-value, third%2Dvalue, third-value",
			Hidden + ", " + Hidden + ", " + Hidden + ", " + Hidden,
		},
		{
			"a value with an equal sign that is not a cookie",
			"only cookies have values of their own",
			"X-Shop",
			"name=harmless-part; x",
			"",
			"a harmless-part",
			"a harmless-part",
		},
		{"the shortest value", "", "Authorization", "opaque", "", "it is opaque", "it is " + Hidden},
		{
			"an escaped parameter",
			"as it came and as it is",
			"",
			"",
			"token=opaque%2Bvalue",
			"opaque%2Bvalue is opaque+value",
			Hidden + " is " + Hidden,
		},
		{"an identity source", "its name says nothing", "X-Shop", "opaque-value", "", "for opaque-value", "for " + Hidden},
		{
			"of a login's callback",
			"the code and the state are worth a session",
			"Cookie",
			"__Host-login-0123456789abcdef=sealed-attempt",
			"code=of-the-provider&state=of-the-browser&iss=https%3A%2F%2Fidp.example.com",
			"of-the-provider of-the-browser sealed-attempt https://idp.example.com",
			Hidden + " " + Hidden + " " + Hidden + " https://idp.example.com",
		},
		{"a harmless header", "", "Accept", "application/json", "", "takes application/json", "takes application/json"},
		{"a short value", "it would be found by chance", "Authorization", "GET", "", "GET /orders", "GET /orders"},
		{
			"one value within another",
			"the longer one is masked completely",
			"Cookie",
			"a=opaque-value; b=opaque-value-longer",
			"",
			"opaque-value-longer",
			Hidden,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &exchange.Request{RawQuery: tt.query, Headers: exchange.Headers{{Name: tt.header, Value: tt.value}}}
			if got := Mask(r, "X-Shop")(tt.text); got != tt.want {
				t.Errorf("got %q, want %q: %s", got, tt.want, tt.why)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	other := strings.TrimSuffix(token, "l") + "k"
	r := &exchange.Request{RawQuery: "t=" + other, Headers: exchange.Headers{
		{
			Name:  "Authorization",
			Value: "Bearer " + token,
		}, {Name: "Cookie", Value: "a=b; id=" + token}, {Name: "Accept", Value: "*/*"}}}
	if got := Tokens(r); !slices.Equal(got, []string{token, other}) {
		t.Errorf("got %q", got)
	}
}

func TestMaskAll(t *testing.T) {
	r := &exchange.Request{Headers: exchange.Headers{{Name: "Cookie", Value: "__Host-session=the-old-one"}}}
	mask := MaskAll(r, exchange.Headers{
		{Name: "set-cookie", Value: "__Host-session=the-new-one; Path=/; Secure"},
		{Name: "Set-Cookie", Value: "__Host-login-a=; Max-Age=0"},
		{Name: "Set-Cookie", Value: "short=sealed"},
		{Name: "Set-Cookie", Value: "shorter=short"},
		{Name: "Content-Type", Value: "text/html"},
	})
	if got, want := mask("the-old-one the-new-one Path text/html sealed short"),
		Hidden+" "+Hidden+" Path text/html "+Hidden+" short"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
