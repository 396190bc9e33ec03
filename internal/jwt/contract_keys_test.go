package jwt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"math/big"
	"slices"
	"strings"
)

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
	fullySpecified := sign("EdDSA", keys()["ed"], goodHeader("EdDSA").with(object{"alg": "Ed25519"}).String(),
		goodClaims().String())
	weakToken := func(k weakRSA) string {
		return k.token(goodHeader("RS256").with(object{"kid": "weak"}).String(), goodClaims().String())
	}
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
		{"13 Ed25519 with a y that is too large", oneEd,
			ed(small("57896044618658097711785492504343953926634992332820282019728792003956564819952"))},
		{"13 Ed25519 with 31 bytes", oneEd, ed(object{"x": b64(make([]byte, 31))})},
		{"13 Ed25519 with the neutral point", oneEd, ed(small("1"))},
		{"13 Ed25519 with the neutral point, sign set", oneEd,
			ed(object{"x": b64(append([]byte{1}, append(make([]byte, 30), 0x80)...))})},
		{"13 Ed25519 with the point of order 2", oneEd,
			ed(small("57896044618658097711785492504343953926634992332820282019728792003956564819948"))},
		{"13 Ed25519 with a point of order 4", oneEd, ed(small("0"))},
		{"13 Ed25519 with a point of order 8", oneEd,
			ed(small("2707385501144840649318225287225658788936804267575313519463743609750303402022"))},
		{"13 Ed25519 with the other point of order 8", oneEd,
			ed(small("55188659117513257062467267217118295137698188065244968500265048394206261417927"))},
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
		{"49 RSA with d", oneRSA, key(object{"d": "AQ"})},
		{"49 RSA with p", oneRSA, key(object{"p": "AQ"})},
		{"49 RSA with q", oneRSA, key(object{"q": "AQ"})},
		{"49 RSA with dp", oneRSA, key(object{"dp": "AQ"})},
		{"49 RSA with dq", oneRSA, key(object{"dq": "AQ"})},
		{"49 RSA with qi", oneRSA, key(object{"qi": "AQ"})},
		{"49 RSA with oth", oneRSA, key(object{"oth": []object{{"r": "AQ", "d": "AQ", "t": "AQ"}}})},
		{"49 RSA with k", oneRSA, key(object{"k": "AQ"})},
		{"49 RSA with d null", oneRSA, key(object{"d": null})},
		{"49 EC with d", oneEC, ec(object{"d": "AQ"})},
		{"49 EC with k", oneEC, ec(object{"k": "AQ"})},
		{"49 Ed25519 with d", oneEd, ed(object{"d": "AQ"})},
		{"49 key_ops with verify twice", oneRSA, key(object{"key_ops": []string{"verify", "verify"}})},
		{"49 key_ops with a number", oneRSA, key(object{"key_ops": []any{"verify", 1}})},
		{"49 key_ops with a null", oneRSA, key(object{"key_ops": []any{"verify", null}})},
		{"49 key_ops with a list in it", oneRSA, key(object{"key_ops": []any{[]string{"verify"}}})},
		{"49 key_ops with sign beside verify", oneRSA, key(object{"key_ops": []string{"sign", "verify"}})},
		{"49 key_ops with encrypt beside verify", oneRSA, key(object{"key_ops": []string{"verify", "encrypt"}})},
		{"49 key_ops with an unknown one beside verify", oneRSA, key(object{"key_ops": []string{"verify", "x"}})},
		{"49 key_ops in another case", oneRSA, key(object{"key_ops": []string{"Verify"}})},
		{"49 a ROCA modulus of 2048 bits", weakToken(rocaKey()), keySetOf(jwk(testKey{kid: "weak", signer: rocaKey()}))},
		{"49 a modulus with the factor 3", weakToken(smallFactorKey(3)),
			keySetOf(jwk(testKey{kid: "weak", signer: smallFactorKey(3)}))},
		{"49 a modulus with the factor 65521", weakToken(smallFactorKey(65521)),
			keySetOf(jwk(testKey{kid: "weak", signer: smallFactorKey(65521)}))},
		{"24 KTY is not kty", oneRSA, key(object{"kty": nil, "KTY": "RSA"})},
	} {
		cases = append(cases, contractCase{name: c.name, token: c.token, keySet: c.keySet, want: ErrUnknownKey})
		// The rest of such a set is used.
		with := strings.Replace(c.keySet, `{"keys":[`, `{"keys":[`+jwk(keys()["p384"]).String()+`,`, 1)
		cases = append(cases, contractCase{name: c.name + ": another key of the set still serves", token: good("ES384"),
			keySet: with})
	}
	return append(cases,
		contractCase{name: "20 key_ops with verify is accepted", token: oneRSA,
			keySet: key(object{"use": nil, "key_ops": []string{"verify"}})},
		contractCase{name: "20 neither use, key_ops nor alg is accepted, as Entra ID has it", token: oneRSA,
			keySet: key(object{"use": nil})},
		contractCase{name: "20 a modulus with a zero byte before it is accepted", token: oneRSA,
			keySet: key(object{"n": b64(append([]byte{0}, keys()["rsa"].signer.Public().(*rsa.PublicKey).N.Bytes()...))})},
		contractCase{name: "49 a modulus whose smallest factor is 65539 is accepted", token: weakToken(smallFactorKey(65539)),
			keySet: keySetOf(jwk(testKey{kid: "weak", signer: smallFactorKey(65539)}))},
		contractCase{name: "50 alg Ed25519 in the header", token: fullySpecified},
		contractCase{name: "50 alg Ed25519 in the header and the JWK", token: fullySpecified,
			keySet: ed(object{"alg": "Ed25519"})},
		contractCase{name: "50 alg Ed25519 in the header, EdDSA in the JWK", token: fullySpecified,
			keySet: ed(object{"alg": "EdDSA"})},
		contractCase{name: "50 alg EdDSA in the header, Ed25519 in the JWK", token: oneEd,
			keySet: ed(object{"alg": "Ed25519"})},
		contractCase{name: "50 alg Ed25519 where the issuer is configured with EdDSA", token: fullySpecified,
			change: withAlgorithm("EdDSA")},
		contractCase{name: "50 alg EdDSA where the issuer is configured with Ed25519", token: oneEd,
			change: withAlgorithm("Ed25519")},
		contractCase{name: "50 alg Ed25519 where the issuer is configured with RS256", token: fullySpecified,
			change: withAlgorithm("RS256"),
			want:   ErrAlgorithm},
		contractCase{name: "50 alg Ed25519 of an RSA key",
			token: sign("EdDSA", keys()["ed"], object{"alg": "Ed25519", "kid": "rsa"}.String(), goodClaims().String()),
			want:  ErrKeyMismatch},
		contractCase{name: "50 alg Ed25519 in an RSA key's JWK", token: oneRSA, keySet: key(object{"alg": "Ed25519"}),
			want: ErrUnknownKey},
		contractCase{name: "50 alg ed25519 is not Ed25519",
			token: sign("EdDSA", keys()["ed"], object{"alg": "ed25519", "kid": "ed"}.String(), goodClaims().String()),
			want:  ErrAlgorithm},
		contractCase{name: "50 alg Ed448 is not Ed25519",
			token: sign("EdDSA", keys()["ed"], object{"alg": "Ed448", "kid": "ed"}.String(), goodClaims().String()),
			want:  ErrAlgorithm},
		contractCase{name: "50 alg Ed25519 with one bit of the signature changed",
			token: fullySpecified[:len(fullySpecified)-4] + "AAAA",
			want:  ErrSignature},
		contractCase{name: "20 no keys at all", token: oneRSA, keySet: keySetOf(), want: ErrUnknownKey},
	)
}

// withAlgorithm makes the tests' issuer sign with only one algorithm.
func withAlgorithm(name string) func(*Options) {
	return func(o *Options) { o.Issuers[0].Algorithms = []string{name} }
}
