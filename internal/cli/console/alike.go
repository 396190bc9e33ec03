package console

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// payload returns the claims of a JWT without verifying it.
func payload(token string) (strictjson.Value, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return strictjson.Value{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return strictjson.Value{}, false
	}
	claims, err := strictjson.Parse(string(text))
	return claims, err == nil && claims.Kind() == strictjson.Object
}

// expiry returns when a token expires.
func expiry(token string) (time.Time, bool) {
	claims, ok := payload(token)
	if !ok {
		return time.Time{}, false
	}
	n, ok := claims.Get("exp").Int64()
	return time.Unix(n, 0), ok
}

// ofThisToken are the claims that differ between two tokens with the same rights.
var ofThisToken = []string{"iat", "exp", "nbf", "jti"}

// alike makes a token of the development issuer with the claims and the lifetime of another one. It reports false for a
// token of another issuer, and for one that the issuer cannot make.
func (v *view) alike(token string) (string, bool) {
	claims, ok := payload(token)
	if !ok || v.issuer == nil {
		return "", false
	}
	request := devissuer.TokenRequest{Claims: map[string]any{}}
	for name, value := range claims.Members() {
		if !slices.Contains(ofThisToken, name) {
			request.Claims[name] = json.RawMessage(value.Raw())
		}
	}
	request.Issuer, _ = claims.Get("iss").Text()
	known := func(i devissuer.Issuer) bool { return i.URL == request.Issuer }
	if !slices.ContainsFunc(v.issuer.Issuers(), known) {
		return "", false
	}
	if use, _ := claims.Get("token_use").Text(); use != "" {
		request.Use = devissuer.Use(use)
	}
	audience := claims.Get("aud")
	if audience.Kind() == strictjson.Array {
		for a := range audience.Elements() {
			audience = a
			break
		}
	}
	if request.Audience, ok = audience.Text(); !ok {
		request.Audience, _ = claims.Get("client_id").Text()
	}
	expires, hasEnd := claims.Get("exp").Int64()
	issued, hasStart := claims.Get("iat").Int64()
	if hasEnd && hasStart && expires > issued {
		request.Expires = time.Duration(expires-issued) * time.Second
	}
	made, err := v.issuer.Mint(request)
	return made, err == nil
}
