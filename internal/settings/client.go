package settings

import "time"

// ClientAuth is how a client authenticates to an endpoint of its provider.
type ClientAuth string

// The methods, by their names in the registry of RFC 7591, section 2.
const (
	ClientBasic      ClientAuth = "client_secret_basic"
	ClientPost       ClientAuth = "client_secret_post"
	ClientPrivateKey ClientAuth = "private_key_jwt"
)

// ClientAlgorithms returns the algorithms that may sign a client's assertions.
func ClientAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// MaxAnswerTTL is the maximum time for which an introspection endpoint's answer is cached.
const MaxAnswerTTL = time.Hour
