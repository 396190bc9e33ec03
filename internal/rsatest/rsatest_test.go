package rsatest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"
)

func TestPrimes(t *testing.T) {
	for i, p := range primes() {
		if !p.ProbablyPrime(5) {
			t.Errorf("number %d is composite", i)
		}
	}
}

func TestKeysDifferAndSign(t *testing.T) {
	keys := Keys()
	digest := sha256.Sum256([]byte("a text"))
	for i, k := range keys {
		if err := k.Validate(); err != nil || k.N.BitLen() != 2048 {
			t.Errorf("key %d has %d bits, %v", i, k.N.BitLen(), err)
		}
		signature, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		for j, other := range keys {
			err := rsa.VerifyPKCS1v15(&other.PublicKey, crypto.SHA256, digest[:], signature)
			if verified := err == nil; verified != (i == j) {
				t.Errorf("key %d verifies a signature of key %d: %t", j, i, verified)
			}
		}
	}
}
