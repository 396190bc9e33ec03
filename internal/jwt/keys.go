package jwt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// The accepted sizes of RSA keys. RFC 7518, section 3.3 requires 2048 bits or more. Beyond 8192, which is also the
// limit of crypto/tls, verification takes so long that it could be used to keep the function busy.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// privateMembers are the members of private and symmetric keys: RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1, and RFC
// 8037, section 2. Their values do not matter: an issuer that publishes one has mixed up its keys.
var privateMembers = [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// parseKey reads a member of a JWK set (RFC 7517). The error tells why the key is not used, and can be logged.
func parseKey(v strictjson.Value) (*key, error) {
	k := &key{}
	if kid := v.Get("kid"); kid.Exists() {
		if k.id, k.named = kid.Text(); !k.named {
			return nil, fmt.Errorf("kid is %v instead of a string", kid.Kind())
		}
	}
	if use := v.Get("use"); use.Exists() && !use.Is("sig") {
		return nil, errors.New(`use is not "sig"`)
	}
	// RFC 7517, section 4.3 forbids duplicate values. A key that is also for another use, such as encryption, is used in
	// ways that may make its signatures forgeable.
	if ops := v.Get("key_ops"); ops.Exists() && !isVerifyAlone(ops) {
		return nil, errors.New(`key_ops is not ["verify"]`)
	}
	kty, crv := v.Get("kty"), v.Get("crv")
	for _, name := range privateMembers {
		if v.Get(name).Exists() && !kty.Is("oct") { // the error below explains more
			return nil, fmt.Errorf("it has the private member %s, so every reader of the key set can sign with it", name)
		}
	}
	var err error
	switch {
	case kty.Is("RSA"):
		k.kind = rsaKey
		k.rsa, err = parseRSA(v)
	case kty.Is("EC") && crv.Is("P-256"):
		k.kind = p256Key
		k.ecdsa, err = parseEC(v, elliptic.P256())
	case kty.Is("EC") && crv.Is("P-384"):
		k.kind = p384Key
		k.ecdsa, err = parseEC(v, elliptic.P384())
	case kty.Is("EC") && crv.Is("P-521"):
		k.kind = p521Key
		k.ecdsa, err = parseEC(v, elliptic.P521())
	case kty.Is("OKP") && crv.Is("Ed25519"):
		k.kind = ed25519Key
		k.ed25519, err = parseEd25519(v)
	case kty.Is("oct"):
		err = errors.New("a secret (oct) has no place in a public key set")
	default:
		err = errors.New("kty or crv is not one that signatures are verified with here")
	}
	if err != nil {
		return nil, err
	}
	if alg := v.Get("alg"); alg.Exists() {
		name, _ := alg.Text()
		a := algorithmNamed(name)
		if a == nil || a.kind != k.kind {
			return nil, errors.New("alg is not one that a key of this kty and crv verifies")
		}
		k.algorithm = a.name
	}
	return k, nil
}

// isVerifyAlone reports whether key_ops is ["verify"].
func isVerifyAlone(ops strictjson.Value) bool {
	list, ok := ops.Texts()
	return ok && len(list) == 1 && list[0] == "verify"
}

// parseRSA reads n and e (RFC 7518, section 6.3.1).
func parseRSA(v strictjson.Value) (*rsa.PublicKey, error) {
	nBytes, err := parameter(v, "n")
	if err != nil {
		return nil, err
	}
	eBytes, err := parameter(v, "e")
	if err != nil {
		return nil, err
	}
	n, e := new(big.Int).SetBytes(nBytes), new(big.Int).SetBytes(eBytes)
	if bits := n.BitLen(); bits < minRSABits || bits > maxRSABits {
		return nil, fmt.Errorf("the RSA key has %d bits instead of %d to %d", bits, minRSABits, maxRSABits)
	}
	if n.Bit(0) == 0 {
		return nil, errors.New("the RSA modulus is even")
	}
	// crypto/rsa accepts up to 31 bits. With an exponent of 1 the signature would be the message.
	if e.BitLen() > 31 || e.Bit(0) == 0 || e.Int64() < 3 {
		return nil, errors.New("the RSA exponent is not an odd number from 3 to 2147483647")
	}
	if err := checkModulus(n); err != nil {
		return nil, err
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

// parseEC reads x and y (RFC 7518, section 6.2.1), each as long as the numbers of the curve.
func parseEC(v strictjson.Value, curve elliptic.Curve) (*ecdsa.PublicKey, error) {
	size := (curve.Params().BitSize + 7) / 8
	point := make([]byte, 1, 1+2*size)
	point[0] = 4 // uncompressed: SEC 1, section 2.3.3
	for _, name := range []string{"x", "y"} {
		b, err := parameter(v, name)
		if err != nil {
			return nil, err
		}
		if len(b) != size {
			return nil, fmt.Errorf("%s has %d bytes instead of %d", name, len(b), size)
		}
		point = append(point, b...)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, errors.New("the point (x, y) is not on the curve")
	}
	return k, nil
}
