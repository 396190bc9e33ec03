package jwt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// compare compares this package's verdict on a token with golang-jwt's, go-jose's and the contract's. A token that both
// of them reject, or that breaks a line of the contract, must be rejected. A token that is rejected although both
// accept it must break a line of the contract. It reports whether the token is accepted.
func compare(t *testing.T, f *fixture, token string) bool {
	verified, err := f.verify(token)
	switch {
	case (verified == nil) == (err == nil):
		t.Fatalf("token %v and error %v", verified, err)
	case err != nil && !errors.Is(err, ErrRejected):
		t.Fatalf("an error although the keys are known: %v", err)
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
		return true
	}
	checkLeakFast(t, token, err.Error())
	if golang == nil && jose == nil && lines == nil {
		t.Fatalf("both others accept it, it breaks no line of the contract, and yet: %v", err)
	}
	return false
}

// checkLeakFast only searches for long parts of the token itself.
func checkLeakFast(t *testing.T, token, text string) {
	for i := 0; i+16 <= len(token); i += 8 {
		if strings.Contains(text, token[i:i+16]) {
			t.Fatalf("%q shows a part of the token", text)
		}
	}
}

// contractTokens are the tokens of all the contract's cases, as seeds.
var contractTokens = sync.OnceValue(func() []string {
	var list []string
	for _, c := range contractCases() {
		if !slices.Contains(list, c.token) {
			list = append(list, c.token)
		}
	}
	return list
})

// FuzzToken changes whole tokens, and so tests dots, digits and signatures.
func FuzzToken(f *testing.F) {
	for _, token := range contractTokens() {
		f.Add(token)
	}
	fixture := newFixture(f)
	f.Fuzz(func(t *testing.T, token string) { compare(t, fixture, token) })
}

// FuzzSigned changes headers and claims and then signs them validly, so that their content decides.
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

// FuzzKeySet compares with go-jose: each key that is used here must be the same key there.
func FuzzKeySet(f *testing.F) {
	jose.MaxRSAModulusBits = maxRSABits
	f.Add(fullKeySet())
	for _, c := range keyCases() {
		f.Add(c.keySet)
	}
	for _, text := range []string{`{"keys":[{"kid":"a"},{"kid":"a"}]}`, `{"keys":[1]}`, `{"keys":null}`, `[]`, ``,
		`{"keys":[],"keys":[]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		used, ignored, err := parseKeySet(text, defaultMaxKeys)
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

// compareKey compares a used key with go-jose's reading of its JWK.
func compareKey(t *testing.T, k *key, member strictjson.Value) {
	// go-jose also reads certificates, and members that this kind of key does not have; those are left out.
	names := []string{"kid", "kty", "alg", "crv", "x", "y"}
	switch k.kind {
	case rsaKey:
		names = []string{"kid", "kty", "alg", "n", "e"}
	case ed25519Key:
		names = []string{"kid", "kty", "alg", "crv", "x"}
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
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if member.Get(name).Exists() {
			t.Fatalf("a key with the member %s is used", name)
		}
	}
	if ops := member.Get("key_ops"); ops.Exists() {
		var list []any
		if err := json.Unmarshal([]byte(ops.Raw()), &list); err != nil || len(list) != 1 || list[0] != "verify" {
			t.Fatalf("a key with the key_ops %s is used", ops.Raw())
		}
	}
	if k.kind == rsaKey {
		for p := int64(3); p < 1000; p += 2 {
			if new(big.Int).Mod(k.rsa.N, big.NewInt(p)).Sign() == 0 {
				t.Fatalf("a key whose modulus has the factor %d is used", p)
			}
		}
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

// member is a member of a header or of claims, with the values that FuzzCombined chooses from, as JSON text. The first
// value is good.
type member struct {
	name   string
	values []string
}

const long = "1700000300"

var headerMembers = []member{
	{"alg", []string{`"EdDSA"`, `"EdDSA"`, `"ES256"`, `"none"`, `"HS256"`, `["EdDSA"]`, `"eddsa"`, `null`, `"Ed25519"`,
		`"ed25519"`}},
	{"kid", []string{`"ed"`, `"ed"`, `"p256"`, `"unknown"`, `""`, `1`, `"\u0065d"`, `null`}},
	{"typ", []string{`"JWT"`, `"at+jwt"`, `"application/AT+jwt"`, `"jwt"`, `"dpop+jwt"`, `"logout+jwt"`, `""`, `1`,
		`"application/application/jwt"`, `"x/jwt"`}},
	{"x", []string{`1`, `{"a":1}`, `{"a":1,"a":1}`, `"\ud800"`, `1e400`, `[[[]]]`}},
	{"ALG", []string{`"none"`}}, {"crit", []string{`[]`, `["exp"]`, `null`}}, {"b64", []string{`true`, `false`}},
	{"zip", []string{`"DEF"`}},
	{"jwk", []string{`{"kty":"oct","k":"AQ"}`, `1`}}, {"jku", []string{`"https://attacker.example"`}},
	{"x5c", []string{`["MIIB"]`, `1`}}, {"cty", []string{`"JWT"`}},
}

var claimMembers = []member{
	{"iss", []string{`"` + testIssuer + `"`, `"` + testIssuer + `"`, `"https:\/\/issuer.example.com/"`,
		`"https://issuer.example.com"`, `["` + testIssuer + `"]`, `null`, `1`}},
	{"aud", []string{`"` + testAudience + `"`, `["` + testAudience + `"]`, `["x","` + testAudience + `"]`,
		`["` + testAudience + `",1]`, `[]`, `""`, `"x"`, `null`, `{}`}},
	{"exp", []string{long, long, `1700000300.5`, `17000003e2`, `1700000000`, `1700000000.9`, `1700000001`, `0`, `-1`,
		`"1700000300"`, `null`, `1e300`, `1e400`, `9223372036854775807`, `9223372036854775808`, `253402300799`, `[1]`,
		`true`}},
	{"nbf", []string{`1699999990`, `1699999990`, `1700000000`, `1700000000.5`, `1700000001`, `-5`, `0`, `-1e300`, `1e300`,
		`null`, `"0"`, `1e-400`}},
	{"iat", []string{`1699999990`, `1699999990`, `1700000000`, `1700000000.1`, `1700000001`, `-5`, `9999999999`, `null`,
		`"0"`, `{}`}},
	{"sub", []string{`"user-1"`, `"user-1"`, `"\u0000"`, `1`, `null`, `["a"]`}},
	{"jti", []string{`"id"`, `"id"`, `1`, `null`}},
	{"cnf", []string{`{"jkt":"x"}`, `{}`, `null`, `1`}},
	{"x", []string{`1`, `{"a":1}`, `{"a":1,"a":1}`, `"\ud800"`, `"\ud83d\ude00"`, `1e400`, `[[[]]]`, "\"\xff\"", `-0`,
		`01`}},
	{"EXP", []string{`1`}}, {"iſs", []string{`"x"`}}, {"Aud", []string{`"x"`}}, {"e\\u0078p", []string{long, `1`}},
}

// compose returns the text of an object. Each choice selects a member and a value, or the good value for high numbers.
// The first members of the list are added at the end if they were not chosen, unless a choice leaves them out.
func compose(members []member, needed int, choices []byte) string {
	var parts []string
	done := make(map[string]bool)
	for len(choices) >= 2 {
		m := members[int(choices[0]&0x7F)%len(members)]
		v := m.values[0]
		if i := int(choices[1]); i < 128 {
			v = m.values[i%len(m.values)]
		}
		if choices[0] < 0x80 {
			parts = append(parts, `"`+m.name+`":`+v)
		}
		done[m.name] = true // a high first choice only leaves it out
		choices = choices[2:]
	}
	for _, m := range members[:needed] {
		if !done[m.name] {
			parts = append(parts, `"`+m.name+`":`+m.values[0])
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// FuzzCombined creates validly signed tokens of good and bad members that are nearly good as a whole, so that each rule
// is tested by itself and together with others.
func FuzzCombined(f *testing.F) {
	f.Add([]byte{}, []byte{})
	for name := range byte(len(headerMembers)) {
		for value := range byte(len(headerMembers[name].values)) {
			f.Add([]byte{name, value}, []byte{})
		}
		f.Add([]byte{name | 0x80, 0}, []byte{})
	}
	for name := range byte(len(claimMembers)) {
		for value := range byte(len(claimMembers[name].values)) {
			f.Add([]byte{}, []byte{name, value})
			f.Add([]byte{3, value}, []byte{name, value, name, 0})
		}
		f.Add([]byte{}, []byte{name | 0x80, 0})
	}
	fixture := newFixture(f)
	f.Fuzz(func(t *testing.T, header, claims []byte) {
		if len(header) > 20 || len(claims) > 30 {
			return
		}
		h := compose(headerMembers, 3, header)
		alg := "EdDSA"
		if strings.Contains(h, `"alg":"ES256"`) {
			alg = "ES256"
		}
		compare(t, fixture, sign(alg, keyFor(alg), h, compose(claimMembers, 7, claims)))
	})
}

// TestCombinations runs FuzzCombined on choices from a fixed source, and requires that they give both good and bad
// tokens.
func TestCombinations(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	f := newFixture(t)
	accepted := 0
	const rounds = 3000
	for range rounds {
		choices := make([]byte, 2*random.IntN(4))
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		split := len(choices) / 4 * 2
		h, c := compose(headerMembers, 3, choices[:split]), compose(claimMembers, 7, choices[split:])
		if compare(t, f, sign("EdDSA", keys()["ed"], h, c)) {
			accepted++
		}
	}
	if accepted < rounds/10 || accepted > rounds*9/10 {
		t.Errorf("%d of %d tokens are accepted", accepted, rounds)
	}
}
