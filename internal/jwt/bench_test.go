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

// benchmarkToken is a token of 700 bytes, give or take one for base64url.
func benchmarkToken(b *testing.B, alg string) string {
	b.Helper()
	claims := goodClaims().with(object{"scope": "openid profile orders:read", "groups": []string{"staff", "admins"}, "azp": "client-1", "x": ""})
	for pad := 0; ; pad++ {
		token := sign(alg, keyFor(alg), goodHeader(alg).String(), claims.with(object{"x": strings.Repeat("x", pad)}).String())
		if len(token) >= 700 {
			return token
		}
	}
}

// BenchmarkVerify measures a token of 700 bytes with iss, aud, exp, nbf and iat checked: the signature alone, with the
// input hashed and the signature decoded beforehand only where decoding is part of no library's work, against this
// package and two others.
func BenchmarkVerify(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		token := benchmarkToken(b, alg)
		public := keyFor(alg).signer.Public()

		b.Run(alg+"/raw", func(b *testing.B) {
			b.ReportAllocs()
			dot := strings.LastIndexByte(token, '.')
			input := []byte(token[:dot])
			sig, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
			if err != nil {
				b.Fatal(err)
			}
			var der [maxDER]byte
			if alg == "ES256" {
				sig = derSignature(&der, sig)
			}
			for b.Loop() {
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
					b.Fatal("invalid")
				}
			}
		})
		for name, cached := range map[string]int{"gatehouse": 0, "gatehouse-repeated": 100} {
			b.Run(alg+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				f := newFixture(b, func(o *Options) { o.TokenCache = cached })
				for b.Loop() {
					if _, err := f.Verify(context.Background(), token); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(alg+"/golang-jwt", func(b *testing.B) {
			b.ReportAllocs()
			parser := golang.NewParser(golang.WithValidMethods([]string{alg}), golang.WithIssuer(testIssuer), golang.WithAudience(testAudience),
				golang.WithExpirationRequired(), golang.WithIssuedAt(), golang.WithTimeFunc(func() time.Time { return t0 }))
			byID := map[string]any{keyFor(alg).kid: public}
			for b.Loop() {
				var claims golang.RegisteredClaims
				if _, err := parser.ParseWithClaims(token, &claims, func(t *golang.Token) (any, error) { return byID[t.Header["kid"].(string)], nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(alg+"/go-jose", func(b *testing.B) {
			b.ReportAllocs()
			set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: keyFor(alg).kid, Algorithm: alg, Use: "sig"}}}
			expected := josejwt.Expected{Issuer: testIssuer, AnyAudience: josejwt.Audience{testAudience}, Time: t0}
			for b.Loop() {
				t, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
				if err != nil {
					b.Fatal(err)
				}
				var claims josejwt.Claims
				if err := t.Claims(&set, &claims); err != nil {
					b.Fatal(err)
				}
				if err := claims.ValidateWithLeeway(expected, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
