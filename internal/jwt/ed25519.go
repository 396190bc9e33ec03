package jwt

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// parseEd25519 reads x (RFC 8037, section 2). crypto/ed25519 accepts any 32 bytes and detects only at each signature
// that they are not a point. It also accepts points of small order, for which one signature fits many messages.
func parseEd25519(v strictjson.Value) (ed25519.PublicKey, error) {
	x, err := parameter(v, "x")
	if err != nil {
		return nil, err
	}
	if len(x) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("x has %d bytes instead of %d", len(x), ed25519.PublicKeySize)
	}
	if err := checkEd25519Point(x); err != nil {
		return nil, err
	}
	return ed25519.PublicKey(x), nil
}

func bigInt(decimal string) *big.Int {
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok {
		panic("jwt: not a number: " + decimal)
	}
	return n
}

// checkEd25519Point decodes a point as in RFC 8032, section 5.1.3, far enough to know that it is valid. It refuses
// points whose order divides 8.
func checkEd25519Point(encoded []byte) error {
	var (
		one = big.NewInt(1)
		p   = bigInt("57896044618658097711785492504343953926634992332820282019728792003956564819949") // 2^255 - 19
		// -121665/121666 modulo p
		d = bigInt("37095705934669439343138083508754565189542113879843219016388785533085940283555")
	)
	b := slices.Clone(encoded)
	slices.Reverse(b) // big.Int wants the most significant byte first
	negative := b[0]&0x80 != 0
	b[0] &= 0x7F
	y := new(big.Int).SetBytes(b)
	if y.Cmp(p) >= 0 {
		return errors.New("x is not the canonical encoding of a point")
	}
	// x² = (y² - 1) / (d y² + 1)
	y2 := new(big.Int).Mul(y, y)
	y2.Mod(y2, p)
	u := new(big.Int).Sub(y2, one)
	w := new(big.Int).Mul(d, y2)
	w.Add(w, one)
	w.ModInverse(w.Mod(w, p), p) // never 0, because -1/d is not a square
	x2 := u.Mod(u.Mul(u, w), p)
	if x2.Sign() != 0 && big.Jacobi(x2, p) != 1 {
		return errors.New("x is not a point on the curve")
	}
	// The points of small order have y = ±1 (x = 0), y = 0, or are the four of order 8, whose doubles have y = 0. The
	// double of a point has y = (y² + x²) / (2 - y² + x²), which is 0 exactly if y² = -x².
	sum := new(big.Int).Add(y2, x2)
	if x2.Sign() == 0 || y.Sign() == 0 || sum.Mod(sum, p).Sign() == 0 {
		if x2.Sign() == 0 && negative {
			return errors.New("x is not the canonical encoding of a point")
		}
		return errors.New("x is a point of small order")
	}
	return nil
}
