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
