package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	golang "github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

const (
	issuer   = "https://idp.example.com"
	audience = "orders"
	kid      = "key-1"
)

// contenders returns the signature check alone and then the libraries. Each has the issuer's key in the form that it
// needs.
func contenders(alg string) ([]contender, error) {
	private, err := newKey(alg)
	if err != nil {
		return nil, err
	}
	token, err := newToken(alg, private)
	if err != nil {
		return nil, err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: kid, Algorithm: alg, Use: "sig"}}}
	jwks, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	var list []contender
	add := func(name string, make func() (func() error, error)) {
		verify, failed := make()
		err = errors.Join(err, failed)
		list = append(list, contender{name, verify, 0})
	}
	add("signature alone", func() (func() error, error) { return signatureAlone(private.Public(), token) })
	add("gatehouse", func() (func() error, error) { return gatehouse(alg, token, jwks, 0) })
	list[1].atMost = 1.10
	if alg == "RS256" {
		list[1].atMost = 1.15
	}
	add("gatehouse, repeated", func() (func() error, error) { return gatehouse(alg, token, jwks, 100) })
	add("golang-jwt", func() (func() error, error) {
		return golangJWT(alg, token, func(*golang.Token) (any, error) { return private.Public(), nil }), nil
	})
	add("keyfunc + golang-jwt", func() (func() error, error) {
		k, err := keyfunc.NewJWKSetJSON(jwks)
		return golangJWT(alg, token, func(t *golang.Token) (any, error) { return k.Keyfunc(t) }), err
	})
	add("go-jose", func() (func() error, error) { return goJOSE(alg, token, &set), nil })
	add("go-oidc", func() (func() error, error) { return goOIDC(alg, token, private.Public()), nil })
	add("jwx", func() (func() error, error) { return jwx(token, jwks) })
	return list, err
}

func newKey(alg string) (crypto.Signer, error) {
	switch alg {
	case "RS256":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return private, err
}

// newToken makes a token of 700 bytes, or one more because of base64url.
func newToken(alg string, key crypto.Signer) (string, error) {
	now := time.Now().Unix()
	for pad := 0; ; pad++ {
		t := golang.NewWithClaims(golang.GetSigningMethod(alg), golang.MapClaims{
			"iss": issuer, "aud": audience, "sub": "user-1", "exp": now + 3600, "nbf": now, "iat": now,
			"scope": "openid profile orders:read", "groups": []string{"staff", "admins"}, "x": strings.Repeat("x", pad),
		})
		t.Header["kid"] = kid
		token, err := t.SignedString(key)
		if err != nil || len(token) >= 700 {
			return token, err
		}
	}
}

func signatureAlone(key crypto.PublicKey, token string) (func() error, error) {
	dot := strings.LastIndexByte(token, '.')
	input := []byte(token[:dot])
	sig, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		return nil, err
	}
	if _, ok := key.(*ecdsa.PublicKey); ok {
		sig = derSignature(sig)
	}
	return func() error {
		ok := false
		switch k := key.(type) {
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
			return errors.New("the signature does not verify")
		}
		return nil
	}, nil
}

// derSignature encodes r and s in ASN.1, the form that the standard library verifies fastest.
func derSignature(sig []byte) []byte {
	integer := func(b []byte) []byte {
		v := new(big.Int).SetBytes(b).Bytes()
		if v[0] >= 0x80 {
			v = append([]byte{0}, v...)
		}
		return append([]byte{2, byte(len(v))}, v...)
	}
	body := append(integer(sig[:32]), integer(sig[32:])...)
	return append([]byte{0x30, byte(len(body))}, body...)
}

// answers is a transport that answers every request with the same document, as an issuer's key endpoint does.
type answers []byte

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(a)), ContentLength: int64(len(a)), Request: r}, nil
}

func gatehouse(alg, token string, jwks []byte, cached int) (func() error, error) {
	v, err := jwt.New(jwt.Options{Transport: answers(jwks), TokenCache: cached, Issuers: []jwt.Issuer{{
		URL: issuer, Audiences: []string{audience}, Algorithms: []string{alg}, JWKSURL: issuer + "/keys"}}})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	return func() error { _, err := v.Verify(ctx, token); return err }, nil
}

func golangJWT(alg, token string, keys golang.Keyfunc) func() error {
	parser := golang.NewParser(
		golang.WithValidMethods([]string{alg}),
		golang.WithIssuer(issuer),
		golang.WithAudience(audience),
		golang.WithExpirationRequired(),
		golang.WithIssuedAt(),
	)
	return func() error {
		var claims golang.RegisteredClaims
		_, err := parser.ParseWithClaims(token, &claims, keys)
		return err
	}
}

func goJOSE(alg, token string, set *jose.JSONWebKeySet) func() error {
	algorithms := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}
	return func() error {
		t, err := josejwt.ParseSigned(token, algorithms)
		if err != nil {
			return err
		}
		var claims josejwt.Claims
		if err := t.Claims(set, &claims); err != nil {
			return err
		}
		return claims.ValidateWithLeeway(
			josejwt.Expected{Issuer: issuer, AnyAudience: josejwt.Audience{audience}, Time: time.Now()},
			0,
		)
	}
}

func goOIDC(alg, token string, key crypto.PublicKey) func() error {
	v := oidc.NewVerifier(issuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}},
		&oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{alg}})
	ctx := context.Background()
	return func() error { _, err := v.Verify(ctx, token); return err }
}

func jwx(token string, jwks []byte) (func() error, error) {
	set, err := jwk.Parse(jwks)
	text := []byte(token)
	return func() error {
		_, err := jwxjwt.Parse(
			text,
			jwxjwt.WithKeySet(set),
			jwxjwt.WithIssuer(issuer),
			jwxjwt.WithAudience(audience),
			jwxjwt.WithValidate(true),
		)
		return err
	}, err
}
