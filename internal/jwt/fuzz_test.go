package jwt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt/strictjson"
)

// compare holds this package's verdict on a token against golang-jwt's, go-jose's and the contract's:
// what both of them reject is rejected, what breaks a line of the contract is rejected, and what is rejected although
// both accept it breaks a line of the contract.
func compare(t *testing.T, f *fixture, token string) {
	verified, err := f.verify(token)
	switch {
	case (verified == nil) == (err == nil):
		t.Fatalf("token %v and error %v", verified, err)
	case err != nil && !errors.Is(err, ErrRejected):
		t.Fatalf("the keys are there, and yet: %v", err)
	}
	golang, jose := golangVerdict(token), joseVerdict(token)
	lines := brokenLines(token)
	if err == nil {
		if golang != nil && jose != nil {
			t.Fatalf("accepted, and both others reject it: %v; %v", golang, jose)
		}
		if lines != nil {
			t.Fatalf("accepted, and it breaks lines %v of the contract", lines)
		}
		return
	}
	checkLeakFast(t, token, err.Error())
	if golang == nil && jose == nil && lines == nil {
		t.Fatalf("both others accept it, it breaks no line of the contract, and yet: %v", err)
	}
}

// checkLeakFast looks for long parts of the token itself only.
func checkLeakFast(t *testing.T, token, text string) {
	for i := 0; i+16 <= len(token); i += 8 {
		if strings.Contains(text, token[i:i+16]) {
			t.Fatalf("%q shows a part of the token", text)
		}
	}
}

// contractTokens are the tokens of all the contract's cases, as seeds.
func contractTokens() []string {
	var list []string
	for _, c := range slices.Concat(serializationCases(), headerCases(), signatureCases(), keyCases(), claimCases(), goodCases()) {
		if !slices.Contains(list, c.token) {
			list = append(list, c.token)
		}
	}
	return list
}

// FuzzToken changes whole tokens, so it is about dots, digits and signatures.
func FuzzToken(f *testing.F) {
	for _, token := range contractTokens() {
		f.Add(token)
	}
	fixture := newFixture(f)
	f.Fuzz(func(t *testing.T, token string) { compare(t, fixture, token) })
}

// FuzzSigned changes headers and claims and then signs them truly, so that what they say decides.
func FuzzSigned(f *testing.F) {
	for _, token := range contractTokens() {
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			continue
		}
		header, err1 := base64.RawURLEncoding.DecodeString(parts[0])
		claims, err2 := base64.RawURLEncoding.DecodeString(parts[1])
		if err1 == nil && err2 == nil {
			// Nearly all cases are RS256, which is slow to sign.
			f.Add(strings.NewReplacer("RS256", "EdDSA", `"rsa"`, `"ed"`).Replace(string(header)), string(claims))
		}
	}
	fixture := newFixture(f)
	f.Fuzz(func(t *testing.T, header, claims string) {
		if len(header)+len(claims) > MaxTokenSize {
			return
		}
		alg := "EdDSA"
		for _, a := range []string{"RS256", "PS384", "ES256", "ES512"} {
			if strings.Contains(header, `"`+a+`"`) {
				alg = a
			}
		}
		compare(t, fixture, sign(alg, keyFor(alg), header, claims))
	})
}

// FuzzKeySet holds the reading of key sets against go-jose's: every key that is used here is one there, and the same.
func FuzzKeySet(f *testing.F) {
	jose.MaxRSAModulusBits = maxRSABits
	f.Add(fullKeySet())
	for _, c := range keyCases() {
		f.Add(c.keySet)
	}
	for _, text := range []string{`{"keys":[{"kid":"a"},{"kid":"a"}]}`, `{"keys":[1]}`, `{"keys":null}`, `[]`, ``, `{"keys":[],"keys":[]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		used, ignored, err := parseKeySet(text, DefaultMaxKeys)
		if err != nil {
			if used != nil || ignored != nil {
				t.Fatal("keys of a set that is refused")
			}
			return
		}
		v, err := strictjson.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list := v.Get("keys")
		if len(used)+len(ignored) != list.Len() {
			t.Fatalf("%d keys used and %d ignored of %d", len(used), len(ignored), list.Len())
		}
		ids := make(map[string]bool)
		for _, k := range used {
			if k.named && ids[k.id] {
				t.Fatalf("two keys with one kid are used")
			}
			ids[k.id] = k.named
		}
		i := 0
		for member := range list.Elements() {
			if i >= len(used) {
				break
			}
			if k, err := parseKey(member); err != nil || !k.equal(used[i]) {
				continue
			}
			compareKey(t, used[i], member)
			i++
		}
		if i != len(used) {
			t.Fatalf("%d of %d keys were found again", i, len(used))
		}
	})
}

// compareKey holds a key that is used against go-jose's reading of its JWK.
func compareKey(t *testing.T, k *key, member strictjson.Value) {
	// go-jose also reads certificates, and members that this kind of key does not have; those are left out.
	names := []string{"kid", "kty", "alg", "crv", "x", "y"}
	if k.kind == rsaKey {
		names = []string{"kid", "kty", "alg", "n", "e"}
	}
	reduced := object{}
	for _, name := range names {
		if v := member.Get(name); v.Exists() {
			reduced[name] = json.RawMessage(v.Raw())
		}
	}
	if k.kind == secretKey || k.algorithm == "none" || strings.HasPrefix(k.algorithm, "HS") {
		t.Fatalf("a published key is used as %q", k.algorithm)
	}
	if use := member.Get("use"); use.Exists() && !use.Is("sig") {
		t.Fatalf("a key for something else is used: %s", use.Raw())
	}
	var theirs jose.JSONWebKey
	if err := json.Unmarshal([]byte(reduced.String()), &theirs); err != nil {
		t.Fatalf("go-jose refuses the key: %v", err)
	}
	same := false
	switch public := theirs.Key.(type) {
	case *rsa.PublicKey:
		same = k.kind == rsaKey && public.Equal(k.rsa) && public.N.BitLen() >= 2048 && public.E > 1
	case *ecdsa.PublicKey:
		same = k.ecdsa != nil && public.Equal(k.ecdsa)
	case ed25519.PublicKey:
		same = k.kind == ed25519Key && bytes.Equal(public, k.ed25519)
	}
	if !same || theirs.KeyID != k.id || !theirs.IsPublic() {
		t.Fatalf("go-jose reads another key: %T %q", theirs.Key, theirs.KeyID)
	}
}
