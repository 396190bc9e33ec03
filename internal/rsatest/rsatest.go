// Package rsatest has RSA keys for tests. Generating keys takes long. These keys are not secret.
package rsatest

import (
	"crypto/rsa"
	"math/big"
	"math/rand/v2"
	"sync"
)

// composites has, for each prime of a pseudo-random sequence, the number of composites before it. Searching for the
// primes would take long.
var composites = [...]int{784, 180, 140, 257, 139, 522}

// primes returns primes of 1024 bits. Their two highest bits are set, so that the product of two has 2048 bits.
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

// Keys returns 15 keys of 2048 bits, one for each pair of six primes. They are the same in each process.
var Keys = sync.OnceValue(func() (keys []*rsa.PrivateKey) {
	for i, q := range primes() {
		for _, p := range primes()[:i] {
			keys = append(keys, newKey(p, q))
		}
	}
	return keys
})

func newKey(p, q *big.Int) *rsa.PrivateKey {
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
