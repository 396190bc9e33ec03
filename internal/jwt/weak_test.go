package jwt

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// weakRSA is an RSA key pair that crypto/rsa does not sign with. It is a crypto.Signer only for its public part.
type weakRSA struct{ n, d *big.Int }

func (k weakRSA) Public() crypto.PublicKey { return &rsa.PublicKey{N: k.n, E: 65537} }

func (weakRSA) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { panic("use token") }

// token signs with RS256 by hand (RFC 8017, section 9.2), so that the token is good except for the key's modulus.
func (k weakRSA) token(header, claims string) string {
	input := b64(header) + "." + b64(claims)
	sum := sha256.Sum256([]byte(input))
	info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
		0x04, 0x20}
	size := (k.n.BitLen() + 7) / 8
	em := slices.Repeat([]byte{0xFF}, size)
	tail := slices.Concat([]byte{0}, info, sum[:])
	em[0], em[1] = 0, 1
	copy(em[size-len(tail):], tail)
	signature := new(big.Int).Exp(new(big.Int).SetBytes(em), k.d, k.n)
	return input + "." + b64(signature.FillBytes(make([]byte, size)))
}

func weakRSAOf(p, q *big.Int) weakRSA {
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	return weakRSA{new(big.Int).Mul(p, q), new(big.Int).ModInverse(big.NewInt(65537), phi)}
}

// smallFactorKey returns a key of about 2200 bits with p as one prime. The other is the Mersenne prime 2^2203-1, which
// need not be searched for.
func smallFactorKey(p int64) weakRSA {
	one := big.NewInt(1)
	return weakRSAOf(big.NewInt(p), new(big.Int).Sub(new(big.Int).Lsh(one, 2203), one))
}

// rocaKey is a key of 2048 bits like those of the generator of CVE-2017-15361: its primes are k*M + (65537^a mod M),
// where M is the product of the first 126 primes.
// Source: https://crocs.fi.muni.cz/public/papers/rsa_ccs17, section 2.1 and table 1
var rocaKey = sync.OnceValue(func() weakRSA {
	random := rand.New(rand.NewPCG(1, 2))
	m := big.NewInt(1)
	for p, found := int64(2), 0; found < 126; p++ {
		if isPrime(p) {
			m.Mul(m, big.NewInt(p))
			found++
		}
	}
	// The number of composite numbers before each prime is known, as in [keys].
	prime := func(composites int) *big.Int {
		for range 2 * composites {
			random.Uint64()
		}
		a := new(big.Int).Exp(big.NewInt(65537), new(big.Int).SetUint64(random.Uint64()), m)
		k := new(big.Int).SetBit(new(big.Int).SetUint64(random.Uint64()>>11), 53, 1)
		return k.Mul(k, m).Add(k, a)
	}
	return weakRSAOf(prime(103), prime(33))
})

// The first three are of the detector's own tests, of keys that the broken generator made; the fourth is of a key of
// theirs that it did not make.
// Source: https://github.com/crocs-muni/roca, fingerprint/tests/data/mod01.txt, mod02.txt and roca/tests/data/mod03.txt
func TestROCA(t *testing.T) {
	hex := func(s string) *big.Int {
		n, ok := new(big.Int).SetString(s, 16)
		if !ok {
			t.Fatal(s)
		}
		return n
	}
	for name, c := range map[string]struct {
		n    *big.Int
		want bool
	}{
		"mod01": {hex("944e13208a280c37efc31c3114485e590192adbb8e11c87cad60cdef0037ce99" +
			"278330d3f471a2538fa667802ed2a3c44a8b7dea826e888d0aa341fd664f7fa7"),
			true},
		"mod02": {hex("a23475d6b86e7deb1e1483747c0e1aaa1390f24dcbc0d05399d025c985861601" +
			"d91ba7a1ce5dd9d9721fac7b65cbf73f9fa39399f6cbf33edc6e094f9eda639f"),
			true},
		"mod03": {hex("9dcd7420e420c270a68060eb8b5aa7457a9f6648f86fafed2775cc1f79ae962f" +
			"1e63f1b9e51c55f9ea6fdc7332e9b0058c9ff2eb1fc89855029cf6aafe21e689" +
			"feb38ac9ffb12f1ce371bb5d0e9aae64161abce74b4244bf68f1edb4411f756a" +
			"097c8929c14740245ea355f8332d1aa36bb50c7dcb4505da8de02e4e53d38f8d" +
			"f06097da7524df0df93db48eac8cc4af2d3a16257eb2b2adca6ba464e5974fa9" +
			"2550d31b1babf161e7692d00b86e3dd886ecab4abfbe1a8f8cc263ff4af55cdb" +
			"45f4249a5193925f5e983d762f0b6800943eb0267b08f42ed311ce1f5c86eacb" +
			"c8ce4d3cb7a2fee1ef5641423a1cf4114e5ecf50034a60a412523af9e6f4aa11"),
			true},
		"made here":               {rocaKey().n, true},
		"another key":             {keys()["rsa"].signer.Public().(*rsa.PublicKey).N, false},
		"a broken one and two":    {new(big.Int).Add(rocaKey().n, big.NewInt(2)), false},
		"one with a small factor": {smallFactorKey(65521).n, false},
	} {
		if got := isROCA(c.n); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// primorial returns the product of the chunks.
func primorial() *big.Int {
	product := big.NewInt(1)
	for _, chunk := range smallPrimes() {
		product.Mul(product, chunk)
	}
	return product
}

// isPrime reports whether a small number is a prime, in the simplest way.
func isPrime(n int64) bool {
	for d := int64(2); d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

// The product contains each odd prime below 2^16 once.
func TestSmallPrimes(t *testing.T) {
	want, count := big.NewInt(1), 0
	for p := int64(3); p < 1<<16; p++ {
		if isPrime(p) {
			want.Mul(want, big.NewInt(p))
			count++
		}
	}
	got := primorial()
	if got.Cmp(want) != 0 || count != 6541 {
		t.Errorf("a product of %d bits, want that of the %d primes, which has %d", got.BitLen(), count, want.BitLen())
	}
}

func TestWeakModuli(t *testing.T) {
	prime := smallFactorKey(3)
	prime.n.Div(prime.n, big.NewInt(3))
	for _, c := range []struct {
		name string
		n    *big.Int
		want string // a part of the error; "" for none
	}{
		{"of a good key", keys()["rsa"].signer.Public().(*rsa.PublicKey).N, ""},
		{"of the broken generator", rocaKey().n, "CVE-2017-15361"},
		{"with the smallest odd prime", smallFactorKey(3).n, "factor below 65536"},
		{"with the largest prime below 2^16", smallFactorKey(65521).n, "factor below 65536"},
		{"with the smallest prime above 2^16", smallFactorKey(65537).n, ""},
		{"with a small prime twice", new(big.Int).Mul(smallFactorKey(251).n, big.NewInt(251)), "factor below 65536"},
		{"the product of all small primes", primorial(), "factor below 65536"},
		{"a multiple of that", new(big.Int).Mul(primorial(), prime.n), "factor below 65536"},
	} {
		err := checkModulus(c.n)
		if got := err == nil; got != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
