package jwt

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	golang "github.com/golang-jwt/jwt/v5"
)

// benchmarkToken returns a token of 700 bytes, or one more or less because of base64url.
func benchmarkToken(b *testing.B, alg string) string {
	b.Helper()
	claims := goodClaims().with(object{"scope": "openid profile orders:read", "groups": []string{"staff", "admins"},
		"azp": "client-1", "x": ""})
	for pad := 0; ; pad++ {
		token := sign(alg, keyFor(alg), goodHeader(alg).String(), claims.with(object{"x": strings.Repeat("x", pad)}).String())
		if len(token) >= 700 {
			return token
		}
	}
}

// contender verifies the same token each time.
type contender struct {
	name   string
	verify func() error
}

// contenders returns the signature check alone (with the decoded input and signature), this package without and with
// its cache of tokens, and two other libraries that check the same claims.
func contenders(b *testing.B, alg string) []contender {
	token := benchmarkToken(b, alg)
	kid, public := keyFor(alg).kid, keyFor(alg).signer.Public()

	dot := strings.LastIndexByte(token, '.')
	input := []byte(token[:dot])
	sig, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		b.Fatal(err)
	}
	if alg == "ES256" {
		sig = derSignature(new([maxDER]byte), sig)
	}
	raw := func() error {
		ok := false
		switch k := public.(type) {
		case *rsa.PublicKey:
			sum := sha256.Sum256(input)
			ok = rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig) == nil
		case *ecdsa.PublicKey:
			sum := sha256.Sum256(input)
			ok = ecdsa.VerifyASN1(k, sum[:], sig)
		case ed25519.PublicKey:
			ok = ed25519.Verify(k, input, sig)
		}
		if !ok {
			return ErrSignature
		}
		return nil
	}
	ours := func(cached int) func() error {
		f := newFixture(b, func(o *Options) { o.TokenCache = cached })
		ctx := context.Background()
		return func() error {
			_, err := f.Verify(ctx, token)
			return err
		}
	}
	parser := golang.NewParser(golang.WithValidMethods([]string{alg}), golang.WithIssuer(testIssuer),
		golang.WithAudience(testAudience),
		golang.WithExpirationRequired(), golang.WithIssuedAt(), golang.WithTimeFunc(func() time.Time { return t0 }))
	byID := map[string]any{kid: public}
	golangJWT := func() error {
		var claims golang.RegisteredClaims
		_, err := parser.ParseWithClaims(token, &claims,
			func(t *golang.Token) (any, error) { return byID[t.Header["kid"].(string)], nil })
		return err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: kid, Algorithm: alg, Use: "sig"}}}
	expected := josejwt.Expected{Issuer: testIssuer, AnyAudience: josejwt.Audience{testAudience}, Time: t0}
	algorithms := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}
	goJOSE := func() error {
		t, err := josejwt.ParseSigned(token, algorithms)
		if err != nil {
			return err
		}
		var claims josejwt.Claims
		if err := t.Claims(&set, &claims); err != nil {
			return err
		}
		return claims.ValidateWithLeeway(expected, 0)
	}
	return []contender{{"raw", raw}, {"gatehouse", ours(0)}, {"gatehouse-repeated", ours(100)}, {"golang-jwt", golangJWT},
		{"go-jose", goJOSE}}
}

// BenchmarkVerify measures a token of 700 bytes with iss, aud, exp, nbf and iat checked.
func BenchmarkVerify(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		for _, c := range contenders(b, alg) {
			b.Run(alg+"/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := c.verify(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkRatio makes the same comparison on a machine that also does other work. The contenders run interleaved, in
// short batches. It reports the fastest batch of each relative to the fastest of the signature check alone. One
// iteration is a round; run it with -benchtime 2000x.
func BenchmarkRatio(b *testing.B) {
	const batch = 20
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		b.Run(alg, func(b *testing.B) {
			list := contenders(b, alg)
			fastest := make([]time.Duration, len(list))
			for b.Loop() {
				for i, c := range list {
					begun := time.Now()
					for range batch {
						if err := c.verify(); err != nil {
							b.Fatal(err)
						}
					}
					if took := time.Since(begun); fastest[i] == 0 || took < fastest[i] {
						fastest[i] = took
					}
				}
			}
			b.ReportMetric(float64(fastest[0].Nanoseconds())/batch, "ns-raw")
			for i, c := range list[1:] {
				b.ReportMetric(float64(fastest[i+1])/float64(fastest[0]), "x-"+c.name)
			}
		})
	}
}
