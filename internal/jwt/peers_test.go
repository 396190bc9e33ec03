package jwt

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	golang "github.com/golang-jwt/jwt/v5"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson/strictjsontest"
)

// peerKey returns the public key for a peer: the one with the kid or, without a kid, the only one that fits.
func peerKey(alg string, kid any, named bool) (any, error) {
	if named {
		k, ok := keys()[fmt.Sprint(kid)]
		if _, text := kid.(string); !ok || !text || k.signer == nil || !slices.Contains(publishedIDs, k.kid) {
			return nil, errors.New("no such key")
		}
		return k.signer.Public(), nil
	}
	return keyFor(alg).signer.Public(), nil
}

// publishedIDs are the kids of fullKeySet.
var publishedIDs = []string{"rsa", "p256", "p384", "p521", "ed"}

// golang-jwt and go-jose do not know the name of RFC 9864.
func init() {
	golang.RegisterSigningMethod("Ed25519", func() golang.SigningMethod { return golang.SigningMethodEdDSA })
}

var golangParser = golang.NewParser(golang.WithValidMethods(allAlgorithms), golang.WithIssuer(testIssuer),
	golang.WithAudience(testAudience), golang.WithExpirationRequired(),
	golang.WithIssuedAt(), golang.WithStrictDecoding(), golang.WithTimeFunc(func() time.Time { return t0 }))

// golangVerdict returns golang-jwt's verdict, with the strictest settings.
func golangVerdict(token string) error {
	_, err := golangParser.Parse(token, func(t *golang.Token) (any, error) {
		alg, _ := t.Header["alg"].(string)
		kid, named := t.Header["kid"]
		return peerKey(alg, kid, named)
	})
	return err
}

var joseAlgorithms = func() (list []jose.SignatureAlgorithm) {
	for _, alg := range allAlgorithms {
		list = append(list, jose.SignatureAlgorithm(alg))
	}
	return list
}()

// joseVerdict returns go-jose's verdict. It does not distinguish a missing kid from an empty one.
func joseVerdict(token string) error {
	t, err := josejwt.ParseSigned(token, joseAlgorithms)
	if err != nil {
		return err
	}
	key, err := peerKey(t.Headers[0].Algorithm, t.Headers[0].KeyID, t.Headers[0].KeyID != "")
	if err != nil {
		return err
	}
	var claims josejwt.Claims
	if err := t.Claims(key, &claims); err != nil {
		return err
	}
	return claims.ValidateWithLeeway(josejwt.Expected{Issuer: testIssuer, AnyAudience: josejwt.Audience{testAudience},
		Time: t0}, 0)
}

// brokenLines returns the lines of the contract that a token violates. It uses neither this package nor strictjson, but
// other code for base64 and JSON, and a second implementation of the rules. It does not check the signature, which the
// peers do.
func brokenLines(token string) []int {
	var lines []int
	add := func(broken bool, line int) {
		if broken {
			lines = append(lines, line)
		}
	}
	add(len(token) > MaxTokenSize, 4)
	add(strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" ||
		strings.ContainsAny(token, "=\r\n"), 5)
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return append(lines, 3)
	}
	var objects [2]map[string]any
	for i, part := range parts {
		b, err := base64.RawURLEncoding.Strict().DecodeString(part)
		add(err != nil, 6)
		if i == 2 {
			continue
		}
		dec := json.NewDecoder(strings.NewReader(string(b)))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil || !json.Valid(b) {
			return append(lines, 30)
		}
		switch err := strictjsontest.BrokenRule(string(b)); {
		case errors.Is(err, strictjson.ErrDuplicate):
			add(true, 23)
		case err != nil:
			add(true, 30)
		}
		object, ok := v.(map[string]any)
		if !ok {
			return append(lines, 30)
		}
		objects[i] = object
	}
	header, claims := objects[0], objects[1]
	has := func(object map[string]any, name string) bool { _, ok := object[name]; return ok }

	alg, _ := header["alg"].(string)
	add(!slices.Contains(allAlgorithms, alg) && alg != "Ed25519", 8)
	if kid, ok := header["kid"]; ok {
		text, isText := kid.(string)
		add(!isText, 16)
		add(isText && !slices.Contains(publishedIDs, text), 17)
	}
	add(has(header, "crit") || has(header, "b64"), 21)
	add(has(header, "zip"), 22)
	if typ, ok := header["typ"]; ok {
		text, _ := typ.(string)
		text = strings.ToLower(text)
		if rest := strings.TrimPrefix(text, "application/"); !strings.Contains(rest, "/") {
			text = rest
		}
		add(text != "jwt" && text != "at+jwt", 22)
	}
	exp, ok := numericDate(claims["exp"])
	add(!ok || exp.Cmp(big.NewRat(t0.Unix()+1, 1)) < 0, 25) // less than a second ahead is now
	for _, name := range []string{"nbf", "iat"} {
		at, ok := numericDate(claims[name])
		add(has(claims, name) && (!ok || at.Cmp(big.NewRat(t0.Unix(), 1)) > 0), 26)
	}
	add(claims["iss"] != testIssuer, 27)
	switch aud := claims["aud"].(type) {
	case string:
		add(aud != testAudience, 28)
	case []any:
		mixed := slices.ContainsFunc(aud, func(v any) bool { _, ok := v.(string); return !ok })
		add(mixed || !slices.Contains(aud, any(testAudience)), 28)
	default:
		add(true, 28)
	}
	// A PS signature whose salt is not as long as the hash is as malformed as a bad DigestInfo (RFC 7518, section 3.5).
	// Both peers accept any length.
	if hash, ok := map[string]crypto.Hash{"PS256": crypto.SHA256, "PS384": crypto.SHA384,
		"PS512": crypto.SHA512}[alg]; ok {
		h := hash.New()
		io.WriteString(h, parts[0]+"."+parts[1])
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
		add(rsa.VerifyPSS(keys()["rsa"].signer.Public().(*rsa.PublicKey), hash, h.Sum(nil), signature,
			&rsa.PSSOptions{SaltLength: hash.Size()}) != nil, 12)
	}
	add(has(claims, "cnf"), 53)
	for _, name := range []string{"sub", "jti"} {
		_, isText := claims[name].(string)
		add(claims[name] != nil && !isText, 47)
	}
	return lines
}

// numericDate returns a number of seconds on which all JSON parsers agree: a JSON number within 53 bits.
func numericDate(v any) (*big.Rat, bool) {
	number, ok := v.(json.Number)
	if !ok {
		return nil, false
	}
	f, err := number.Float64()
	if err != nil || f > 1<<60 || f < -1<<60 {
		return nil, false
	}
	if f > -1e-300 && f < 1e-300 {
		return new(big.Rat), true // math/big would write 1e-99999999 out
	}
	r, ok := new(big.Rat).SetString(number.String())
	if !ok {
		return nil, false
	}
	whole := new(big.Int).Div(r.Num(), r.Denom())
	return r, whole.IsInt64() && whole.CmpAbs(big.NewInt(1<<53)) < 0
}
