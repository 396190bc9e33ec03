package jwt

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

// contractCase is one token and what must be said about it. Its name begins with the number of the line of the contract it
// belongs to; `go test -run TestContract -v` lists them.
type contractCase struct {
	name   string
	token  string
	want   error // nil for accepted
	keySet string
	change func(*Options)
}

// TestContract covers what the contract says of tokens, headers and claims. The lines on keys and their server have
// tests of their own, named in the same way.
func TestContract(t *testing.T) {
	cases := slices.Concat(serializationCases(), headerCases(), signatureCases(), keyCases(), claimCases(), goodCases())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, func(o *Options) {
				if c.change != nil {
					c.change(o)
				}
			})
			if c.keySet != "" {
				f.server.serve(c.keySet)
			}
			token, err := f.verify(c.token)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if (token == nil) != (err != nil) {
				t.Fatalf("token %v with error %v", token, err)
			}
			if err == nil {
				return
			}
			if !errors.Is(err, ErrRejected) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrConfig) {
				t.Errorf("%v is not a rejection alone", err)
			}
			checkLeak(t, c.token, err.Error())
		})
	}
}

// checkLeak fails if a text for logs holds something of a token: eight characters in a row of it, or of what is in it.
func checkLeak(t *testing.T, token, text string) {
	t.Helper()
	text = strings.NewReplacer("token_use", "", `"`+testIssuer+`"`, "").Replace(text) // a name that the reason has to say, and the configured issuer
	parts := []string{token}
	for part := range strings.SplitSeq(token, ".") {
		if b, err := base64.RawURLEncoding.DecodeString(part); err == nil {
			parts = append(parts, string(b))
		}
	}
	for _, part := range parts {
		for i := range len(part) - 7 {
			if strings.Contains(text, part[i:i+8]) && !strings.Contains(part[i:i+8], `"`) { // with a quote it is rather JSON's own
				t.Fatalf("%q shows %q of the token", text, part[i:i+8])
			}
		}
	}
}

// rs256 is a token with these changes to a good header and to good claims.
func rs256(header, claims object) string {
	return sign("RS256", keys()["rsa"], goodHeader("RS256").with(header).String(), goodClaims().with(claims).String())
}

// rawClaims is a token with a true signature over any text in the place of the claims.
func rawClaims(text string) string {
	return sign("RS256", keys()["rsa"], goodHeader("RS256").String(), text)
}

func rawHeader(text string) string { return sign("RS256", keys()["rsa"], text, goodClaims().String()) }

func serializationCases() []contractCase {
	token := good("RS256")
	header, rest, _ := strings.Cut(token, ".")
	claims, sig, _ := strings.Cut(rest, ".")
	// A 2048 bit signature is 342 digits, the last of which has four bits to spare.
	last := strings.IndexByte(digits64, sig[len(sig)-1])
	return []contractCase{
		{name: "03 empty", token: "", want: ErrSerialization},
		{name: "03 no dot", token: header, want: ErrSerialization},
		{name: "03 one dot", token: header + "." + claims, want: ErrSerialization},
		{name: "03 three dots", token: token + ".", want: ErrSerialization},
		{name: "03 two dots alone", token: "..", want: ErrHeader},
		{name: "03 ten thousand dots", token: strings.Repeat(".", 10_000), want: ErrTooLong},
		{name: "03 eight thousand dots", token: strings.Repeat(".", 8_000), want: ErrSerialization},
		{name: "04 one byte over 8 KB", token: longToken(MaxTokenSize + 1), want: ErrTooLong},
		{name: "04 8 KB exactly is accepted", token: longToken(MaxTokenSize)},
		{name: "05 a CR LF inside", token: token[:40] + "\r\n" + token[40:], want: ErrBase64},
		{name: "05 a LF at the end", token: token + "\n", want: ErrBase64},
		{name: "05 a LF in a signature", token: token[:len(token)-4] + "\n" + token[len(token)-4:], want: ErrBase64},
		{name: "05 padding after the signature", token: token + "==", want: ErrBase64},
		{name: "05 padding after the header", token: b64(goodHeader("RS256").with(object{"x": ""}).String()) + "=." + rest, want: ErrBase64},
		{name: "05 the alphabet of base64", token: strings.NewReplacer("-", "+", "_", "/").Replace(rs256(nil, object{"x": "???>>>~~~"})), want: ErrBase64},
		{name: "05 a space before", token: " " + token, want: ErrBase64},
		{name: "05 a NUL", token: token + "\x00", want: ErrBase64},
		{name: "05 a letter outside ASCII", token: token[:50] + "é" + token[52:], want: ErrBase64},
		{name: "06 trailing bits in the signature", token: token[:len(token)-1] + digits64[last+1:last+2], want: ErrBase64},
		{name: "06 trailing bits in the header", token: trailingBits(goodHeader("RS256").String()) + "." + rest, want: ErrBase64},
		{name: "06 trailing bits in the claims", token: header + "." + trailingBits(goodClaims().String()) + "." + sig, want: ErrBase64},
		{name: "06 a single digit left over", token: token + "AAA", want: ErrBase64},
		{name: "07 JSON serialization", token: object{"payload": claims, "protected": header, "signature": sig}.String(), want: ErrSerialization},
		{name: "07 JSON serialization with dots in it", token: object{"payload": claims, "protected": header, "signature": sig, "a.b.c": 1}.String(), want: ErrBase64},
		{name: "07 a JWE", token: b64(`{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}`) + ".a.b.c.d", want: ErrSerialization},
		{name: "07 a JWE around a good token", token: header + "." + token + ".x", want: ErrSerialization},
	}
}

const digits64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// trailingBits encodes with a bit set that stands for nothing, after adding what white space that needs.
func trailingBits(text string) string {
	for len(text)%3 == 0 {
		text += " "
	}
	s := b64(text)
	last := strings.IndexByte(digits64, s[len(s)-1])
	return s[:len(s)-1] + digits64[last|1:last|1+1]
}

// longToken is a good token of just this length. As no base64url text has a length of 1 modulo 4, not every length of the
// claims leaves one that the header can fill.
func longToken(length int) string {
	for pad := range 8 {
		header := goodHeader("RS256").with(object{"pad": strings.Repeat("x", pad)}).String()
		rest := length - len(b64(header)) - base64.RawURLEncoding.EncodedLen(256) - 2
		room := base64.RawURLEncoding.DecodedLen(rest) - len(goodClaims().with(object{"pad": ""}).String())
		token := sign("RS256", keys()["rsa"], header, goodClaims().with(object{"pad": strings.Repeat("x", room)}).String())
		if len(token) == length {
			return token
		}
	}
	panic("no such token")
}

func headerCases() []contractCase {
	unsigned := func(header object) string {
		return b64(goodHeader("RS256").with(header).String()) + "." + b64(goodClaims().String()) + "."
	}
	// What an attacker has is the public key; the bytes that a careless verifier would use as a secret are these.
	confused := func(alg, name string, secret []byte) string {
		return sign(alg, testKey{secret: secret}, goodHeader("RS256").with(object{"alg": alg, "kid": name}).String(), goodClaims().String())
	}
	der := func(name string) []byte {
		b, err := x509.MarshalPKIXPublicKey(keys()[name].signer.Public())
		if err != nil {
			panic(err)
		}
		return b
	}
	pemOf := func(name string) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der(name)})
	}
	own := keys()["p256b"] // the attacker's key, which no issuer publishes
	brought := func(header object) string {
		return sign("ES256", own, goodHeader("ES256").with(object{"kid": "unknown"}).with(header).String(), goodClaims().String())
	}
	withAll := func(o *Options) { o.Issuers[0].Type = "at+jwt" }
	cases := []contractCase{
		{name: "08 alg none without signature", token: unsigned(object{"alg": "none"}), want: ErrAlgorithm},
		{name: "08 alg none with a signature", token: rs256(object{"alg": "none"}, nil), want: ErrAlgorithm},
		{name: "08 alg None", token: unsigned(object{"alg": "None"}), want: ErrAlgorithm},
		{name: "08 alg NONE", token: unsigned(object{"alg": "NONE"}), want: ErrAlgorithm},
		{name: "08 alg empty", token: rs256(object{"alg": ""}, nil), want: ErrAlgorithm},
		{name: "08 alg missing", token: rs256(object{"alg": nil}, nil), want: ErrAlgorithm},
		{name: "08 alg null", token: rs256(object{"alg": null}, nil), want: ErrAlgorithm},
		{name: "08 alg an array", token: rs256(object{"alg": []string{"RS256"}}, nil), want: ErrAlgorithm},
		{name: "08 alg in lower case", token: rs256(object{"alg": "rs256"}, nil), want: ErrAlgorithm},
		{name: "08 alg with a space", token: rs256(object{"alg": "RS256 "}, nil), want: ErrAlgorithm},
		{name: "08 alg unknown", token: rs256(object{"alg": "ES256K"}, nil), want: ErrAlgorithm},
		{name: "08 RS256 with an empty signature", token: unsigned(nil), want: ErrSignatureShape},
		{name: "09 HS256 made with RSA public key bytes", token: confused("HS256", "rsa", der("rsa")), want: ErrAlgorithm},
		{name: "09 HS256 made with the RSA public key's PEM", token: confused("HS256", "rsa", pemOf("rsa")), want: ErrAlgorithm},
		{name: "09 HS256 made with the RSA modulus", token: confused("HS256", "rsa", keys()["rsa"].signer.Public().(*rsa.PublicKey).N.Bytes()), want: ErrAlgorithm},
		{name: "09 HS512 made with the RSA public key's PEM", token: confused("HS512", "rsa", pemOf("rsa")), want: ErrAlgorithm},
		{name: "09 HS256 made with EC public key bytes", token: confused("HS256", "p256", der("p256")), want: ErrAlgorithm},
		{name: "09 HS256 made with the EC public key's PEM", token: confused("HS256", "p256", pemOf("p256")), want: ErrAlgorithm},
		{name: "10 alg the issuer is not configured for", token: good("ES256"), want: ErrAlgorithm, change: func(o *Options) { o.Issuers[0].Algorithms = []string{"RS256"} }},
		{name: "10 the default is RS256 alone", token: good("PS256"), want: ErrAlgorithm, change: func(o *Options) { o.Issuers[0].Algorithms = nil }},
		{name: "10 alg does not fit the JWK's alg", token: good("RS256"), want: ErrKeyMismatch, keySet: keySetOf(jwk(keys()["rsa"]).with(object{"alg": "PS256"}))},
		{name: "10 alg fits the JWK's alg", token: good("PS256"), keySet: keySetOf(jwk(keys()["rsa"]).with(object{"alg": "PS256"}))},
		{name: "10 alg does not fit the JWK's kty", token: rs256(object{"kid": "p256"}, nil), want: ErrKeyMismatch},
		{name: "10 alg does not fit the JWK's curve", token: sign("ES256", keys()["p256"], goodHeader("ES256").with(object{"kid": "p384"}).String(), goodClaims().String()), want: ErrKeyMismatch},
		{name: "10 ES384 over P-256", token: sign("ES384", keys()["p256"], goodHeader("ES384").with(object{"kid": "p256"}).String(), goodClaims().String()), want: ErrKeyMismatch},
		{name: "10 EdDSA with an EC key", token: sign("EdDSA", keys()["ed"], goodHeader("EdDSA").with(object{"kid": "p256"}).String(), goodClaims().String()), want: ErrKeyMismatch},
		{name: "10 a secret's issuer and RS256", token: good("RS256"), want: ErrAlgorithm, change: withSecret("HS256", keys()["secret"].secret)},
		{name: "15 jwk of the attacker", token: brought(object{"jwk": jwk(own)}), want: ErrUnknownKey},
		{name: "15 jwk with the kid of a known key", token: brought(object{"kid": "p256", "jwk": jwk(testKey{kid: "p256", signer: own.signer})}), want: ErrSignature},
		{name: "15 jku of the attacker", token: brought(object{"jku": "https://attacker.example/keys"}), want: ErrUnknownKey},
		{name: "15 x5u of the attacker", token: brought(object{"x5u": "https://attacker.example/cert"}), want: ErrUnknownKey},
		{name: "15 x5c of the attacker", token: brought(object{"x5c": []string{"MIIB"}}), want: ErrUnknownKey},
		{name: "15 all of them beside a known key are passed over", token: rs256(object{"jwk": jwk(own), "jku": "https://attacker.example/keys", "x5u": "https://attacker.example/cert", "x5c": []string{"MIIB"}}, nil)},
		{name: "16 kid with a path", token: rs256(object{"kid": "../../../../dev/null"}, nil), want: ErrUnknownKey},
		{name: "16 kid with SQL", token: rs256(object{"kid": "x' UNION SELECT 'key'; --"}, nil), want: ErrUnknownKey},
		{name: "16 kid with a NUL", token: rs256(object{"kid": "rsa\x00"}, nil), want: ErrUnknownKey},
		{name: "16 kid of 10 KB", token: rs256(object{"kid": strings.Repeat("k", 10<<10)}, nil), want: ErrTooLong},
		{name: "16 kid of 5 KB", token: rs256(object{"kid": strings.Repeat("k", 5<<10)}, nil), want: ErrUnknownKey},
		{name: "16 kid a number", token: rs256(object{"kid": 1}, nil), want: ErrKeyID},
		{name: "16 kid null", token: rs256(object{"kid": null}, nil), want: ErrKeyID},
		{name: "16 kid an array", token: rs256(object{"kid": []string{"rsa"}}, nil), want: ErrKeyID},
		{name: "16 kid in another case", token: rs256(object{"kid": "RSA"}, nil), want: ErrUnknownKey},
		{name: "16 kid empty", token: rs256(object{"kid": ""}, nil), want: ErrUnknownKey},
		{name: "16 kid empty, and the only key has none", token: rs256(object{"kid": ""}, nil), want: ErrUnknownKey, keySet: keySetOf(jwk(keys()["rsa"]).with(object{"kid": nil}))},
		{name: "17 kid unknown", token: rs256(object{"kid": "unknown"}, nil), want: ErrUnknownKey},
		{name: "17 no kid, and several keys fit", token: rs256(object{"kid": nil}, nil), want: ErrAmbiguousKey, keySet: keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"]))},
		{name: "17 no kid, and no key fits", token: rs256(object{"kid": nil}, nil), want: ErrUnknownKey, keySet: keySetOf(jwk(keys()["p256"]))},
		{name: "17 no kid, and just one key fits", token: rs256(object{"kid": nil}, nil)},
		{name: "17 no kid, and alg tells two keys apart", token: rs256(object{"kid": nil}, nil), keySet: keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"]).with(object{"alg": "RS512"}))},
		{name: "21 crit with an unknown extension", token: rs256(object{"crit": []string{"exp"}, "exp": 1}, nil), want: ErrCritical},
		{name: "21 crit empty", token: rs256(object{"crit": []string{}}, nil), want: ErrCritical},
		{name: "21 crit null", token: rs256(object{"crit": null}, nil), want: ErrCritical},
		{name: "21 crit with b64", token: rs256(object{"crit": []string{"b64"}, "b64": false}, nil), want: ErrCritical},
		{name: "21 crit with b64 true", token: rs256(object{"crit": []string{"b64"}, "b64": true}, nil), want: ErrCritical},
		{name: "21 b64 without crit", token: rs256(object{"b64": false}, nil), want: ErrCritical},
		{name: "22 zip", token: rs256(object{"zip": "DEF"}, nil), want: ErrCritical},
		{name: "22 typ dpop+jwt", token: rs256(object{"typ": "dpop+jwt"}, nil), want: ErrType},
		{name: "22 typ logout+jwt", token: rs256(object{"typ": "logout+jwt"}, nil), want: ErrType},
		{name: "22 typ with application/", token: rs256(object{"typ": "application/logout+jwt"}, nil), want: ErrType},
		{name: "22 typ empty", token: rs256(object{"typ": ""}, nil), want: ErrType},
		{name: "22 typ of application/ alone", token: rs256(object{"typ": "application/"}, nil), want: ErrType},
		{name: "22 typ a number", token: rs256(object{"typ": 1}, nil), want: ErrType},
		{name: "22 typ null", token: rs256(object{"typ": null}, nil), want: ErrType},
		{name: "22 typ that another letter folds to", token: rs256(object{"typ": "\u017fecevent+jwt"}, nil), want: ErrType, change: func(o *Options) { o.Issuers[0].Type = "secevent+jwt" }},
		{name: "22 typ missing is accepted", token: rs256(object{"typ": nil}, nil)},
		{name: "22 typ at+jwt is accepted", token: rs256(object{"typ": "at+jwt"}, nil)},
		{name: "22 typ in another case is accepted", token: rs256(object{"typ": "application/AT+JWT"}, nil)},
		{name: "22 typ application/jwt is accepted", token: rs256(object{"typ": "application/jwt"}, nil)},
		{name: "23 alg twice", token: rawHeader(`{"alg":"RS256","alg":"RS256","kid":"rsa"}`), want: ErrHeader},
		{name: "23 alg twice, once escaped", token: rawHeader(`{"alg":"RS256","kid":"rsa","\u0061lg":"none"}`), want: ErrHeader},
		{name: "23 kid twice", token: rawHeader(`{"alg":"RS256","kid":"rsa","kid":"rsa"}`), want: ErrHeader},
		{name: "23 a name twice deep in the header", token: rawHeader(`{"alg":"RS256","kid":"rsa","jwk":{"a":1,"a":2}}`), want: ErrHeader},
		{name: "24 ALG is not alg", token: rawHeader(`{"ALG":"RS256","kid":"rsa"}`), want: ErrAlgorithm},
		{name: "24 Kid is not kid", token: rawHeader(`{"alg":"RS256","Kid":"rsa"}`), keySet: fullKeySet()},
		{name: "24 Crit is not crit", token: rawHeader(`{"alg":"RS256","kid":"rsa","Crit":["exp"]}`)},
		{name: "24 an escaped name is the name", token: rawHeader(`{"\u0061lg":"RS\u003256","k\u0069d":"rsa"}`)},
		{name: "29 an ID token where typ at+jwt is required", token: rs256(nil, nil), want: ErrType, change: withAll},
		{name: "29 no typ where at+jwt is required", token: rs256(object{"typ": nil}, nil), want: ErrType, change: withAll},
		{name: "29 an access token where typ at+jwt is required", token: rs256(object{"typ": "application/at+jwt"}, nil), change: withAll},
		{name: "30 a header that is nested deep", token: rawHeader(`{"alg":"RS256","kid":"rsa","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`), want: ErrHeader},
		{name: "30 a header with invalid UTF-8", token: rawHeader("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"x\":\"\xff\"}"), want: ErrHeader},
		{name: "30 a header with a lone surrogate", token: rawHeader(`{"alg":"RS256","kid":"rsa","x":"\ud800"}`), want: ErrHeader},
		{name: "30 a header with trailing data", token: rawHeader(`{"alg":"RS256","kid":"rsa"}{}`), want: ErrHeader},
		{name: "30 a header that is an array", token: rawHeader(`["alg","RS256"]`), want: ErrHeader},
		{name: "30 a header that is null", token: rawHeader(`null`), want: ErrHeader},
	}
	return cases
}

// withSecret turns the tests' issuer into one with an HMAC key.
func withSecret(alg string, secret []byte) func(*Options) {
	return func(o *Options) {
		o.Issuers[0].JWKSURL = ""
		o.Issuers[0].Algorithms = []string{alg}
		o.Issuers[0].Secret = func(context.Context) ([]byte, error) { return secret, nil }
	}
}

// resigned is a good token with another signature in the place of its own.
func resigned(alg string, change func(sig []byte) []byte) string {
	token := good(alg)
	dot := strings.LastIndexByte(token, '.')
	sig, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		panic(err)
	}
	return token[:dot+1] + b64(change(sig))
}

func signatureCases() []contractCase {
	var cases []contractCase
	add := func(name, token string, want error) {
		cases = append(cases, contractCase{name: name, token: token, want: want})
	}
	for _, alg := range allAlgorithms {
		add("18 "+alg+" with one bit of the signature changed", resigned(alg, func(s []byte) []byte { s[len(s)/2] ^= 1; return s }), ErrSignature)
		add("18 "+alg+" signed for other claims", swapClaims(alg), ErrSignature)
	}
	for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		order := curve.Params().N
		half := (curve.Params().BitSize + 7) / 8
		put := func(second bool, n *big.Int) func([]byte) []byte {
			return func(s []byte) []byte {
				if second {
					n.FillBytes(s[half:])
				} else {
					n.FillBytes(s[:half])
				}
				return s
			}
		}
		all := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*half)), big.NewInt(1))
		add("11 "+alg+" with r zero", resigned(alg, put(false, new(big.Int))), ErrSignature)
		add("11 "+alg+" with s zero", resigned(alg, put(true, new(big.Int))), ErrSignature)
		add("11 "+alg+" with r and s zero", resigned(alg, func(s []byte) []byte { return make([]byte, len(s)) }), ErrSignature)
		add("11 "+alg+" with r = n", resigned(alg, put(false, order)), ErrSignature)
		add("11 "+alg+" with s = n", resigned(alg, put(true, order)), ErrSignature)
		add("11 "+alg+" with r all ones", resigned(alg, put(false, all)), ErrSignature)
		add("11 "+alg+" with s all ones", resigned(alg, put(true, all)), ErrSignature)
		add("11 "+alg+" in DER", resigned(alg, func(s []byte) []byte {
			var room [maxDER]byte
			return bytes.Clone(derSignature(&room, s))
		}), ErrSignatureShape)
		add("11 "+alg+" a byte short", resigned(alg, func(s []byte) []byte { return s[1:] }), ErrSignatureShape)
		add("11 "+alg+" a byte long", resigned(alg, func(s []byte) []byte { return append([]byte{0}, s...) }), ErrSignatureShape)
		add("11 "+alg+" of twice the length", resigned(alg, func(s []byte) []byte { return append(s, s...) }), ErrSignatureShape)
		add("11 "+alg+" empty", resigned(alg, func([]byte) []byte { return nil }), ErrSignatureShape)
	}
	groupOrder := bigInt("7237005577332262213973186563042994240857116359379907606001950938285454250989")
	add("12 Ed25519 with S + L", resigned("EdDSA", func(s []byte) []byte {
		slices.Reverse(s[32:])
		n := new(big.Int).SetBytes(s[32:])
		n.Add(n, groupOrder).FillBytes(s[32:])
		slices.Reverse(s[32:])
		return s
	}), ErrSignature)
	add("12 Ed25519 with S = L", resigned("EdDSA", func(s []byte) []byte {
		groupOrder.FillBytes(s[32:])
		slices.Reverse(s[32:])
		return s
	}), ErrSignature)
	add("12 Ed25519 a byte short", resigned("EdDSA", func(s []byte) []byte { return s[:63] }), ErrSignatureShape)
	add("12 RSA with s + n", rsaPlusModulus(), ErrSignature)
	add("12 RSA with s = 0", resigned("RS256", func(s []byte) []byte { return make([]byte, len(s)) }), ErrSignature)
	add("12 RSA with s all ones", resigned("RS256", func(s []byte) []byte { return bytes.Repeat([]byte{0xFF}, len(s)) }), ErrSignature)
	add("12 RSA a byte short", resigned("RS256", func(s []byte) []byte { return s[1:] }), ErrSignatureShape)
	add("12 RSA a zero byte long", resigned("RS256", func(s []byte) []byte { return append([]byte{0}, s...) }), ErrSignatureShape)
	sha256Info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	noParameters := []byte{0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20}
	sha512Info := bytes.Replace(sha256Info, []byte{0x02, 0x01, 0x05}, []byte{0x02, 0x03, 0x05}, 1)
	add("12 the same by hand with the right DigestInfo", rsaEncoded(sha256Info, nil, 0xFF), nil)
	add("12 RSA with a DigestInfo of another hash", rsaEncoded(sha512Info, nil, 0xFF), ErrSignature)
	add("12 RSA with a DigestInfo without parameters", rsaEncoded(noParameters, nil, 0xFF), ErrSignature)
	add("12 RSA without DigestInfo", rsaEncoded(nil, nil, 0xFF), ErrSignature)
	add("12 RSA with bytes after the digest", rsaEncoded(sha256Info, make([]byte, 100), 0xFF), ErrSignature)
	add("12 RSA with padding that is not all ones", rsaEncoded(sha256Info, nil, 0xFE), ErrSignature)
	add("12 PS256 with a salt of another length", wrongSalt(), ErrSignature)
	return cases
}

// swapClaims is a good token's signature under other claims.
func swapClaims(alg string) string {
	token := good(alg)
	header, rest, _ := strings.Cut(token, ".")
	_, sig, _ := strings.Cut(rest, ".")
	return header + "." + b64(goodClaims().with(object{"sub": "admin"}).String()) + "." + sig
}

// rsaPlusModulus is a token whose signature is a valid one plus the modulus, which leaves the same remainder.
func rsaPlusModulus() string {
	key := keys()["rsa"]
	n := key.signer.Public().(*rsa.PublicKey).N
	for i := 0; ; i++ { // until the sum fits 2048 bits
		token := rs256(nil, object{"i": i})
		dot := strings.LastIndexByte(token, '.')
		sig, _ := base64.RawURLEncoding.DecodeString(token[dot+1:])
		sum := new(big.Int).Add(new(big.Int).SetBytes(sig), n)
		if sum.BitLen() <= 2048 {
			return token[:dot+1] + b64(sum.FillBytes(make([]byte, 256)))
		}
	}
}

// rsaEncoded is a token signed by hand (RFC 8017, section 9.2) with any DigestInfo, bytes after the digest and padding.
func rsaEncoded(info, after []byte, padding byte) string {
	private := keys()["rsa"].signer.(*rsa.PrivateKey)
	input := b64(goodHeader("RS256").String()) + "." + b64(goodClaims().String())
	sum := sha256.Sum256([]byte(input))
	tail := slices.Concat([]byte{0}, info, sum[:], after)
	em := append([]byte{0, 1}, bytes.Repeat([]byte{padding}, 256-2-len(tail))...)
	em = append(em, tail...)
	sig := new(big.Int).Exp(new(big.Int).SetBytes(em), private.D, private.N)
	return input + "." + b64(sig.FillBytes(make([]byte, 256)))
}

func wrongSalt() string {
	input := b64(goodHeader("PS256").String()) + "." + b64(goodClaims().String())
	sum := sha256.Sum256([]byte(input))
	sig, err := rsa.SignPSS(rand.Reader, keys()["rsa"].signer.(*rsa.PrivateKey), algorithmNamed("PS256").hash, sum[:], &rsa.PSSOptions{SaltLength: 20})
	if err != nil {
		panic(err)
	}
	return input + "." + b64(sig)
}

func keyCases() []contractCase {
	key := func(change object) string { return keySetOf(jwk(keys()["rsa"]).with(change)) }
	ec := func(change object) string { return keySetOf(jwk(keys()["p256"]).with(change)) }
	point, err := keys()["p256"].signer.Public().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		panic(err)
	}
	y := point[33:]
	off := bytes.Clone(y)
	off[31] ^= 1
	even := new(big.Int).Lsh(big.NewInt(1), 2047)
	small := func(y string) object { // the encoding of a point of small order
		n := bigInt(y).FillBytes(make([]byte, 32))
		slices.Reverse(n)
		return object{"x": b64(n)}
	}
	ed := func(change object) string { return keySetOf(jwk(keys()["ed"]).with(change)) }
	oneRSA, oneEC, oneEd := good("RS256"), good("ES256"), good("EdDSA")
	weak := sign("RS256", keys()["weak"], goodHeader("RS256").with(object{"kid": "weak"}).String(), goodClaims().String())
	var cases []contractCase
	for _, c := range []struct{ name, token, keySet string }{
		{"13 RSA of 1024 bits", weak, keySetOf(jwk(keys()["weak"]))},
		{"13 RSA with e = 1", exponentOne(), key(object{"e": "AQ"})},
		{"13 RSA with e even", oneRSA, key(object{"e": "Ag"})},
		{"13 RSA with e of 5 bytes", oneRSA, key(object{"e": "AQAAAAE"})},
		{"13 RSA with e empty", oneRSA, key(object{"e": ""})},
		{"13 RSA with n even", oneRSA, key(object{"n": b64(even.Bytes())})},
		{"13 RSA with n missing", oneRSA, key(object{"n": nil})},
		{"13 RSA with n a number", oneRSA, key(object{"n": 5})},
		{"13 RSA with n padded", oneRSA, key(object{"n": jwk(keys()["rsa"])["n"].(string) + "="})},
		{"13 RSA over 8192 bits", oneRSA, key(object{"n": b64(bytes.Repeat([]byte{0xFF}, 1025))})},
		{"13 EC with a point off the curve", oneEC, ec(object{"y": b64(off)})},
		{"13 EC with the point at infinity", oneEC, ec(object{"x": b64(make([]byte, 32)), "y": b64(make([]byte, 32))})},
		{"13 EC with a short coordinate", oneEC, ec(object{"y": b64(y[1:])})},
		{"13 EC with another curve's name", oneEC, ec(object{"crv": "P-384"})},
		{"13 EC with an unknown curve", oneEC, ec(object{"crv": "secp256k1"})},
		{"13 EC without a curve", oneEC, ec(object{"crv": nil})},
		{"13 Ed25519 with a point off the curve", oneEd, ed(small("2"))},
		{"13 Ed25519 with a y that is too large", oneEd, ed(small("57896044618658097711785492504343953926634992332820282019728792003956564819952"))},
		{"13 Ed25519 with 31 bytes", oneEd, ed(object{"x": b64(make([]byte, 31))})},
		{"13 Ed25519 with the neutral point", oneEd, ed(small("1"))},
		{"13 Ed25519 with the neutral point, sign set", oneEd, ed(object{"x": b64(append([]byte{1}, append(make([]byte, 30), 0x80)...))})},
		{"13 Ed25519 with the point of order 2", oneEd, ed(small("57896044618658097711785492504343953926634992332820282019728792003956564819948"))},
		{"13 Ed25519 with a point of order 4", oneEd, ed(small("0"))},
		{"13 Ed25519 with a point of order 8", oneEd, ed(small("2707385501144840649318225287225658788936804267575313519463743609750303402022"))},
		{"13 Ed25519 with the other point of order 8", oneEd, ed(small("55188659117513257062467267217118295137698188065244968500265048394206261417927"))},
		{"13 X25519", oneEd, ed(object{"crv": "X25519"})},
		{"20 oct", good("RS256"), keySetOf(object{"kty": "oct", "kid": "rsa", "k": b64(keys()["secret"].secret)})},
		{"20 use enc", oneRSA, key(object{"use": "enc"})},
		{"20 use in another case", oneRSA, key(object{"use": "SIG"})},
		{"20 use a list", oneRSA, key(object{"use": []string{"sig"}})},
		{"20 key_ops without verify", oneRSA, key(object{"key_ops": []string{"encrypt", "wrapKey"}})},
		{"20 key_ops empty", oneRSA, key(object{"key_ops": []string{}})},
		{"20 key_ops a string", oneRSA, key(object{"key_ops": "verify"})},
		{"20 use sig, and key_ops without verify", oneRSA, key(object{"use": "sig", "key_ops": []string{"encrypt"}})},
		{"20 alg for encryption", oneRSA, key(object{"alg": "RSA-OAEP"})},
		{"20 alg of another kty", oneRSA, key(object{"alg": "ES256"})},
		{"20 alg HS256 on an RSA key", oneRSA, key(object{"alg": "HS256"})},
		{"20 alg a list", oneRSA, key(object{"alg": []string{"RS256"}})},
		{"20 kty in another case", oneRSA, key(object{"kty": "rsa"})},
		{"20 kty missing", oneRSA, key(object{"kty": nil})},
		{"20 kid a number", oneRSA, key(object{"kid": 1})},
		{"20 with its private part", oneRSA, key(object{"d": "AQ"})},
		{"24 KTY is not kty", oneRSA, key(object{"kty": nil, "KTY": "RSA"})},
	} {
		cases = append(cases, contractCase{name: c.name, token: c.token, keySet: c.keySet, want: ErrUnknownKey})
		// The rest of such a set is used.
		with := strings.Replace(c.keySet, `{"keys":[`, `{"keys":[`+jwk(keys()["p384"]).String()+`,`, 1)
		cases = append(cases, contractCase{name: c.name + ": another key of the set still serves", token: good("ES384"), keySet: with})
	}
	return append(cases,
		contractCase{name: "20 key_ops with verify is accepted", token: oneRSA, keySet: key(object{"use": nil, "key_ops": []string{"sign", "verify"}})},
		contractCase{name: "20 neither use, key_ops nor alg is accepted, as Entra ID has it", token: oneRSA, keySet: key(object{"use": nil})},
		contractCase{name: "20 a modulus with a zero byte before it is accepted", token: oneRSA,
			keySet: key(object{"n": b64(append([]byte{0}, keys()["rsa"].signer.Public().(*rsa.PublicKey).N.Bytes()...))})},
		contractCase{name: "20 no keys at all", token: oneRSA, keySet: keySetOf(), want: ErrUnknownKey},
	)
}

// exponentOne is a token that would verify with the tests' RSA key if its exponent were 1: the signature is the encoded
// digest itself.
func exponentOne() string {
	input := b64(goodHeader("RS256").String()) + "." + b64(goodClaims().String())
	sum := sha256.Sum256([]byte(input))
	info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	em := append([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, 256-3-len(info)-len(sum))...)
	em = slices.Concat(em, []byte{0}, info, sum[:])
	return input + "." + b64(em)
}

func claimCases() []contractCase {
	now := t0.Unix()
	var cases []contractCase
	add := func(name string, change object, want error) {
		cases = append(cases, contractCase{name: name, token: rs256(nil, change), want: want})
	}
	raw := func(name, text string, want error) {
		cases = append(cases, contractCase{name: name, token: rawClaims(text), want: want})
	}
	add("22 other claims do not matter", object{"extra": object{"a": []any{1, true, null}}}, nil)

	text := goodClaims().String()
	inside := text[1 : len(text)-1]
	raw("23 exp twice", `{`+inside+`,"exp":9999999999}`, ErrClaims)
	raw("23 exp twice, once escaped", `{`+inside+`,"\u0065xp":9999999999}`, ErrClaims)
	raw("23 iss twice with the same value", `{"iss":"`+testIssuer+`",`+inside+`}`, ErrClaims)
	raw("23 a name twice deep in the claims", `{`+inside+`,"x":[{"roles":[],"roles":[]}]}`, ErrClaims)
	add("24 EXP is not exp", object{"exp": nil, "EXP": now + 300}, ErrTime)
	add("24 Iss is not iss", object{"iss": nil, "Iss": testIssuer}, ErrIssuer)
	add("24 iſs is not iss", object{"iss": nil, "iſs": testIssuer}, ErrIssuer)
	add("24 Aud is not aud", object{"aud": nil, "Aud": testAudience}, ErrAudience)
	add("24 NBF is not nbf", object{"NBF": now + 300}, nil)
	add("24 EXP beside exp does not matter", object{"EXP": 1}, nil)
	for name, v := range map[string]any{
		"missing": nil, "null": null, "a string": "9999999999", "true": true, "an array": []int64{now + 300}, "an object": object{},
		"1e300": jsonNumber("1e300"), "2^63": jsonNumber("9223372036854775808"),
	} {
		add("25 exp "+name, object{"exp": v}, ErrTime)
	}
	for name, v := range map[string]any{
		"0": 0, "negative": -1, "now": now, "a second ago": now - 1, "now and a half": jsonNumber("1700000000.5"), "1e-300": jsonNumber("1e-300"), "negative 1e9": jsonNumber("-1e9"),
	} {
		add("25 exp "+name, object{"exp": v}, ErrExpired)
	}
	add("25 exp in a second is accepted", object{"exp": now + 1}, nil)
	add("25 exp with an exponent is accepted", object{"exp": jsonNumber("1.8e9")}, nil)
	add("25 exp with a fraction is accepted", object{"exp": jsonNumber("1700000100.25")}, nil)
	raw("25 exp 1e999", strings.Replace(text, `"exp":1700000300`, `"exp":1e999`, 1), ErrClaims)
	cases = append(cases, contractCase{name: "25 exp gets no leeway", token: rs256(nil, object{"exp": now}), want: ErrExpired, change: func(o *Options) { o.Issuers[0].Leeway = MaxLeeway }})
	for _, claim := range []string{"nbf", "iat"} {
		add("26 "+claim+" in a second", object{claim: now + 1}, ErrNotYet)
		add("26 "+claim+" in less than a second", object{claim: jsonNumber("1700000000.000000000000000000001")}, ErrNotYet)
		add("26 "+claim+" 1e300", object{claim: jsonNumber("1e300")}, ErrTime)
		add("26 "+claim+" the largest number", object{claim: jsonNumber("9223372036854775807")}, ErrTime)
		add("26 "+claim+" a string", object{claim: "0"}, ErrTime)
		add("26 "+claim+" null", object{claim: null}, ErrTime)
		add("26 "+claim+" now is accepted", object{claim: now}, nil)
		add("26 "+claim+" missing is accepted", object{claim: nil}, nil)
		add("26 "+claim+" 0 is accepted", object{claim: 0}, nil)
		for name, c := range map[string]struct {
			at   int64
			want error
		}{"within the leeway": {now + 60, nil}, "beyond the leeway": {now + 61, ErrNotYet}} {
			cases = append(cases, contractCase{name: "26 " + claim + " " + name, token: rs256(nil, object{claim: c.at}), want: c.want, change: func(o *Options) { o.Issuers[0].Leeway = time.Minute }})
		}
	}
	for name, v := range map[string]any{
		"missing": nil, "null": null, "empty": "", "a prefix": testIssuer[:len(testIssuer)-5], "with a slash less": strings.TrimSuffix(testIssuer, "/"), "with a slash more": testIssuer + "/",
		"in another case": strings.ToUpper(testIssuer), "with something after it": testIssuer + "x", "an array": []string{testIssuer}, "a number": 1, "with a port": "https://issuer.example.com:443/",
		"http instead of https": "http://issuer.example.com/", "with a NUL after it": testIssuer + "\x00",
	} {
		add("27 iss "+name, object{"iss": v}, ErrIssuer)
	}
	raw("27 iss with escaped slashes is the same", strings.Replace(text, testIssuer, strings.ReplaceAll(testIssuer, "/", `\/`), 1), nil)
	for name, v := range map[string]any{
		"missing": nil, "null": null, "empty": "", "an empty array": []string{}, "of mixed types": []any{testAudience, 1}, "of mixed types, the other way round": []any{null, testAudience},
		"another": "https://other.example.com", "a prefix": testAudience[:len(testAudience)-1], "with something after it": testAudience + "/", "in another case": strings.ToUpper(testAudience),
		"an object": object{testAudience: true}, "nested": []any{[]string{testAudience}}, "true": true, "a list in a string": testAudience + " x",
	} {
		add("28 aud "+name, object{"aud": v}, ErrAudience)
	}
	add("28 aud an array with others is accepted", object{"aud": []string{"x", testAudience}}, nil)
	cases = append(cases, contractCase{name: "28 any of several audiences is accepted", token: rs256(nil, object{"aud": "b"}), change: func(o *Options) { o.Issuers[0].Audiences = []string{"a", "b"} }})

	access := func(o *Options) { o.Issuers[0].TokenUse, o.Issuers[0].Audiences = "access", []string{"client-1"} }
	id := func(o *Options) { o.Issuers[0].TokenUse, o.Issuers[0].Audiences = "id", []string{"client-1"} }
	accessToken := object{"aud": nil, "token_use": "access", "client_id": "client-1"}
	idToken := object{"aud": "client-1", "token_use": "id"}
	for _, c := range []struct {
		name   string
		claims object
		want   error
		change func(*Options)
	}{
		{"29 Cognito's access token", accessToken, nil, access},
		{"29 Cognito's ID token", idToken, nil, id},
		{"29 Cognito's ID token where an access token is required", idToken, ErrTokenUse, access},
		{"29 Cognito's access token where an ID token is required", accessToken, ErrTokenUse, id},
		{"29 token_use missing", accessToken.with(object{"token_use": nil}), ErrTokenUse, access},
		{"29 token_use a list", accessToken.with(object{"token_use": []string{"access"}}), ErrTokenUse, access},
		{"29 token_use in another case", accessToken.with(object{"token_use": "Access"}), ErrTokenUse, access},
		{"29 another client_id", accessToken.with(object{"client_id": "client-2"}), ErrAudience, access},
		{"29 client_id missing", accessToken.with(object{"client_id": nil}), ErrAudience, access},
		{"29 client_id a list", accessToken.with(object{"client_id": []string{"client-1"}}), ErrAudience, access},
		{"29 client_id missing and aud there", accessToken.with(object{"client_id": nil, "aud": "client-1"}), ErrAudience, access},
		{"29 an ID token with a client_id but no aud", idToken.with(object{"aud": nil, "client_id": "client-1"}), ErrAudience, id},
	} {
		cases = append(cases, contractCase{name: c.name, token: rs256(nil, c.claims), want: c.want, change: c.change})
	}
	deep := func(n int) string {
		return `{` + inside + `,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	raw("30 claims nested as deep as allowed", deep(31), nil)
	raw("30 claims nested too deep", deep(32), ErrClaims)
	raw("30 claims nested very deep", deep(2000), ErrClaims)
	raw("30 claims with invalid UTF-8", `{`+inside+",\"x\":\"\xc3\x28\"}", ErrClaims)
	raw("30 claims with a lone surrogate", `{`+inside+`,"x":"\udfff"}`, ErrClaims)
	raw("30 trailing data", text+`x`, ErrClaims)
	raw("30 two objects", text+text, ErrClaims)
	raw("30 a NUL after the claims", text+"\x00", ErrClaims)
	raw("30 a byte order mark", "\ufeff"+text, ErrClaims)
	raw("30 cut short", text[:len(text)-1], ErrClaims)
	raw("30 claims that are an array", `[`+text+`]`, ErrClaims)
	raw("30 claims that are a string", `"claims"`, ErrClaims)
	raw("30 empty claims", ``, ErrClaims)
	raw("30 a nested token", good("RS256"), ErrClaims)
	add("47 sub a number", object{"sub": 1}, ErrClaimType)
	add("47 sub a list", object{"sub": []string{"user-1"}}, ErrClaimType)
	add("47 jti a number", object{"jti": 1}, ErrClaimType)
	return cases
}

func goodCases() []contractCase {
	var cases []contractCase
	for _, alg := range allAlgorithms {
		cases = append(cases, contractCase{name: "a good " + alg + " token", token: good(alg)})
	}
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		cases = append(cases,
			contractCase{name: "a good " + alg + " token", token: good(alg), change: withSecret(alg, keys()["secret"].secret)},
			contractCase{name: "18 " + alg + " with another secret", token: sign(alg, keys()["secret2"], goodHeader(alg).String(), goodClaims().String()), want: ErrSignature, change: withSecret(alg, keys()["secret"].secret)},
			contractCase{name: "18 " + alg + " cut short", token: resigned(alg, func(s []byte) []byte { return s[:len(s)-1] }), want: ErrSignatureShape, change: withSecret(alg, keys()["secret"].secret)},
			contractCase{name: "16 " + alg + " with any kid: a secret has no name", token: sign(alg, keys()["secret"], goodHeader(alg).with(object{"kid": "x"}).String(), goodClaims().String()), change: withSecret(alg, keys()["secret"].secret)},
		)
	}
	return cases
}
