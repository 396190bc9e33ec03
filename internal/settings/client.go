package settings

import "time"

// ClientAuth is how a client authenticates to an endpoint of its provider.
type ClientAuth string

// The ways, by their names in the registry of RFC 7591, section 2.
const (
	ClientBasic      ClientAuth = "client_secret_basic"
	ClientPost       ClientAuth = "client_secret_post"
	ClientPrivateKey ClientAuth = "private_key_jwt"
)

// ClientAlgorithms are those that a client's assertions may be signed with.
func ClientAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// MaxAnswerTTL is how long the answer of an introspection endpoint counts at most.
const MaxAnswerTTL = time.Hour
