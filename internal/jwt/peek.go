package jwt

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ClaimedIssuer returns the iss of a token in the form of a JWT. It returns ok as false for any other token. Nothing is
// verified: the result tells who to ask about the token, not who issued it.
func ClaimedIssuer(token string) (issuer string, ok bool) {
	if len(token) > MaxTokenSize || strings.Count(token, ".") != 2 {
		return "", false
	}
	var parts [3][]byte
	for i := range parts {
		part, rest, _ := strings.Cut(token, ".")
		token = rest
		if parts[i], ok = decode(nil, []byte(part)); !ok {
			return "", false
		}
	}
	header, err := strictjson.Parse(string(parts[0]))
	if err != nil || header.Kind() != strictjson.Object {
		return "", false
	}
	claims, err := strictjson.Parse(string(parts[1]))
	if err != nil || claims.Kind() != strictjson.Object {
		return "", false
	}
	issuer, _ = claims.Get("iss").Text()
	return issuer, true
}
