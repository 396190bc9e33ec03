package authztest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	cryptorand "crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // for crypto.Hash.New
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// Key is an issuer's key pair, or a shared secret.
type Key struct {
	ID     string        // its kid; "" for none
	Signer crypto.Signer // nil for a secret
	Secret []byte
}

// keys are made once in a process, as an RSA key takes a while.
var keys sync.Map

// once makes the key of an id and a kind, which is the same in every process: the workers of a fuzz target are
// processes of their own, and its seeds are signed in another one.
func once(kind, id string, make func(random *rand.ChaCha8) crypto.Signer) *Key {
	seed := [32]byte{}
	copy(seed[:], kind+" "+id)
	if k, ok := keys.Load(seed); ok {
		return k.(*Key)
	}
	k, _ := keys.LoadOrStore(seed, &Key{ID: id, Signer: make(rand.NewChaCha8(seed))})
	return k.(*Key)
}

// RSA returns a key pair of this many bits for the RS and PS algorithms, such as RS256 and PS256.
func RSA(id string, bits int) *Key {
	return once(fmt.Sprint("RSA", bits), id, func(random *rand.ChaCha8) crypto.Signer {
		one, e := big.NewInt(1), big.NewInt(65537)
		prime := func() *big.Int {
			b := make([]byte, bits/16)
			for {
				random.Read(b)
				b[0] |= 0xC0 // so that the product of two has twice the bits
				b[len(b)-1] |= 1
				p := new(big.Int).SetBytes(b)
				if new(big.Int).Mod(p, e).Cmp(one) != 0 && isPrime(p) {
					return p
				}
			}
		}
		p, q := prime(), prime()
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, Primes: []*big.Int{p, q}}
		k.D = new(big.Int).ModInverse(e, new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)))
		k.Precompute()
		return k
	})
}

// isPrime reports whether a number is a prime. Most large ones that are not have a small factor, which is found much
// sooner than by trial; and no composite number is known that ProbablyPrime(0) takes for a prime.
func isPrime(n *big.Int) bool {
	if n.BitLen() > 13 && new(big.Int).GCD(nil, nil, n, smallPrimes()).Cmp(big.NewInt(1)) != 0 {
		return false
	}
	return n.ProbablyPrime(0)
}

// smallPrimes is the product of the primes below 2^13.
var smallPrimes = sync.OnceValue(func() *big.Int {
	product := big.NewInt(1)
	for n := int64(2); n < 1<<13; n++ {
		if p := big.NewInt(n); p.ProbablyPrime(0) {
			product.Mul(product, p)
		}
	}
	return product
})

// ECDSA returns a key pair for ES256, ES384 or ES512.
func ECDSA(id string, curve elliptic.Curve) *Key {
	return once(curve.Params().Name, id, func(random *rand.ChaCha8) crypto.Signer {
		b := make([]byte, (curve.Params().BitSize+7)/8)
		random.Read(b)
		b[0] = 0 // so that it is below the order
		k, err := ecdsa.ParseRawPrivateKey(curve, b)
		if err != nil {
			panic(err)
		}
		return k
	})
}

// Ed25519 returns a key pair for EdDSA.
func Ed25519(id string) *Key {
	return once("Ed25519", id, func(random *rand.ChaCha8) crypto.Signer {
		seed := make([]byte, ed25519.SeedSize)
		random.Read(seed)
		return ed25519.NewKeyFromSeed(seed)
	})
}

// Object is a JSON object.
type Object map[string]any

// With returns a copy with some members changed or added. A nil value removes a member; [Null] sets JSON's null.
func (o Object) With(change Object) Object {
	all := Object{}
	for _, from := range []Object{o, change} {
		for name, v := range from {
			if all[name] = v; v == nil {
				delete(all, name)
			}
		}
	}
	return all
}

// Null is JSON's null. See [Object.With].
var Null = json.RawMessage("null")

// String returns the object as JSON.
func (o Object) String() string { return string(plainjson.Must(o)) }

// Base64 encodes b as base64url without padding.
func Base64[T ~string | ~[]byte](b T) string { return base64.RawURLEncoding.EncodeToString([]byte(b)) }

// Token signs claims with an algorithm. The header has alg, the typ "JWT" and the key's kid.
func (k *Key) Token(alg string, claims Object) string {
	header := Object{"alg": alg, "typ": "JWT"}
	if k.ID != "" {
		header["kid"] = k.ID
	}
	return k.Sign(alg, header.String(), claims.String())
}

// Sign returns a token with a valid signature over any header and claims text. The alg in the header may differ from
// alg.
func (k *Key) Sign(alg, header, claims string) string {
	input := Base64(header) + "." + Base64(claims)
	return input + "." + Base64(k.signature(alg, input))
}

func (k *Key) signature(alg, input string) []byte {
	hash, known := map[string]crypto.Hash{
		"256": crypto.SHA256,
		"384": crypto.SHA384,
		"512": crypto.SHA512,
	}[strings.TrimLeft(alg, "RPEHS")]
	if !known && alg != "EdDSA" {
		panic("authztest: unknown algorithm " + alg)
	}
	if strings.HasPrefix(alg, "HS") {
		mac := hmac.New(hash.New, k.Secret)
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
	message, options := []byte(input), crypto.SignerOpts(hash)
	if hash != 0 {
		h := hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	switch {
	case strings.HasPrefix(alg, "PS"):
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	case strings.HasPrefix(alg, "ES"):
		private := k.Signer.(*ecdsa.PrivateKey)
		r, s, err := ecdsa.Sign(cryptorand.Reader, private, message)
		if err != nil {
			panic(err)
		}
		half := (private.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, half)), s.FillBytes(make([]byte, half))...)
	}
	signature, err := k.Signer.Sign(cryptorand.Reader, message, options)
	if err != nil {
		panic(err)
	}
	return signature
}

// JWK returns the public key as a JSON Web Key (RFC 7517) with the use "sig".
func (k *Key) JWK() Object {
	o := Object{"use": "sig"}
	if k.ID != "" {
		o["kid"] = k.ID
	}
	switch public := k.Signer.Public().(type) {
	case *rsa.PublicKey:
		return o.With(Object{"kty": "RSA", "n": Base64(public.N.Bytes()), "e": Base64(big.NewInt(int64(public.E)).Bytes())})
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			panic(err)
		}
		half := len(point) / 2
		return o.With(Object{
			"kty": "EC",
			"crv": public.Curve.Params().Name,
			"x":   Base64(point[1 : 1+half]),
			"y":   Base64(point[1+half:]),
		})
	case ed25519.PublicKey:
		return o.With(Object{"kty": "OKP", "crv": "Ed25519", "x": Base64(public)})
	}
	panic("authztest: no JWK of this key")
}
