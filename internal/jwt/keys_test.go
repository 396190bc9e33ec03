package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

func TestCheckEd25519Point(t *testing.T) {
	encode := func(y string, sign byte) []byte {
		b := bigInt(y).FillBytes(make([]byte, 32))
		slices.Reverse(b)
		b[31] |= sign
		return b
	}
	const p = "57896044618658097711785492504343953926634992332820282019728792003956564819949"
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		// The points of small order: https://github.com/jedisct1/libsodium,
		// crypto_core/ed25519/ref10/ed25519_ref10.c, has the same list.
		{"the neutral point", encode("1", 0), "small order"},
		{"the point of order 2", encode("57896044618658097711785492504343953926634992332820282019728792003956564819948", 0),
			"small order"},
		{"a point of order 4", encode("0", 0), "small order"},
		{"the other point of order 4", encode("0", 0x80), "small order"},
		{"a point of order 8, first", encode(order8[0], 0), "small order"},
		{"a point of order 8, second", encode(order8[0], 0x80), "small order"},
		{"a point of order 8, third", encode(order8[1], 0), "small order"},
		{"a point of order 8, fourth", encode(order8[1], 0x80), "small order"},
		{"the neutral point with the sign set", encode("1", 0x80), "canonical"},
		{"y = p", encode(p, 0), "canonical"},
		{"y = p + 1", encode("57896044618658097711785492504343953926634992332820282019728792003956564819950", 0),
			"canonical"},
		{"y = 2", encode("2", 0), "not a point"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := checkEd25519Point(c.in); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	// Half of all numbers are the y of a point. crypto/ed25519 refuses to verify with the others.
	points := 0
	for range 200 {
		b := make([]byte, 32)
		rand.Read(b)
		b[31] &= 0x7F
		ours := checkEd25519Point(b) == nil
		err := ed25519.VerifyWithOptions(b, nil, make([]byte, 64), &ed25519.Options{})
		theirs := !strings.Contains(err.Error(), "public key")
		if ours != theirs {
			t.Fatalf("%x: a point here: %v; in crypto/ed25519: %v, %v", b, ours, theirs, err)
		}
		if ours {
			points++
		}
	}
	if points < 50 || points > 150 {
		t.Errorf("%d of 200 are points", points)
	}
	for range 20 {
		public, _, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkEd25519Point(public); err != nil {
			t.Errorf("a true key: %v", err)
		}
	}
}

// order8 has the y of the four points of order 8.
var order8 = [2]string{"2707385501144840649318225287225658788936804267575313519463743609750303402022",
	"55188659117513257062467267217118295137698188065244968500265048394206261417927"}

func TestParseKeySet(t *testing.T) {
	a, b := jwk(keys()["rsa"]), jwk(keys()["p256"])
	for _, c := range []struct {
		name, text    string
		keys, ignored int
		err           string // "" for none
	}{
		{"all algorithms", fullKeySet(), 5, 0, ""},
		{"no keys", `{"keys":[]}`, 0, 0, ""},
		{"other members", `{"x":1,"keys":[],"y":[]}`, 0, 0, ""},
		{"a key to ignore", keySetOf(a, b.with(object{"use": "enc"})), 1, 1, ""},
		{"two keys without kid", keySetOf(a.with(object{"kid": nil}), b.with(object{"kid": nil})), 2, 0, ""},
		{"as many keys as allowed", keySetOf(numbered(a, 10)...), 10, 0, ""},
		{"19 two keys with one kid", keySetOf(a, b.with(object{"kid": "rsa"})), 0, 0, "the same kid"},
		{"19 the same key twice", keySetOf(a, a), 0, 0, "the same kid"},
		{"19 two keys with one kid, one of them ignored", keySetOf(a, b.with(object{"kid": "rsa", "use": "enc"})), 0, 0,
			"the same kid"},
		{"19 two keys with one kid, both ignored", keySetOf(a.with(object{"use": "enc"}), a.with(object{"use": "enc"})), 0, 0,
			"the same kid"},
		{"19 two keys with an empty kid", keySetOf(a.with(object{"kid": ""}), b.with(object{"kid": ""})), 0, 0,
			"the same kid"},
		{"23 keys twice", `{"keys":[],"keys":[]}`, 0, 0, "twice"},
		{"23 a member of a key twice", `{"keys":[{"kty":"RSA","kty":"EC"}]}`, 0, 0, "twice"},
		{"24 Keys are not keys", `{"Keys":[]}`, 0, 0, "keys is nothing"},
		{"32 HTML", "<!doctype html><html></html>", 0, 0, "not JSON"},
		{"32 cut short", fullKeySet()[:100], 0, 0, "not JSON"},
		{"32 empty", "", 0, 0, "not JSON"},
		{"32 an array", `[]`, 0, 0, "keys is nothing"},
		{"32 keys an object", `{"keys":{}}`, 0, 0, "keys is an object"},
		{"32 keys null", `{"keys":null}`, 0, 0, "keys is null"},
		{"32 a key that is a string", `{"keys":["x"]}`, 0, 0, "a key is a string"},
		{"32 too many keys", keySetOf(numbered(a, 11)...), 0, 0, "11 keys, and the limit is 10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ignored, err := parseKeySet(c.text, 10)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) || got != nil {
					t.Fatalf("got %d keys and %v, want an error with %q", len(got), err, c.err)
				}
				return
			}
			if err != nil || len(got) != c.keys || len(ignored) != c.ignored {
				t.Errorf("got %d keys, %d ignored and %v, want %d and %d", len(got), len(ignored), err, c.keys, c.ignored)
			}
		})
	}
}

// numbered returns copies of a JWK, each with its own kid.
func numbered(key object, n int) []object {
	list := make([]object, n)
	for i := range list {
		list[i] = key.with(object{"kid": string(rune('a' + i))})
	}
	return list
}

// The reasons for ignoring keys are logged, so they must be informative.
func TestParseKeyReasons(t *testing.T) {
	for _, c := range []struct {
		key  object
		want string
	}{
		{jwk(keys()["weak"]), "the RSA key has 1024 bits instead of 2048 to 8192"},
		{jwk(keys()["rsa"]).with(object{"e": "AQ"}), "the RSA exponent is not an odd number from 3 to 2147483647"},
		{jwk(keys()["rsa"]).with(object{"e": nil}), "e is nothing instead of a string"},
		{jwk(keys()["rsa"]).with(object{"n": "a+b/"}), "n is not base64url without padding"},
		{jwk(keys()["p256"]).with(object{"x": jwk(keys()["p256b"])["x"]}), "the point (x, y) is not on the curve"},
		{jwk(keys()["p521"]).with(object{"crv": "P-256"}), "x has 66 bytes instead of 32"},
		{jwk(keys()["ed"]).with(object{"x": nil}), "x is nothing instead of a string"},
		// The generator without its last byte, and with one more.
		{jwk(keys()["ed"]).with(object{"x": "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZg"}), "x has 31 bytes instead of 32"},
		{jwk(keys()["ed"]).with(object{"x": "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmYA"}), "x has 33 bytes instead of 32"},
		{object{"kty": "oct"}, "a secret (oct) has no place in a public key set"},
		{jwk(keys()["ed"]).with(object{"d": "x"}),
			"it has the private member d, so every reader of the key set can sign with it"},
	} {
		v, err := strictjson.Parse(c.key.String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseKey(v); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// The JWKs of RFC 8037, appendix A.2, and RFC 7517, appendix A.1.
func TestParseKeysOfTheRFCs(t *testing.T) {
	for name, text := range map[string]string{
		"RFC 8037 Ed25519": `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`,
		"RFC 7517 EC": `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",` +
			`"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"1"}`,
		"RFC 7517 RSA": `{"kty":"RSA","n":"` +
			`0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB` +
			`ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8` +
			`KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_` +
			`xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",` +
			`"e":"AQAB","alg":"RS256","kid":"2011-04-29"}`,
	} {
		v, err := strictjson.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		k, err := parseKey(v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !k.equal(k) {
			t.Errorf("%s: not equal to itself", name)
		}
	}
}

func TestKeyEqual(t *testing.T) {
	var all []*key
	for _, member := range []object{
		jwk(keys()["rsa"]), jwk(keys()["rsa2"]), jwk(keys()["rsa2"]).with(object{"kid": "rsa"}),
		jwk(keys()["rsa"]).with(object{"kid": nil}), jwk(keys()["rsa"]).with(object{"alg": "RS256"}),
		jwk(keys()["p256"]), jwk(keys()["p256b"]), jwk(keys()["p384"]), jwk(keys()["p521"]), jwk(keys()["ed"]),
		jwk(keys()["ed2"]),
	} {
		v, err := strictjson.Parse(member.String())
		if err != nil {
			t.Fatal(err)
		}
		k, err := parseKey(v)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, k)
	}
	for _, secret := range []string{"a", "b", "ab"} {
		all = append(all, &key{kind: secretKey, secret: []byte(secret)})
	}
	for i, a := range all {
		for j, b := range all {
			if a.equal(b) != (i == j) {
				t.Errorf("key %d equals key %d: %v", i, j, i != j)
			}
		}
	}
}

// The DER form is compared with the one that crypto/ecdsa writes and reads.
func TestDERSignature(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		half := (curve.Params().BitSize + 7) / 8
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		digest := make([]byte, 32)
		rounds := 10
		if curve == elliptic.P256() {
			rounds = 600 // some of them have an r or s with a leading zero byte
		}
		for range rounds {
			rand.Read(digest)
			r, s, err := ecdsa.Sign(rand.Reader, private, digest)
			if err != nil {
				t.Fatal(err)
			}
			raw := append(r.FillBytes(make([]byte, half)), s.FillBytes(make([]byte, half))...)
			var room [maxDER]byte
			if !ecdsa.VerifyASN1(&private.PublicKey, digest, derSignature(&room, raw)) {
				t.Fatalf("%s: r = %v, s = %v does not verify", curve.Params().Name, r, s)
			}
		}
		var room [maxDER]byte
		worst := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(16*half)),
			big.NewInt(1)).FillBytes(make([]byte, 2*half))
		if n := len(derSignature(&room, worst)); n > maxDER {
			t.Errorf("%d bytes, more than %d", n, maxDER)
		}
		for _, zeros := range [][]byte{make([]byte, 2*half), append(make([]byte, half), worst[half:]...)} {
			if ecdsa.VerifyASN1(&private.PublicKey, digest, derSignature(&room, zeros)) {
				t.Error("zeros verify")
			}
		}
	}
}
