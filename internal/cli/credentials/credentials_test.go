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
		"X-Shop":               true, // a further one
		"Accept":               false,
		"Content-Type":         false,
		"User-Agent":           false,
		"Idempotency-Key":      false,
		"limit":                false,
		"X-Amz-Date":           false,
	} {
		if got := Named(name, "x-shop"); got != want {
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
			"an escaped parameter",
			"as it came and as it is",
			"",
			"",
			"token=opaque%2Bvalue",
			"opaque%2Bvalue is opaque+value",
			Hidden + " is " + Hidden,
		},
		{"an identity source", "its name says nothing", "X-Shop", "opaque-value", "", "for opaque-value", "for " + Hidden},
		{"a harmless header", "", "Accept", "application/json", "", "takes application/json", "takes application/json"},
		{"a short value", "it would be found by chance", "Authorization", "GET", "", "GET /orders", "GET /orders"},
		{
			"one value within another",
			"nothing of the longer one is left",
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
