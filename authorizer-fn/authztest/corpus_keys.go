package authztest

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
)

// The secret that the corpus's issuer publishes by mistake.
var published = []byte("a secret of more than thirty-two bytes, for all to see")

// CorpusKeys returns the key set that the corpus's issuer publishes: one valid key of each kind, and others that an
// authorizer must ignore.
func CorpusKeys() string {
	var members []Object
	for _, alg := range []string{"RS256", "ES256", "ES384", "ES512", "EdDSA"} {
		members = append(members, KeyFor(alg).JWK())
	}
	spare := RSA("rsa-2", 2048)
	members = append(members,
		RSA("weak", 1024).JWK(),
		spare.JWK().With(Object{"kid": "e-is-1", "e": Base64("\x01")}),
		ECDSA("p256", elliptic.P256()).JWK().With(Object{"kid": "off-curve", "x": Base64(strings.Repeat("\x01", 32))}),
		Object{"kty": "oct", "kid": "oct", "k": Base64(published)},
		spare.JWK().With(Object{"kid": "encrypts", "use": "enc"}),
		spare.JWK().With(Object{"kid": "signs", "use": nil, "key_ops": []string{"sign"}}),
		spare.JWK().With(Object{"kid": "rs512-only", "alg": "RS512"}),
		spare.JWK().With(Object{"kid": "ps256-only", "alg": "PS256"}),
	)
	members = append(members, brokenKeys()...)
	return Object{"keys": members}.String()
}

func (c *corpus) algorithms() {
	good := c.token(nil, nil)
	input, signature := good[:strings.LastIndexByte(good, '.')+1], good[strings.LastIndexByte(good, '.')+1:]
	_, claims, _ := strings.Cut(strings.TrimSuffix(input, "."), ".")
	for _, alg := range []string{"none", "None", "NONE", "nOnE", ""} {
		head := Base64(header("RS256").With(Object{"alg": alg}).String())
		c.bad(8, "alg "+alg+", no signature", head+"."+claims+".")
		c.bad(8, "alg "+alg+", a signature", head+"."+claims+"."+signature)
	}
	c.bad(8, "alg missing", c.token(Object{"alg": nil}, nil))
	c.bad(8, "alg an array", c.token(Object{"alg": []string{"RS256"}}, nil))
	c.bad(8, "alg null", c.token(Object{"alg": Null}, nil))
	c.bad(8, "alg in lower case", c.token(Object{"alg": "rs256"}, nil))
	c.bad(8, "alg with a space", c.token(Object{"alg": "RS256 "}, nil))

	for _, alg := range []string{"RS256", "ES256"} {
		k := KeyFor(alg)
		der, err := x509.MarshalPKIXPublicKey(k.Signer.Public())
		if err != nil {
			panic(err)
		}
		for name, secret := range map[string][]byte{
			"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "DER": der, "JWK": []byte(k.JWK().String()),
		} {
			forger := &Key{ID: k.ID, Secret: secret}
			for _, hmac := range []string{"HS256", "HS384", "HS512"} {
				c.bad(9, hmac+" with the "+name+" of the key for "+alg, forger.Token(hmac, c.claims(nil)))
			}
		}
	}
	c.bad(9, "HS256 with an empty secret", (&Key{ID: "rsa-1"}).Token("HS256", c.claims(nil)))

	c.bad(10, "RS256 of a P-256 key's kid", c.token(Object{"kid": "p256"}, nil))
	c.bad(
		10,
		"ES256 of a P-384 key's kid",
		KeyFor("ES256").Sign("ES256", header("ES256").With(Object{"kid": "p384"}).String(), c.claims(nil).String()),
	)
	c.bad(10, "ES384 signed with P-256", c.es256(func(r, s *big.Int) []byte { return fixed(r, s, 48) }, "ES384"))
	c.bad(
		10,
		"EdDSA of an RSA key's kid",
		KeyFor("EdDSA").Sign("EdDSA", header("EdDSA").With(Object{"kid": "rsa-1"}).String(), c.claims(nil).String()),
	)
	c.bad(
		10,
		"RS256 of a key for RS512",
		RSA("rsa-2", 2048).Sign("RS256", header("RS256").With(Object{"kid": "rs512-only"}).String(), c.claims(nil).String()),
	)
	c.bad(
		10,
		"RS256 of a key for PS256",
		RSA("rsa-2", 2048).Sign("RS256", header("RS256").With(Object{"kid": "ps256-only"}).String(), c.claims(nil).String()),
	)
	c.bad(
		10,
		"PS256 in the name of RS256",
		KeyFor("RS256").Sign("PS256", header("RS256").String(), c.claims(nil).String()),
	)
}

// fixed writes two numbers as the halves of a signature.
func fixed(r, s *big.Int, half int) []byte {
	return append(r.FillBytes(make([]byte, half)), s.FillBytes(make([]byte, half))...)
}

// es256 is a token whose ES256 signature is written in some way, under an alg.
func (c *corpus) es256(write func(r, s *big.Int) []byte, alg string) string {
	k := KeyFor("ES256")
	t := k.Sign("ES256", header("ES256").With(Object{"alg": alg}).String(), c.claims(nil).String())
	at := strings.LastIndexByte(t, '.') + 1
	signature := k.signature("ES256", t[:at-1])
	return t[:at] + Base64(write(new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])))
}

func (c *corpus) signatures() {
	n := elliptic.P256().Params().N
	zero := new(big.Int)
	for name, write := range map[string]func(r, s *big.Int) []byte{
		"r zero":           func(r, s *big.Int) []byte { return fixed(zero, s, 32) },
		"s zero":           func(r, s *big.Int) []byte { return fixed(r, zero, 32) },
		"both zero":        func(r, s *big.Int) []byte { return fixed(zero, zero, 32) },
		"r is n":           func(r, s *big.Int) []byte { return fixed(n, s, 32) },
		"s is n":           func(r, s *big.Int) []byte { return fixed(r, n, 32) },
		"r and s swapped":  func(r, s *big.Int) []byte { return fixed(s, r, 32) },
		"DER":              func(r, s *big.Int) []byte { der, _ := asn1.Marshal([]*big.Int{r, s}); return der },
		"a byte too short": func(r, s *big.Int) []byte { return fixed(r, s, 32)[:63] },
		"a byte too long":  func(r, s *big.Int) []byte { return append(fixed(r, s, 32), 0) },
		"halves of 33":     func(r, s *big.Int) []byte { return fixed(r, s, 33) },
		"empty":            func(r, s *big.Int) []byte { return nil },
	} {
		c.bad(11, name, c.es256(write, "ES256"))
	}

	ed := KeyFor("EdDSA").Token("EdDSA", c.claims(nil))
	at := strings.LastIndexByte(ed, '.') + 1
	signature := KeyFor("EdDSA").signature("EdDSA", ed[:at-1])
	c.bad(12, "Ed25519, S is S + L", ed[:at]+Base64(append(slices.Clone(signature[:32]), plusOrder(signature[32:])...)))
	c.bad(
		12,
		"Ed25519, the key and a zero S",
		ed[:at]+Base64(append(slices.Clone(KeyFor("EdDSA").Signer.Public().(ed25519.PublicKey)), make([]byte, 32)...)),
	)
	rs := c.token(nil, nil)
	at = strings.LastIndexByte(rs, '.') + 1
	private := KeyFor("RS256").Signer.(*rsa.PrivateKey)
	exact := KeyFor("RS256").signature("RS256", rs[:at-1])
	sig := new(big.Int).SetBytes(exact)
	c.bad(12, "RSA, s is s + n", rs[:at]+Base64(new(big.Int).Add(sig, private.N).Bytes()))
	c.bad(12, "RSA, a zero before s", rs[:at]+Base64(append([]byte{0}, exact...))) // sig.Bytes() may be a byte shorter
	sum := sha256.Sum256([]byte(rs[:at-1]))
	unhashed, err := rsa.SignPKCS1v15(nil, private, 0, sum[:])
	if err != nil {
		panic(err)
	}
	c.bad(12, "RSA, no DigestInfo", rs[:at]+Base64(unhashed))
	sha1 := append(
		[]byte{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14},
		sum[:20]...)
	other, err := rsa.SignPKCS1v15(nil, private, 0, sha1)
	if err != nil {
		panic(err)
	}
	c.bad(12, "RSA, the DigestInfo of another hash", rs[:at]+Base64(other))
	c.bad(
		18,
		"a signature of other claims",
		c.token(nil, Object{"sub": "admin"})[:strings.LastIndexByte(c.token(nil, Object{"sub": "admin"}), '.')+1]+rs[at:],
	)
}

// plusOrder adds Ed25519's order to a number of 32 bytes, the lowest first.
func plusOrder(s []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	b := slices.Clone(s)
	slices.Reverse(b)
	sum := new(big.Int).Add(new(big.Int).SetBytes(b), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return sum
}

func (c *corpus) keys() {
	signed := func(k *Key, alg, kid string) string {
		return k.Sign(alg, Object{"alg": alg, "typ": "JWT", "kid": kid}.String(), c.claims(nil).String())
	}
	c.bad(13, "an RSA key of 1024 bits", signed(RSA("weak", 1024), "RS256", "weak"))
	c.bad(13, "an RSA key with e = 1", signed(RSA("rsa-2", 2048), "RS256", "e-is-1"))
	c.bad(13, "a point off the curve", signed(ECDSA("p256", elliptic.P256()), "ES256", "off-curve"))
	c.bad(20, "a secret in the key set", signed(&Key{Secret: published}, "HS256", "oct"))
	c.bad(20, "a key for encryption", signed(RSA("rsa-2", 2048), "RS256", "encrypts"))
	c.bad(20, "key_ops without verify", signed(RSA("rsa-2", 2048), "RS256", "signs"))

	attacker := RSA("attacker", 2048)
	cert := []string{"MIIB"}
	for name, member := range map[string]Object{
		"jwk": {"jwk": attacker.JWK()},
		"jku": {"jku": "http://169.254.169.254/latest/meta-data"},
		"x5u": {"x5u": "file:///etc/passwd"},
		"x5c": {"x5c": cert},
	} {
		c.bad(
			15,
			name+" of the attacker's key",
			attacker.Sign(
				"RS256",
				header("RS256").With(Object{"kid": "attacker"}).With(member).String(),
				c.claims(nil).String(),
			),
		)
		c.bad(
			15,
			name+" and no kid",
			attacker.Sign("RS256", header("RS256").With(Object{"kid": nil}).With(member).String(), c.claims(nil).String()),
		)
		c.bad(
			15,
			name+" under a known kid",
			attacker.Sign("RS256", header("RS256").With(member).String(), c.claims(nil).String()),
		)
	}
	for name, kid := range map[string]any{
		"a path":       "../../../../dev/null",
		"SQL":          "x' UNION SELECT 'secret'--",
		"NUL":          "rsa-1\x00",
		"a URL":        "https://attacker.example.com/k",
		"5,000 bytes":  strings.Repeat("k", 5000),
		"a number":     1,
		"null":         Null,
		"an array":     []string{"rsa-1"},
		"empty":        "",
		"another case": "RSA-1",
	} {
		c.bad(
			16,
			"kid is "+name,
			attacker.Sign("RS256", header("RS256").With(Object{"kid": kid}).String(), c.claims(nil).String()),
		)
	}
}
