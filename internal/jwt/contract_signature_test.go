package jwt

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
)

// resigned returns a good token with another signature.
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
		add("18 "+alg+" with one bit of the signature changed",
			resigned(alg, func(s []byte) []byte { s[len(s)/2] ^= 1; return s }), ErrSignature)
		add("18 "+alg+" signed for other claims", swapClaims(alg), ErrSignature)
	}
	for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(),
		"ES512": elliptic.P521()} {
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
		add("11 "+alg+" with r and s zero", resigned(alg, func(s []byte) []byte { return make([]byte, len(s)) }),
			ErrSignature)
		add("11 "+alg+" with r = n", resigned(alg, put(false, order)), ErrSignature)
		add("11 "+alg+" with s = n", resigned(alg, put(true, order)), ErrSignature)
		add("11 "+alg+" with r all ones", resigned(alg, put(false, all)), ErrSignature)
		add("11 "+alg+" with s all ones", resigned(alg, put(true, all)), ErrSignature)
		add("11 "+alg+" in DER", resigned(alg, func(s []byte) []byte {
			var room [maxDER]byte
			return bytes.Clone(derSignature(&room, s))
		}), ErrSignatureShape)
		add("11 "+alg+" a byte short", resigned(alg, func(s []byte) []byte { return s[1:] }), ErrSignatureShape)
		add("11 "+alg+" a byte long", resigned(alg, func(s []byte) []byte { return append([]byte{0}, s...) }),
			ErrSignatureShape)
		add("11 "+alg+" of twice the length", resigned(alg, func(s []byte) []byte { return append(s, s...) }),
			ErrSignatureShape)
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
	add("12 RSA with s all ones", resigned("RS256", func(s []byte) []byte { return bytes.Repeat([]byte{0xFF}, len(s)) }),
		ErrSignature)
	add("12 RSA a byte short", resigned("RS256", func(s []byte) []byte { return s[1:] }), ErrSignatureShape)
	add("12 RSA a zero byte long", resigned("RS256", func(s []byte) []byte { return append([]byte{0}, s...) }),
		ErrSignatureShape)
	sha256Info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
		0x00, 0x04, 0x20}
	noParameters := []byte{0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04,
		0x20}
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

// swapClaims returns a good token's signature with other claims.
func swapClaims(alg string) string {
	token := good(alg)
	header, rest, _ := strings.Cut(token, ".")
	_, sig, _ := strings.Cut(rest, ".")
	return header + "." + b64(goodClaims().with(object{"sub": "admin"}).String()) + "." + sig
}

// rsaPlusModulus returns a token with a valid signature plus the modulus, which has the same remainder.
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

// rsaEncoded returns a token signed by hand (RFC 8017, section 9.2) with any DigestInfo, bytes after the digest and
// padding.
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
	sig, err := rsa.SignPSS(rand.Reader, keys()["rsa"].signer.(*rsa.PrivateKey), algorithmNamed("PS256").hash, sum[:],
		&rsa.PSSOptions{SaltLength: 20})
	if err != nil {
		panic(err)
	}
	return input + "." + b64(sig)
}

// exponentOne returns a token that the tests' RSA key would verify if its exponent were 1: the signature is the encoded
// digest.
func exponentOne() string {
	input := b64(goodHeader("RS256").String()) + "." + b64(goodClaims().String())
	sum := sha256.Sum256([]byte(input))
	info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
		0x04, 0x20}
	em := append([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, 256-3-len(info)-len(sum))...)
	em = slices.Concat(em, []byte{0}, info, sum[:])
	return input + "." + b64(em)
}
