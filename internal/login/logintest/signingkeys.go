package logintest

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/rsatest"
)

// keysOfAProvider is how many keys a provider has to sign with, one after the other.
const keysOfAProvider = 5

var providersStarted = map[Kind]*atomic.Int64{OIDCProvider: {}, Zitadel: {}}

// nextKeys are the keys of a provider that is started, as JWKs: not those of the one of its kind before it.
func nextKeys(kind Kind) (jwks []json.RawMessage) {
	first := providersStarted[kind].Add(1) % 2 * keysOfAProvider
	for _, k := range rsatest.Keys()[first : first+keysOfAProvider] {
		jwks = append(jwks, rsaJWK(k))
	}
	return jwks
}

// rsaJWK is a key pair as a JWK (RFC 7518, section 6.3).
func rsaJWK(k *rsa.PrivateKey) json.RawMessage {
	jwk := map[string]string{"kty": "RSA"}
	for name, n := range map[string]*big.Int{
		"n": k.N, "e": big.NewInt(int64(k.E)), "d": k.D, "p": k.Primes[0], "q": k.Primes[1],
		"dp": k.Precomputed.Dp, "dq": k.Precomputed.Dq, "qi": k.Precomputed.Qinv,
	} {
		jwk[name] = base64.RawURLEncoding.EncodeToString(n.Bytes())
	}
	text, err := json.Marshal(jwk)
	if err != nil {
		panic(err)
	}
	return text
}
