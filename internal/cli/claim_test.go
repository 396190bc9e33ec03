package cli

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

func TestParseClaim(t *testing.T) {
	for _, tt := range []struct {
		name, text, claim string
		want              any
	}{
		{"text", "tenant=acme", "tenant", "acme"},
		{"a number, as it was given", "level=1.50", "level", json.Number("1.50")},
		{"a large number keeps its digits", "id=12345678901234567890", "id", json.Number("12345678901234567890")},
		{"digits with a leading zero", "zip=01234", "zip", "01234"},
		{"a number as text", `zip="1234"`, "zip", "1234"},
		{"a boolean", "beta=true", "beta", true},
		{"another word", "beta=yes", "beta", "yes"},
		{"nothing", "email=null", "email", nil},
		{"a list", `tags=["a","b"]`, "tags", []any{"a", "b"}},
		{"an object", `realm_access={"roles":["a"]}`, "realm_access", map[string]any{"roles": []any{"a"}}},
		{"an empty text", "tenant=", "tenant", ""},
		{"more equals signs", "filter=a=b", "filter", "a=b"},
		{"a name with dots is one name", "https://shop.example.com/tenant=acme", "https://shop.example.com/tenant", "acme"},
		{"spaces stay", "name= 1 ", "name", " 1 "},
		{"a number that no verifier reads is text", "n=1e999", "n", "1e999"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			claim, got, err := parseClaim(tt.text)
			if err != nil || claim != tt.claim || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q = %#v, %v, want %q = %#v", claim, got, err, tt.claim, tt.want)
			}
		})
	}
}

func TestParseClaimErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no value", "tenant", "want NAME=VALUE, such as tenant=acme or level=3"},
		{"no name", "=acme", "want NAME=VALUE"},
		{"no UTF-8", "tenant=\xff", "it is not valid UTF-8"},
		{
			"a list that is cut off",
			`tags=["a"`,
			"the value begins as JSON but is not JSON that a token can have: strictjson: not JSON",
		},
		{"a list without quotes", `tags=[a]`, "write such a text as a JSON string"},
		{"a member twice", `o={"a":1,"a":2}`, "a member name occurs twice"},
		{"too deep", "deep=" + strings.Repeat("[", 40) + strings.Repeat("]", 40), "nested too deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := parseClaim(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %s, got %v", tt.want, err)
			}
		})
	}
	var c claims
	if err := errors.Join(c.Set("a=1"), c.Set("b=2")); err != nil {
		t.Fatal(err)
	}
	if err := c.Set("a=3"); err == nil || !strings.Contains(err.Error(), `the claim "a" is given twice`) {
		t.Errorf("want an error, got %v", err)
	}
	if c["a"] != json.Number("1") || c.String() != "a b" {
		t.Errorf("got %v", c)
	}
}

// fuzzProvider is made once, because making its keys takes long.
var fuzzProvider = sync.OnceValues(func() (*devissuer.Provider, error) {
	s := &command.Process{
		Now:      func() time.Time { return t0 },
		CacheDir: func() (string, error) { return keyFolder, nil },
	}
	keys, err := command.OpenKeys(s)
	if err != nil {
		return nil, err
	}
	i := devissuer.Issuer{
		Issuer: authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"x"}, Algorithms: []string{"EdDSA"}},
	}
	return devissuer.New(keys, []devissuer.Issuer{i}, devissuer.Options{Now: s.Now})
})

// FuzzClaim checks that the token has an accepted claim with its value, or cannot be made.
func FuzzClaim(f *testing.F) {
	for _, text := range []string{
		"tenant=acme",
		"level=3",
		"zip=01234",
		`zip="1234"`,
		"beta=true",
		"a=null",
		`tags=["a","b"]`,
		`o={"a":{"b":1e2}}`,
		"=",
		"a",
		"a==",
		"a= ",
		"\u2028=\u2029",
		`a="\ud800"`,
		`a="<&>"`,
		"a=-0",
		"a=1E+2",
		"https://shop.example.com/x=y",
		`a={"b":`,
		"sub=3",
		"\x00=\x01",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, value, err := parseClaim(text)
		if err != nil {
			return
		}
		p, err := fuzzProvider()
		if err != nil {
			t.Fatal(err)
		}
		token, err := p.Mint(devissuer.TokenRequest{Claims: map[string]any{name: value}})
		if err != nil {
			if !errors.Is(err, devissuer.ErrRequest) {
				t.Fatal(err)
			}
			return
		}
		got, there := claimsOf(t, token)[name]
		switch {
		case value == nil:
			if there {
				t.Errorf("%q is there: %v", name, got)
			}
		case !there || !sameJSON(t, got, value):
			t.Errorf("%q is %#v, want %#v", name, got, value)
		}
	})
}

func sameJSON(t testing.TB, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(x) == string(y)
}
