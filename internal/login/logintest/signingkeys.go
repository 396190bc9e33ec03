package logintest

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/rsatest"
)

// keysPerProvider is the number of a provider's signing keys. It uses them one after the other.
const keysPerProvider = 5

var providersStarted = map[Kind]*atomic.Int64{OIDCProvider: {}, Zitadel: {}}

// nextKeys returns the keys of a new provider, as JWKs. They differ from those of the previous provider of its kind.
func nextKeys(kind Kind) (jwks []json.RawMessage) {
	first := providersStarted[kind].Add(1) % 2 * keysPerProvider
	for _, k := range rsatest.Keys()[first : first+keysPerProvider] {
		jwks = append(jwks, rsaJWK(k))
	}
	return jwks
}

// rsaJWK returns a key pair as a JWK (RFC 7518, section 6.3).
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
