package jwt

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// The values in the tests' tokens, unless a test changes them.
const (
	testIssuer   = "https://issuer.example.com/"
	testAudience = "https://api.example.com/orders"
	testJWKSURL  = "https://issuer.example.com/keys"
)

// t0 is the start of the tests' clocks.
var t0 = time.Unix(1_700_000_000, 0)

// testKey is a key pair or a secret of the tests' issuer.
type testKey struct {
	kid    string // "" for none
	signer crypto.Signer
	secret []byte
}

// keys are the tests' keys. They are the same in every process, because a fuzz target's workers are separate processes
// and its seeds are signed in another one.
var keys = sync.OnceValue(func() map[string]testKey {
	random := rand.NewChaCha8([32]byte([]byte("the test keys of internal/jwt...")))
	must := func(s crypto.Signer, err error) crypto.Signer {
		if err != nil {
			panic(err)
		}
		return s
	}
	prime := func(bits, composites int) *big.Int {
		b := make([]byte, bits/8)
		for range composites + 1 {
			random.Read(b)
		}
		b[0] |= 0xC0 // so that the product of two has twice the bits
		b[len(b)-1] |= 1
		return new(big.Int).SetBytes(b)
	}
	// The number of composite numbers before each prime is known, because finding it takes longer than everything else.
	rsaKey := func(bits, before1, before2 int) crypto.Signer {
		p, q, one := prime(bits/2, before1), prime(bits/2, before2), big.NewInt(1)
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, Primes: []*big.Int{p, q}}
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		k.D = new(big.Int).ModInverse(big.NewInt(65537), phi)
		k.Precompute()
		return must(k, k.Validate())
	}
	ecKey := func(c elliptic.Curve) crypto.Signer {
		b := make([]byte, (c.Params().BitSize+7)/8)
		random.Read(b)
		b[0] = 0 // so that it is below the order
		k, err := ecdsa.ParseRawPrivateKey(c, b)
		return must(k, err)
	}
	edKey := func() crypto.Signer {
		seed := make([]byte, ed25519.SeedSize)
		random.Read(seed)
		return ed25519.NewKeyFromSeed(seed)
	}
	all := map[string]testKey{
		"secret":  {secret: bytes.Repeat([]byte("0123456789abcdef"), 4)},
		"secret2": {secret: bytes.Repeat([]byte("fedcba9876543210"), 4)},
	}
	for _, k := range []testKey{ // in an order, as random gives something else each time
		{kid: "rsa", signer: rsaKey(2048, 64, 893)}, {kid: "rsa2", signer: rsaKey(2048, 128, 69)},
		{kid: "weak", signer: rsaKey(1024, 3, 116)},
		{kid: "p256", signer: ecKey(elliptic.P256())}, {kid: "p256b", signer: ecKey(elliptic.P256())},
		{kid: "p384", signer: ecKey(elliptic.P384())}, {kid: "p521", signer: ecKey(elliptic.P521())},
		{kid: "ed", signer: edKey()}, {kid: "ed2", signer: edKey()},
	} {
		all[k.kid] = k
	}
	return all
})

// keyFor returns the tests' key for an algorithm.
func keyFor(alg string) testKey {
	switch alg {
	case "ES256":
		return keys()["p256"]
	case "ES384":
		return keys()["p384"]
	case "ES512":
		return keys()["p521"]
	case "EdDSA", "Ed25519":
		return keys()["ed"]
	case "HS256", "HS384", "HS512":
		return keys()["secret"]
	}
	return keys()["rsa"]
}

// object is a JSON object whose members can be changed, added and, with nil, removed.
type object map[string]any

func (o object) with(change object) object {
	all := object{}
	for _, source := range []object{o, change} {
		for name, v := range source {
			if all[name] = v; v == nil {
				delete(all, name)
			}
		}
	}
	return all
}

// null stands for JSON's null, because nil removes a member.
var null = json.RawMessage("null")

func (o object) String() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// goodClaims returns claims that the tests' issuer accepts at t0.
func goodClaims() object {
	return object{"iss": testIssuer, "sub": "user-1", "aud": testAudience, "iat": t0.Unix() - 10, "nbf": t0.Unix() - 10,
		"exp": t0.Unix() + 300, "scope": "orders:read"}
}

func goodHeader(alg string) object {
	h := object{"alg": alg, "typ": "JWT"}
	if k := keyFor(alg); k.kid != "" {
		h["kid"] = k.kid
	}
	return h
}

// b64 encodes as base64url without padding.
func b64[T ~string | ~[]byte](b T) string { return base64.RawURLEncoding.EncodeToString([]byte(b)) }

// sign returns a token with any header and claims, valid or not, and the algorithm's valid signature.
func sign(alg string, k testKey, header, claims string) string {
	input := b64(header) + "." + b64(claims)
	return input + "." + b64(signature(alg, k, input))
}

func signature(alg string, k testKey, input string) (sig []byte) {
	a := algorithmNamed(alg)
	if a == nil {
		panic("no algorithm " + alg)
	}
	if a.family == oct {
		mac := hmac.New(a.mac, k.secret)
		io.WriteString(mac, input)
		return mac.Sum(nil)
	}
	message, opts := []byte(input), crypto.SignerOpts(crypto.Hash(0))
	if a.family != okp {
		h := a.hash.New()
		h.Write(message)
		message, opts = h.Sum(nil), a.hash
	}
	if a.family == pss {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
	}
	if a.family == ec {
		private := k.signer.(*ecdsa.PrivateKey)
		r, s, err := ecdsa.Sign(cryptorand.Reader, private, message)
		if err != nil {
			panic(err)
		}
		half := (private.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, half)), s.FillBytes(make([]byte, half))...)
	}
	if a.family == pkcs1 {
		made := signed{alg, k.signer, input}
		if sig, ok := signatures.Load(made); ok {
			return sig.([]byte)
		}
		defer func() { signatures.Store(made, sig) }()
	}
	sig, err := k.signer.Sign(cryptorand.Reader, message, opts)
	if err != nil {
		panic(err)
	}
	return sig
}

// signatures caches the signatures of PKCS #1, which take the longest and are the same each time.
var signatures sync.Map // of signed

type signed struct {
	alg    string
	signer crypto.Signer
	input  string
}

// good returns a token that the tests' issuer accepts at t0.
func good(alg string) string {
	return sign(alg, keyFor(alg), goodHeader(alg).String(), goodClaims().String())
}

// jwk returns the public part of a key as a JWK.
func jwk(k testKey) object {
	o := object{"use": "sig"}
	if k.kid != "" {
		o["kid"] = k.kid
	}
	switch public := k.signer.Public().(type) {
	case *rsa.PublicKey:
		return o.with(object{"kty": "RSA", "n": b64(public.N.Bytes()), "e": b64(big.NewInt(int64(public.E)).Bytes())})
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			panic(err)
		}
		half := len(point) / 2
		return o.with(object{"kty": "EC", "crv": public.Curve.Params().Name, "x": b64(point[1 : 1+half]),
			"y": b64(point[1+half:])})
	case ed25519.PublicKey:
		return o.with(object{"kty": "OKP", "crv": "Ed25519", "x": b64(public)})
	}
	panic("no JWK of this key")
}

// keySetOf returns a JWK set.
func keySetOf(members ...object) string {
	if members == nil {
		members = []object{}
	}
	return object{"keys": members}.String()
}

// fullKeySet returns a key set with the keys of all algorithms.
func fullKeySet() string {
	var members []object
	for _, name := range []string{"rsa", "p256", "p384", "p521", "ed"} {
		members = append(members, jwk(keys()[name]))
	}
	return keySetOf(members...)
}

// server is a transport that answers by itself, without a network.
type server struct {
	requests atomic.Int64
	mu       sync.Mutex
	answer   func(*http.Request) (*http.Response, error)
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests.Add(1)
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	return answer(r)
}

// serve makes the server answer with a JSON text from now on.
func (s *server) serve(text string) {
	s.serveWith(func(*http.Request) (*http.Response, error) { return response(200, "application/json", text), nil })
}

func (s *server) serveWith(answer func(*http.Request) (*http.Response, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func response(status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// fixture is a verifier of one issuer, with its clock and its key server.
type fixture struct {
	*Verifier
	clock   *testclock.Clock
	server  *server
	changes *atomic.Int64 // how many fetches changed the keys
}

// allAlgorithms are the algorithms with published keys.
var allAlgorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// newFixture returns a verifier whose issuer publishes the full key set. It applies the changes to the verifier's
// options.
func newFixture(t testing.TB, changes ...func(*Options)) *fixture {
	t.Helper()
	f := &fixture{clock: testclock.New(t0), server: new(server), changes: new(atomic.Int64)}
	f.server.serve(fullKeySet())
	o := Options{
		Issuers: []Issuer{{URL: testIssuer, Audiences: []string{testAudience}, Algorithms: allAlgorithms,
			JWKSURL: testJWKSURL}},
		Now:       f.clock.Now,
		Transport: f.server,
	}
	for _, change := range changes {
		change(&o)
	}
	observe := o.Observe
	o.Observe = func(e Fetch) {
		if e.Changed {
			f.changes.Add(1)
		}
		if observe != nil {
			observe(e)
		}
	}
	v, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	f.Verifier = v
	return f
}

// verify is Verify without a context.
func (f *fixture) verify(token string) (*Token, error) { return f.Verify(context.Background(), token) }

// jsonNumber returns a number as the text has it.
func jsonNumber(text string) json.RawMessage { return json.RawMessage(text) }
