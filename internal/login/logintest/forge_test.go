package logintest

import (
	"encoding/base64"
	"strings"
)

// forged returns a token with another signature.
func forged(of any) string {
	token := of.(string)
	cut := strings.LastIndexByte(token, '.') + 1
	signature, err := base64.RawURLEncoding.DecodeString(token[cut:])
	if err != nil {
		panic(err)
	}
	signature[0] ^= 1
	return token[:cut] + base64.RawURLEncoding.EncodeToString(signature)
}

// unsigned returns the token with the algorithm none.
func unsigned(of any) string {
	token := of.(string)
	parts := strings.Split(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
}

// resubjected returns the token with another subject.
func resubjected(of any) string {
	token := of.(string)
	parts := strings.Split(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		panic(err)
	}
	changed := strings.Replace(string(text), `"sub":"ada"`, `"sub":"eve"`, 1)
	if changed == string(text) {
		panic("the token's subject is not ada: " + changed)
	}
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(changed)) + "." + parts[2]
}
