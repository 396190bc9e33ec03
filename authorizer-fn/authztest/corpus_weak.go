package authztest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"math/big"
	"slices"
)

// weak is an RSA key pair that package rsa does not make. It signs for RS256 alone.
type weak struct{ n, d *big.Int }

// weakKey is the key pair with these primes.
func weakKey(id string, primes ...*big.Int) *Key {
	one, n, phi := big.NewInt(1), big.NewInt(1), big.NewInt(1)
	for _, p := range primes {
		n.Mul(n, p)
		phi.Mul(phi, new(big.Int).Sub(p, one))
	}
	return &Key{ID: id, Signer: weak{n, new(big.Int).ModInverse(big.NewInt(65537), phi)}}
}

func (w weak) Public() crypto.PublicKey { return &rsa.PublicKey{N: w.n, E: 65537} }

// Sign signs a digest as RSASSA-PKCS1-v1_5 does (RFC 8017, section 8.2.1).
func (w weak) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	info := []byte{
		0x30,
		0x31,
		0x30,
		0x0d,
		0x06,
		0x09,
		0x60,
		0x86,
		0x48,
		0x01,
		0x65,
		0x03,
		0x04,
		0x02,
		0x01,
		0x05,
		0x00,
		0x04,
		0x20,
	}
	size := (w.n.BitLen() + 7) / 8
	encoded := slices.Repeat([]byte{0xff}, size)
	encoded[0], encoded[1] = 0, 1
	encoded[size-sha256.Size-len(info)-1] = 0
	copy(encoded[size-sha256.Size-len(info):], info)
	copy(encoded[size-sha256.Size:], digest)
	return new(big.Int).Exp(new(big.Int).SetBytes(encoded), w.d, w.n).FillBytes(make([]byte, size)), nil
}

// The primes of a key as the generator of CVE-2017-15361 made them, k*M + (65537^a mod M), where M is the product of
// the first 126 primes.
//
// Source: https://crocs.fi.muni.cz/public/papers/rsa_ccs17, section 2.1 and table 1
const (
	rocaP = "1555e9d0f4cd39005e93de4b26277dc9e6fc0a36473ff4eeee1cf289df880fcfdd91a51c1713ca17264fa70e889a0cd328cc" +
		"471bcbd90c798795bc83a8197147c3e7626ef77f2c72e057b8b05b3da3b77dcd3e7b52b13f07ee04c6c48f7c41c7189a1dc2" +
		"30c7158c99fa8c47572d384f7edc3ef16781e87699447e66d5433d0a7"
	rocaQ = "1a759cf631f51959594f2507eb0badeb4a3151eb76df864902fd9e3e2981902663ddb94d0c236d94bc1d8aa67aa50ec90385" +
		"56f8e537a80f36e049154f91d3fb0d788588893822de8c2fab5fbd4327be07986456dc034e0f38b08fa2657de220ddbd8ce1" +
		"a3b720347ab23ce9bc1e2f8fc7f7c2f7c16493d3a5b6b0d5b3acf2a05"
)

func rocaKey() *Key {
	p, _ := new(big.Int).SetString(rocaP, 16)
	q, _ := new(big.Int).SetString(rocaQ, 16)
	return weakKey("roca", p, q)
}

// smallFactorKey is a key of a little over 2048 bits with the largest prime below 2^16.
func smallFactorKey() *Key {
	return weakKey(
		"small-factor",
		append([]*big.Int{big.NewInt(65521)}, RSA("rsa-2", 2048).Signer.(*rsa.PrivateKey).Primes...)...)
}

// brokenKeys are members of the key set that must be ignored for what else they say.
func brokenKeys() []Object {
	spare := RSA("rsa-2", 2048).JWK()
	var members []Object
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		members = append(members, spare.With(Object{"kid": "with-" + name, name: "AQ"}))
	}
	return append(members,
		spare.With(Object{"kid": "verify-twice", "key_ops": []string{"verify", "verify"}}),
		spare.With(Object{"kid": "verify-and-number", "key_ops": []any{"verify", 1}}),
		spare.With(Object{"kid": "verify-and-encrypt", "key_ops": []string{"verify", "encrypt"}}),
		rocaKey().JWK(), smallFactorKey().JWK(),
	)
}

// hygiene is about keys that a careful reader leaves out, the newer name of EdDSA, and tokens that are bound to a key.
func (c *corpus) hygiene() {
	for _, member := range brokenKeys() {
		k := RSA("rsa-2", 2048)
		switch member["kid"] {
		case "roca":
			k = rocaKey()
		case "small-factor":
			k = smallFactorKey()
		}
		c.bad(49, "a key "+member["kid"].(string),
			k.Sign("RS256", Object{"alg": "RS256", "typ": "JWT", "kid": member["kid"]}.String(), c.claims(nil).String()))
	}
	ed := KeyFor("EdDSA")
	c.fine(
		50,
		"alg Ed25519",
		ed.Sign("EdDSA", header("EdDSA").With(Object{"alg": "Ed25519"}).String(), c.claims(nil).String()),
	)
	c.bad(
		50,
		"alg Ed25519 of an RSA key's kid",
		ed.Sign("EdDSA", Object{"alg": "Ed25519", "kid": "rsa-1"}.String(), c.claims(nil).String()),
	)
	c.bad(
		50,
		"alg ed25519",
		ed.Sign("EdDSA", header("EdDSA").With(Object{"alg": "ed25519"}).String(), c.claims(nil).String()),
	)
	for name, cnf := range map[string]any{
		"of DPoP":          Object{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
		"of a certificate": Object{"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"},
		"empty":            Object{}, "null": Null,
	} {
		c.bad(53, "cnf "+name, c.token(nil, Object{"cnf": cnf}))
	}
}
