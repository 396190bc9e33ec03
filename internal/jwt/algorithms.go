package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// family is the kind of cryptography behind a signature.
type family uint8

const (
	pkcs1 family = iota // RSASSA-PKCS1-v1_5
	pss                 // RSASSA-PSS
	ec                  // ECDSA
	okp                 // EdDSA with Ed25519
	oct                 // HMAC
)

// algorithm is an algorithm that tokens can be signed with (RFC 7518, section 3.1, and RFC 8037, section 3.1).
type algorithm struct {
	name   string
	family family
	hash   crypto.Hash
	kind   keyKind          // of the key that it uses
	length int              // of a signature; 0 if it depends on the key
	mac    func() hash.Hash // only for HMAC
}

// The supported algorithms. "none" is not among them, and no option adds it.
var algorithms = [...]algorithm{
	{name: "RS256", family: pkcs1, hash: crypto.SHA256, kind: rsaKey},
	{name: "RS384", family: pkcs1, hash: crypto.SHA384, kind: rsaKey},
	{name: "RS512", family: pkcs1, hash: crypto.SHA512, kind: rsaKey},
	{name: "PS256", family: pss, hash: crypto.SHA256, kind: rsaKey},
	{name: "PS384", family: pss, hash: crypto.SHA384, kind: rsaKey},
	{name: "PS512", family: pss, hash: crypto.SHA512, kind: rsaKey},
	{name: "ES256", family: ec, hash: crypto.SHA256, kind: p256Key, length: 64},
	{name: "ES384", family: ec, hash: crypto.SHA384, kind: p384Key, length: 96},
	{name: "ES512", family: ec, hash: crypto.SHA512, kind: p521Key, length: 132},
	{name: "EdDSA", family: okp, kind: ed25519Key, length: ed25519.SignatureSize},
	{name: "HS256", family: oct, hash: crypto.SHA256, kind: secretKey, length: sha256.Size, mac: sha256.New},
	{name: "HS384", family: oct, hash: crypto.SHA384, kind: secretKey, length: sha512.Size384, mac: sha512.New384},
	{name: "HS512", family: oct, hash: crypto.SHA512, kind: secretKey, length: sha512.Size, mac: sha512.New},
}

// algorithmNamed returns the algorithm with exactly this name, or nil. "Ed25519" is another name for "EdDSA", for which
// no other curve is supported. RFC 9864, section 2.2 registers it so that the name alone tells the curve. The two names
// are interchangeable in a token's header, in a JWK, and in [Issuer.Algorithms].
func algorithmNamed(name string) *algorithm {
	if name == "Ed25519" {
		name = "EdDSA"
	}
	for i := range algorithms {
		if algorithms[i].name == name {
			return &algorithms[i]
		}
	}
	return nil
}

// fits reports whether a key may be used with the algorithm. It must have the algorithm's kind and curve. If the key is
// bound to an algorithm, it must be this one.
func (a *algorithm) fits(k *key) bool {
	return k.kind == a.kind && (k.algorithm == "" || k.algorithm == a.name)
}

// verify returns [ErrSignature] if the signature of the input is not valid, and [ErrSignatureShape] if it cannot be a
// signature. The key must fit.
func (a *algorithm) verify(k *key, input, signature []byte) error {
	length := a.length
	if a.kind == rsaKey {
		length = k.rsa.Size()
	}
	if len(signature) != length {
		return ErrSignatureShape
	}
	if !a.isValid(k, input, signature) {
		return ErrSignature
	}
	return nil
}

// isValid reports whether a signature of the correct length is valid.
func (a *algorithm) isValid(k *key, input, signature []byte) bool {
	switch a.family {
	case okp:
		return ed25519.Verify(k.ed25519, input, signature)
	case oct:
		mac := hmac.New(a.mac, k.secret)
		mac.Write(input)
		return hmac.Equal(mac.Sum(nil), signature)
	}
	var room [sha512.Size]byte
	digest := a.digest(&room, input)
	switch a.family {
	case pkcs1:
		return rsa.VerifyPKCS1v15(k.rsa, a.hash, digest, signature) == nil
	case pss:
		// RFC 7518, section 3.5: the salt is as long as the hash.
		return rsa.VerifyPSS(k.rsa, a.hash, digest, signature,
			&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	case ec:
		var der [maxDER]byte
		return ecdsa.VerifyASN1(k.ecdsa, digest, derSignature(&der, signature))
	}
	return false
}

// digest hashes the input. It uses room for the result.
func (a *algorithm) digest(room *[sha512.Size]byte, input []byte) []byte {
	switch a.hash {
	case crypto.SHA256:
		sum := sha256.Sum256(input)
		return room[:copy(room[:], sum[:])]
	case crypto.SHA384:
		sum := sha512.Sum384(input)
		return room[:copy(room[:], sum[:])]
	default:
		sum := sha512.Sum512(input)
		return room[:copy(room[:], sum[:])]
	}
}

// maxDER is the length of the longest DER signature. For P-521 it has two integers of 66 bytes and a zero byte before
// each, a tag and length for each, and a tag and length for the whole.
const maxDER = 3 + 2*(2+67)

// derSignature converts a JWS ECDSA signature into the ASN.1 form of the standard library. A JWS has r and s as
// unsigned numbers of fixed length (RFC 7518, section 3.4). The standard library checks that r and s are neither zero
// nor too large.
func derSignature(room *[maxDER]byte, signature []byte) []byte {
	half := len(signature) / 2
	body := room[3:3:maxDER]
	body = derInteger(body, signature[:half])
	body = derInteger(body, signature[half:])
	if n := len(body); n < 0x80 {
		room[1], room[2] = 0x30, byte(n)
		return room[1 : 3+n]
	}
	room[0], room[1], room[2] = 0x30, 0x81, byte(len(body))
	return room[:3+len(body)]
}

func derInteger(b, number []byte) []byte {
	for len(number) > 1 && number[0] == 0 {
		number = number[1:]
	}
	if number[0] >= 0x80 {
		b = append(b, 0x02, byte(len(number)+1), 0)
	} else {
		b = append(b, 0x02, byte(len(number)))
	}
	return append(b, number...)
}
