package devissuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestKeyFileIsReadAsItWasWritten(t *testing.T) {
	ring := testRing(t)
	text, err := ring.format()
	if err != nil {
		t.Fatal(err)
	}
	again, err := parseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	if again.secret != ring.secret || len(again.keys) != len(kinds) {
		t.Fatalf("%d keys, want %d, and the same secret", len(again.keys), len(ring.keys))
	}
	for n, k := range again.keys {
		want := ring.keys[n]
		if k.kind != want.kind || k.id != want.id || !maps.Equal(k.jwk(""), want.jwk("")) {
			t.Errorf("key %d: got %s %s, want %s %s", n, k.kind, k.id, want.kind, want.id)
		}
	}
}

// pkcs8 returns a key pair in the form of a key file.
func pkcs8(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestKeyFileErrors(t *testing.T) {
	text, err := testRing(t).format()
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	change := func(change func(f map[string]any, keys []any)) string {
		var f map[string]any
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		change(f, f["keys"].([]any))
		out, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "it is not JSON of this release"},
		{"cut off", string(text[:len(text)/2]), "it is not JSON of this release"},
		{"something follows", string(text) + "{}", "something follows its JSON"},
		{"too long", strings.Repeat(" ", maxKeyFile+1), "bytes, and the limit is"},
		{"another version", change(func(f map[string]any, _ []any) { f["version"] = 2 }), "version 2, want 1"},
		{
			"a member that is not known",
			change(func(f map[string]any, _ []any) { f["revoked"] = true }),
			"it is not JSON of this release",
		},
		{
			"a short secret",
			change(func(f map[string]any, _ []any) { f["secret"] = "hunter2" }),
			"a secret of 7 bytes, want 64 or more",
		},
		{
			"no keys",
			change(func(f map[string]any, _ []any) { f["keys"] = []any{} }),
			"0 keys of kind RSA, want one",
		},
		{"a key twice", change(func(f map[string]any, k []any) { f["keys"] = append(k, k[1]) }),
			"2 keys of kind P-256, want one"},
		{
			"no key",
			change(func(_ map[string]any, k []any) { k[0].(map[string]any)["pkcs8"] = "AAAA" }),
			"key 1: it is not a PKCS #8 private key",
		},
		{"a long key", change(func(_ map[string]any, k []any) {
			k[0].(map[string]any)["pkcs8"] = base64.StdEncoding.EncodeToString(make([]byte, maxKey+1))
		}), "key 1: it has 4097 bytes, and the limit is 4096"},
		{
			"a key of another kind",
			change(func(_ map[string]any, k []any) { k[0].(map[string]any)["kind"] = "P-256" }),
			`key 1: it is a *rsa.PrivateKey, and its kind is "P-256"`,
		},
		{
			"a kind that there is not",
			change(func(_ map[string]any, k []any) { k[1].(map[string]any)["kind"] = "" }),
			`key 2: it is a *ecdsa.PrivateKey, and its kind is ""`,
		},
		{
			"a curve that is not used",
			change(func(_ map[string]any, k []any) { k[1].(map[string]any)["pkcs8"] = pkcs8(t, other) }),
			`key 2: it is a *ecdsa.PrivateKey`,
		},
		{
			"a short key",
			change(func(_ map[string]any, k []any) { k[0].(map[string]any)["pkcs8"] = pkcs8(t, small) }),
			"key 1: it has 1024 bits, want 2048 or more",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseKeys([]byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("want %s\n got %v", tt.want, err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error contains the secret")
			}
		})
	}
}

// FuzzKeyFile checks that an accepted key file can sign, and is written as a file with the same keys.
func FuzzKeyFile(f *testing.F) {
	ring := testRing(f)
	text, err := ring.format()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"note":"","version":1,"keys":[],"secret":""}`))
	f.Add(
		[]byte(
			`{"version":1,"keys":[{"kind":"RSA","pkcs8":"MAA="}],"secret":"` + strings.Repeat(
				"0",
				64,
			) + `"}`,
		),
	)
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := parseKeys(text)
		if err != nil {
			return
		}
		for name := range algorithms {
			if _, err := k.sign(name, "JWT", []byte("{}")); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		out, err := k.format()
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseKeys(out)
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b signingKey) bool { return a.id == b.id && a.kind == b.kind }
		if again.secret != k.secret || !slices.EqualFunc(again.keys, k.keys, same) {
			t.Error("it was written as something else")
		}
	})
}
