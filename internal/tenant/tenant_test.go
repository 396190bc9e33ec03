package tenant

import (
	"regexp"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct{ name, id, want string }{
		{"a word", "acme", ""},
		{"a UUID", "0b8e5f0a-3f57-4d5e-9a0c-2f6d7a1b2c3d", ""},
		{"an email address", "billing+eu@acme.example", ""},
		{"a URL", "https://acme.example/t=1", ""},
		{"a name of two words", "Acme Corporation", ""},
		{"as long as possible", strings.Repeat("a", MaxID), ""},
		{"empty", "", "it has 0 characters: want 1 to 256"},
		{"too long", strings.Repeat("a", MaxID+1), "it has 257 characters: want 1 to 256"},
		{"a list in a text", "acme,globex", `it has ",": want letters, digits, spaces and . _ : / = + - @`},
		{"a JSON string", `"acme"`, `it has "\"": want letters, digits, spaces and . _ : / = + - @`},
		{"a second header", "acme\r\nX-Amz-Invocation-Type: Event",
			`it has "\r": want letters, digits, spaces and . _ : / = + - @`},
		{"a letter outside ASCII", "acmé", `it has "\xc3": want letters, digits, spaces and . _ : / = + - @`},
		{"a tab", "ac\tme", `it has "\t": want letters, digits, spaces and . _ : / = + - @`},
		{"a space before it", " acme", "it begins or ends with a space, which HTTP removes from the header"},
		{"a space after it", "acme ", "it begins or ends with a space, which HTTP removes from the header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := Check(c.id); err != nil {
				got = err.Error()
			}
			if got != c.want || Valid(c.id) != (c.want == "") {
				t.Errorf("Check(%q): got %q, want %q", c.id, got, c.want)
			}
		})
	}
}

// lambdaPattern is the pattern of TenantId in the model of Lambda's API.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
var lambdaPattern = regexp.MustCompile(`^[a-zA-Z0-9\._:\/=+\-@ ]+$`)

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"acme", "", " ", " acme", "acme ", "a b", "a,b", `"acme"`, "acme\n", "acmé", "a\x00b", "custom:tenant=1/2+3@4",
		strings.Repeat("a", MaxID), strings.Repeat("a", MaxID+1), "true", "-7", "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		lambda := lambdaPattern.MatchString(id) && len(id) <= 256
		if want := lambda && strings.Trim(id, " ") == id; Valid(id) != want {
			t.Errorf("Valid(%q) is %t, but Lambda accepts it unchanged: %t", id, !want, want)
		}
	})
}

func TestKey(t *testing.T) {
	for claim, want := range map[string]string{
		"tenant":                 "tenantId_tenant",
		"tenant_id":              "tenantId_tenant_5Fid",
		"custom:tenant":          "tenantId_custom_3Atenant",
		"realm_access.org":       "tenantId_realm_5Faccess_2Eorg",
		"https://x.example/orgé": "tenantId_https_3A_2F_2Fx_2Eexample_2Forg_C3_A9",
	} {
		if got := Key(claim); got != want || !IsKey(got) {
			t.Errorf("Key(%q) is %q, want %q", claim, got, want)
		}
	}
	for _, name := range []string{"tenant", "tenantId", "scopes"} {
		if IsKey(name) {
			t.Errorf("%q is a name of the app's own", name)
		}
	}
}

// FuzzKey checks that two claims never have the same key, and that a key has only characters that a mapping expression
// accepts.
func FuzzKey(f *testing.F) {
	for _, seed := range [][2]string{
		{"tenant", "tenant_"}, {"a_5F", "a_"}, {"a.b", "a_b"}, {"", "_"}, {"A", "a"}, {"é", "_C3_A9"},
	} {
		f.Add(seed[0], seed[1])
	}
	form := regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	f.Fuzz(func(t *testing.T, one, other string) {
		if one != other && Key(one) == Key(other) {
			t.Errorf("the claims %q and %q share the key %q", one, other, Key(one))
		}
		if !form.MatchString(Key(one)) {
			t.Errorf("the key of %q is %q", one, Key(one))
		}
	})
}
