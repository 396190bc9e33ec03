// Package rsatest has RSA keys for tests, which take long to make otherwise.
//
// It is for tests alone: they are no secret.
package rsatest

import (
	"crypto/rsa"
	"math/big"
	"math/rand/v2"
	"sync"
)

// composites are how many numbers of a pseudo-random sequence come before each of its primes. They are known, as to
// look for the primes takes long.
var composites = [...]int{784, 180, 140, 257, 139, 522}

// primes are of 1024 bits, with the highest two set, so that the product of two has 2048 bits.
var primes = sync.OnceValue(func() (out []*big.Int) {
	random := rand.NewChaCha8([32]byte([]byte("the primes of internal/rsatest..")))
	b := make([]byte, 1024/8)
	for _, n := range composites {
		for range n + 1 {
			random.Read(b)
		}
		b[0] |= 0xC0
		b[len(b)-1] |= 1
		out = append(out, new(big.Int).SetBytes(b))
	}
	return out
})

// Keys are 15 keys of 2048 bits, each of two of six primes. They are the same in each process.
var Keys = sync.OnceValue(func() (keys []*rsa.PrivateKey) {
	for i, q := range primes() {
		for _, p := range primes()[:i] {
			keys = append(keys, of(p, q))
		}
	}
	return keys
})

func of(p, q *big.Int) *rsa.PrivateKey {
	one, e := big.NewInt(1), big.NewInt(65537)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, phi),
		Primes:    []*big.Int{p, q},
	}
	k.Precompute()
	return k
}
