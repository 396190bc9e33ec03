package logintest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"sync"
)

// ClientKey is the private key of KeyClient, as PEM. Its key ID is clientKeyID.
var ClientKey, clientJWK = sync.OnceValue(newClientKey)().parts()

// clientKeyID is the kid of ClientKey.
const clientKeyID = "key-of-shop"

type clientKey struct{ private, jwk []byte }

func (k clientKey) parts() (private, jwk []byte) { return k.private, k.jwk }

func newClientKey() clientKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	point, err := key.PublicKey.Bytes() // uncompressed: 4, x, y
	if err != nil {
		panic(err)
	}
	jwk, err := json.Marshal(map[string]string{
		"kty": "EC", "crv": "P-256", "kid": clientKeyID, "alg": "ES256", "use": "sig",
		"x": base64.RawURLEncoding.EncodeToString(point[1:33]),
		"y": base64.RawURLEncoding.EncodeToString(point[33:]),
	})
	if err != nil {
		panic(err)
	}
	return clientKey{pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), jwk}
}
