package jwt

import (
	"errors"
	"math/big"
	"math/bits"
	"sync"
)

// checkModulus refuses the odd RSA moduli that can be factored with little effort: those with a prime factor below
// 2^16, and those of the key generator with CVE-2017-15361 (ROCA).
func checkModulus(n *big.Int) error {
	if isROCA(n) {
		return errors.New("the RSA modulus is of the broken generator of CVE-2017-15361 (ROCA): have the issuer make a " +
			"new key")
	}
	// n and the product of the primes have a common factor exactly if one of the primes divides n. The same holds for n
	// and the product modulo n, which is all of it that is computed.
	var left, product, quotient big.Int
	left.SetUint64(1)
	for _, chunk := range smallPrimes() {
		product.Mul(&left, chunk)
		quotient.QuoRem(&product, n, &left)
	}
	if left.GCD(nil, nil, &left, n).Cmp(big.NewInt(1)) != 0 {
		return errors.New("the RSA modulus has a factor below 65536: have the issuer make a new key")
	}
	return nil
}

// rocaPrimes are the odd primes up to 167. Modulo each of them, every modulus of the broken generator is a power of
// 65537. Only one in 2^27 of all other moduli is.
// Source: Nemec, Sys, Svenda, Klinec, Matyas: The Return of Coppersmith's Attack (ACM CCS 2017), sections 2.1 and 3.3,
// https://crocs.fi.muni.cz/public/papers/rsa_ccs17
var rocaPrimes = [...]uint8{
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
	127, 131, 137, 139, 149, 151, 157, 163, 167,
}

// isROCA reports whether a modulus has the fingerprint of CVE-2017-15361. The primes of a vulnerable modulus have the
// form k*M + (65537^a mod M), where M is a product of small primes. So the modulus itself is a power of 65537 modulo
// each of these. Most other moduli fail at 11, modulo which 65537 has two powers.
func isROCA(n *big.Int) bool {
	var prime, rest big.Int
	for _, p := range rocaPrimes {
		r := uint32(rest.Rem(n, prime.SetUint64(uint64(p))).Uint64())
		if !isPowerOf65537(r, uint32(p)) {
			return false
		}
	}
	return true
}

// isPowerOf65537 reports whether r is a power of 65537 modulo a prime. The powers form a cycle that begins at 1.
func isPowerOf65537(r, p uint32) bool {
	for x := uint32(1); x != r; {
		if x = x * (65537 % p) % p; x == 1 {
			return false
		}
	}
	return true
}

// smallPrimes returns numbers whose product is that of the odd primes below 2^16. They are some forty numbers of 2,048
// bits, about the size of a modulus, with which the computation is cheapest. They are computed while the first keys are
// being fetched (see [keyCache.run]), so that they delay neither the start nor the first decision.
var smallPrimes = sync.OnceValue(func() (chunks []*big.Int) {
	const (
		limit = 1 << 16
		size  = 2048 / bits.UintSize
	)
	var (
		composite [limit / 2]bool // for the odd number 2*i+1
		words     []big.Word      // of the chunk
		word      = uint(1)       // a product of primes
	)
	multiply := func() {
		if words == nil {
			words = make([]big.Word, 0, size)
			words = append(words, 1)
		}
		var carry uint
		for i, w := range words {
			high, low := bits.Mul(uint(w), word)
			low, over := bits.Add(low, carry, 0)
			words[i], carry = big.Word(low), high+over
		}
		if words, word = append(words, big.Word(carry)), 1; len(words) == size {
			chunks, words = append(chunks, new(big.Int).SetBits(words)), nil
		}
	}
	for i := 1; i < limit/2; i++ {
		if composite[i] {
			continue
		}
		p := 2*i + 1
		if p < 1<<8 {
			for j := p * p / 2; j < limit/2; j += p {
				composite[j] = true
			}
		}
		if word > ^uint(0)>>16 { // no room for another prime
			multiply()
		}
		word *= uint(p)
	}
	multiply()
	return append(chunks, new(big.Int).SetBits(words))
})
