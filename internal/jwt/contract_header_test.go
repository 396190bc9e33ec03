package jwt

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

func rawHeader(text string) string { return sign("RS256", keys()["rsa"], text, goodClaims().String()) }

func headerCases() []contractCase {
	unsigned := func(header object) string {
		return b64(goodHeader("RS256").with(header).String()) + "." + b64(goodClaims().String()) + "."
	}
	// The attacker has the public key. A careless verifier would use these bytes of it as a secret.
	confused := func(alg, name string, secret []byte) string {
		return sign(alg, testKey{secret: secret}, goodHeader("RS256").with(object{"alg": alg, "kid": name}).String(),
			goodClaims().String())
	}
	der := func(name string) []byte {
		b, err := x509.MarshalPKIXPublicKey(keys()[name].signer.Public())
		if err != nil {
			panic(err)
		}
		return b
	}
	pemOf := func(name string) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der(name)})
	}
	own := keys()["p256b"] // the attacker's key, which no issuer publishes
	brought := func(header object) string {
		return sign("ES256", own, goodHeader("ES256").with(object{"kid": "unknown"}).with(header).String(),
			goodClaims().String())
	}
	withAll := func(o *Options) { o.Issuers[0].Type = "at+jwt" }
	cases := []contractCase{
		{name: "08 alg none without signature", token: unsigned(object{"alg": "none"}), want: ErrAlgorithm},
		{name: "08 alg none with a signature", token: rs256(object{"alg": "none"}, nil), want: ErrAlgorithm},
		{name: "08 alg None", token: unsigned(object{"alg": "None"}), want: ErrAlgorithm},
		{name: "08 alg NONE", token: unsigned(object{"alg": "NONE"}), want: ErrAlgorithm},
		{name: "08 alg empty", token: rs256(object{"alg": ""}, nil), want: ErrAlgorithm},
		{name: "08 alg missing", token: rs256(object{"alg": nil}, nil), want: ErrAlgorithm},
		{name: "08 alg null", token: rs256(object{"alg": null}, nil), want: ErrAlgorithm},
		{name: "08 alg an array", token: rs256(object{"alg": []string{"RS256"}}, nil), want: ErrAlgorithm},
		{name: "08 alg in lower case", token: rs256(object{"alg": "rs256"}, nil), want: ErrAlgorithm},
		{name: "08 alg with a space", token: rs256(object{"alg": "RS256 "}, nil), want: ErrAlgorithm},
		{name: "08 alg unknown", token: rs256(object{"alg": "ES256K"}, nil), want: ErrAlgorithm},
		{name: "08 RS256 with an empty signature", token: unsigned(nil), want: ErrSignatureShape},
		{name: "09 HS256 made with RSA public key bytes", token: confused("HS256", "rsa", der("rsa")), want: ErrAlgorithm},
		{name: "09 HS256 made with the RSA public key's PEM", token: confused("HS256", "rsa", pemOf("rsa")),
			want: ErrAlgorithm},
		{name: "09 HS256 made with the RSA modulus",
			token: confused("HS256", "rsa", keys()["rsa"].signer.Public().(*rsa.PublicKey).N.Bytes()),
			want:  ErrAlgorithm},
		{name: "09 HS512 made with the RSA public key's PEM", token: confused("HS512", "rsa", pemOf("rsa")),
			want: ErrAlgorithm},
		{name: "09 HS256 made with EC public key bytes", token: confused("HS256", "p256", der("p256")), want: ErrAlgorithm},
		{name: "09 HS256 made with the EC public key's PEM", token: confused("HS256", "p256", pemOf("p256")),
			want: ErrAlgorithm},
		{name: "10 alg the issuer is not configured for", token: good("ES256"), want: ErrAlgorithm,
			change: func(o *Options) { o.Issuers[0].Algorithms = []string{"RS256"} }},
		{name: "10 the default is RS256 alone", token: good("PS256"), want: ErrAlgorithm,
			change: func(o *Options) { o.Issuers[0].Algorithms = nil }},
		{name: "10 alg does not fit the JWK's alg", token: good("RS256"), want: ErrKeyMismatch,
			keySet: keySetOf(jwk(keys()["rsa"]).with(object{"alg": "PS256"}))},
		{name: "10 alg fits the JWK's alg", token: good("PS256"),
			keySet: keySetOf(jwk(keys()["rsa"]).with(object{"alg": "PS256"}))},
		{name: "10 alg does not fit the JWK's kty", token: rs256(object{"kid": "p256"}, nil), want: ErrKeyMismatch},
		{name: "10 alg does not fit the JWK's curve",
			token: sign("ES256", keys()["p256"], goodHeader("ES256").with(object{"kid": "p384"}).String(),
				goodClaims().String()), want: ErrKeyMismatch},
		{name: "10 ES384 over P-256",
			token: sign("ES384", keys()["p256"], goodHeader("ES384").with(object{"kid": "p256"}).String(),
				goodClaims().String()), want: ErrKeyMismatch},
		{name: "10 EdDSA with an EC key",
			token: sign("EdDSA", keys()["ed"], goodHeader("EdDSA").with(object{"kid": "p256"}).String(), goodClaims().String()),
			want:  ErrKeyMismatch},
		{name: "10 a secret's issuer and RS256", token: good("RS256"), want: ErrAlgorithm,
			change: withSecret("HS256", keys()["secret"].secret)},
		{name: "15 jwk of the attacker", token: brought(object{"jwk": jwk(own)}), want: ErrUnknownKey},
		{name: "15 jwk with the kid of a known key",
			token: brought(object{"kid": "p256", "jwk": jwk(testKey{kid: "p256", signer: own.signer})}),
			want:  ErrSignature},
		{name: "15 jku of the attacker", token: brought(object{"jku": "https://attacker.example/keys"}), want: ErrUnknownKey},
		{name: "15 x5u of the attacker", token: brought(object{"x5u": "https://attacker.example/cert"}), want: ErrUnknownKey},
		{name: "15 x5c of the attacker", token: brought(object{"x5c": []string{"MIIB"}}), want: ErrUnknownKey},
		{name: "15 all of them beside a known key are passed over",
			token: rs256(object{"jwk": jwk(own), "jku": "https://attacker.example/keys", "x5u": "https://attacker.example/cert",
				"x5c": []string{"MIIB"}}, nil)},
		{name: "16 kid with a path", token: rs256(object{"kid": "../../../../dev/null"}, nil), want: ErrUnknownKey},
		{name: "16 kid with SQL", token: rs256(object{"kid": "x' UNION SELECT 'key'; --"}, nil), want: ErrUnknownKey},
		{name: "16 kid with a NUL", token: rs256(object{"kid": "rsa\x00"}, nil), want: ErrUnknownKey},
		{name: "16 kid of 10 KB", token: rs256(object{"kid": strings.Repeat("k", 10<<10)}, nil), want: ErrTooLong},
		{name: "16 kid of 5 KB", token: rs256(object{"kid": strings.Repeat("k", 5<<10)}, nil), want: ErrUnknownKey},
		{name: "16 kid a number", token: rs256(object{"kid": 1}, nil), want: ErrKeyID},
		{name: "16 kid null", token: rs256(object{"kid": null}, nil), want: ErrKeyID},
		{name: "16 kid an array", token: rs256(object{"kid": []string{"rsa"}}, nil), want: ErrKeyID},
		{name: "16 kid in another case", token: rs256(object{"kid": "RSA"}, nil), want: ErrUnknownKey},
		{name: "16 kid empty", token: rs256(object{"kid": ""}, nil), want: ErrUnknownKey},
		{name: "16 kid empty, and the only key has none", token: rs256(object{"kid": ""}, nil), want: ErrUnknownKey,
			keySet: keySetOf(jwk(keys()["rsa"]).with(object{"kid": nil}))},
		{name: "17 kid unknown", token: rs256(object{"kid": "unknown"}, nil), want: ErrUnknownKey},
		{name: "17 no kid, and several keys fit", token: rs256(object{"kid": nil}, nil), want: ErrAmbiguousKey,
			keySet: keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"]))},
		{name: "17 no kid, and no key fits", token: rs256(object{"kid": nil}, nil), want: ErrUnknownKey,
			keySet: keySetOf(jwk(keys()["p256"]))},
		{name: "17 no kid, and just one key fits", token: rs256(object{"kid": nil}, nil)},
		{name: "17 no kid, and alg tells two keys apart", token: rs256(object{"kid": nil}, nil),
			keySet: keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"]).with(object{"alg": "RS512"}))},
		{name: "21 crit with an unknown extension", token: rs256(object{"crit": []string{"exp"}, "exp": 1}, nil),
			want: ErrCritical},
		{name: "21 crit empty", token: rs256(object{"crit": []string{}}, nil), want: ErrCritical},
		{name: "21 crit null", token: rs256(object{"crit": null}, nil), want: ErrCritical},
		{name: "21 crit with b64", token: rs256(object{"crit": []string{"b64"}, "b64": false}, nil), want: ErrCritical},
		{name: "21 crit with b64 true", token: rs256(object{"crit": []string{"b64"}, "b64": true}, nil), want: ErrCritical},
		{name: "21 b64 without crit", token: rs256(object{"b64": false}, nil), want: ErrCritical},
		{name: "22 zip", token: rs256(object{"zip": "DEF"}, nil), want: ErrCritical},
		{name: "22 typ dpop+jwt", token: rs256(object{"typ": "dpop+jwt"}, nil), want: ErrType},
		{name: "22 typ logout+jwt", token: rs256(object{"typ": "logout+jwt"}, nil), want: ErrType},
		{name: "22 typ with application/", token: rs256(object{"typ": "application/logout+jwt"}, nil), want: ErrType},
		{name: "22 typ empty", token: rs256(object{"typ": ""}, nil), want: ErrType},
		{name: "22 typ of application/ alone", token: rs256(object{"typ": "application/"}, nil), want: ErrType},
		{name: "22 typ a number", token: rs256(object{"typ": 1}, nil), want: ErrType},
		{name: "22 typ null", token: rs256(object{"typ": null}, nil), want: ErrType},
		{name: "22 typ that another letter folds to", token: rs256(object{"typ": "\u017fecevent+jwt"}, nil), want: ErrType,
			change: func(o *Options) { o.Issuers[0].Type = "secevent+jwt" }},
		{name: "22 typ with a control character for +", token: rs256(object{"typ": "at\vjwt"}, nil), want: ErrType},
		{name: "22 typ missing is accepted", token: rs256(object{"typ": nil}, nil)},
		{name: "22 typ at+jwt is accepted", token: rs256(object{"typ": "at+jwt"}, nil)},
		{name: "22 typ in another case is accepted", token: rs256(object{"typ": "application/AT+JWT"}, nil)},
		{name: "22 typ application/jwt is accepted", token: rs256(object{"typ": "application/jwt"}, nil)},
		{name: "23 alg twice", token: rawHeader(`{"alg":"RS256","alg":"RS256","kid":"rsa"}`), want: ErrHeader},
		{name: "23 alg twice, once escaped", token: rawHeader(`{"alg":"RS256","kid":"rsa","\u0061lg":"none"}`),
			want: ErrHeader},
		{name: "23 kid twice", token: rawHeader(`{"alg":"RS256","kid":"rsa","kid":"rsa"}`), want: ErrHeader},
		{name: "23 a name twice deep in the header", token: rawHeader(`{"alg":"RS256","kid":"rsa","jwk":{"a":1,"a":2}}`),
			want: ErrHeader},
		{name: "24 ALG is not alg", token: rawHeader(`{"ALG":"RS256","kid":"rsa"}`), want: ErrAlgorithm},
		{name: "24 Kid is not kid", token: rawHeader(`{"alg":"RS256","Kid":"rsa"}`), keySet: fullKeySet()},
		{name: "24 Crit is not crit", token: rawHeader(`{"alg":"RS256","kid":"rsa","Crit":["exp"]}`)},
		{name: "24 an escaped name is the name", token: rawHeader(`{"\u0061lg":"RS\u003256","k\u0069d":"rsa"}`)},
		{name: "29 an ID token where typ at+jwt is required", token: rs256(nil, nil), want: ErrType, change: withAll},
		{name: "29 no typ where at+jwt is required", token: rs256(object{"typ": nil}, nil), want: ErrType, change: withAll},
		{name: "29 an access token where typ at+jwt is required", token: rs256(object{"typ": "application/at+jwt"}, nil),
			change: withAll},
		{name: "30 a header that is nested deep",
			token: rawHeader(`{"alg":"RS256","kid":"rsa","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`),
			want:  ErrHeader},
		{name: "30 a header with invalid UTF-8", token: rawHeader("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"x\":\"\xff\"}"),
			want: ErrHeader},
		{name: "30 a header with a lone surrogate", token: rawHeader(`{"alg":"RS256","kid":"rsa","x":"\ud800"}`),
			want: ErrHeader},
		{name: "30 a header with trailing data", token: rawHeader(`{"alg":"RS256","kid":"rsa"}{}`), want: ErrHeader},
		{name: "30 a header that is an array", token: rawHeader(`["alg","RS256"]`), want: ErrHeader},
		{name: "30 a header that is null", token: rawHeader(`null`), want: ErrHeader},
	}
	return cases
}

// withSecret turns the tests' issuer into one with an HMAC key.
func withSecret(alg string, secret []byte) func(*Options) {
	return func(o *Options) {
		o.Issuers[0].JWKSURL = ""
		o.Issuers[0].Algorithms = []string{alg}
		o.Issuers[0].Secret = func(context.Context) ([]byte, error) { return secret, nil }
	}
}
