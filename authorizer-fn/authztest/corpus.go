package authztest

import (
	"crypto/elliptic"
	"slices"
	"strings"
	"time"
)

// Case is a token, with whether an authorizer that is configured for [Corpus] must accept it. Its Line is the number of
// the rule that it tests; see docs/authorizer-answers.md.
type Case struct {
	Line     int
	Name     string
	Token    string
	Accepted bool
}

// Algorithms are the signing algorithms of the corpus's issuer.
var Algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// KeyFor returns the corpus's key for an algorithm.
func KeyFor(alg string) *Key {
	switch alg {
	case "ES256":
		return ECDSA("p256", elliptic.P256())
	case "ES384":
		return ECDSA("p384", elliptic.P384())
	case "ES512":
		return ECDSA("p521", elliptic.P521())
	case "EdDSA":
		return Ed25519("ed")
	}
	return RSA("rsa-1", 2048)
}

// corpus is what the cases are made of.
type corpus struct {
	issuer, audience string
	now              int64
	cases            []Case
}

// Corpus returns tokens, most of them invalid, issued at the time now for one audience by an issuer that publishes
// [CorpusKeys] and signs with [Algorithms]. A valid token has the scope "orders:read" and expires after five
// minutes.
func Corpus(issuer, audience string, now time.Time) []Case {
	c := &corpus{issuer: issuer, audience: audience, now: now.Unix()}
	c.good()
	c.serialization()
	c.algorithms()
	c.signatures()
	c.keys()
	c.headers()
	c.names()
	c.times()
	c.identity()
	c.texts()
	c.hygiene()
	slices.SortFunc(c.cases, func(a, b Case) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Name, b.Name)
	})
	return c.cases
}

func (c *corpus) bad(line int, name, token string) {
	c.cases = append(c.cases, Case{Line: line, Name: name, Token: token})
}

func (c *corpus) fine(line int, name, token string) {
	c.cases = append(c.cases, Case{Line: line, Name: name, Token: token, Accepted: true})
}

func (c *corpus) claims(changes Object) Object {
	return Object{
		"iss":    c.issuer,
		"sub":    "user-1",
		"aud":    c.audience,
		"iat":    c.now - 10,
		"nbf":    c.now - 10,
		"exp":    c.now + 300,
		"scope":  "orders:read",
		"canary": "Zx81-canary-claim", // nothing may ever log this
	}.With(changes)
}

func header(alg string) Object { return Object{"alg": alg, "typ": "JWT", "kid": KeyFor(alg).ID} }

// token is a good RS256 token but for changes to its header and its claims.
func (c *corpus) token(headerChanges, claimChanges Object) string {
	return KeyFor("RS256").Sign("RS256", header("RS256").With(headerChanges).String(), c.claims(claimChanges).String())
}

// withClaims is a token with a true signature over any text in the place of the claims.
func (c *corpus) withClaims(text string) string {
	return KeyFor("RS256").Sign("RS256", header("RS256").String(), text)
}

func (c *corpus) good() {
	for _, alg := range Algorithms {
		c.fine(0, "a good token, "+alg, KeyFor(alg).Token(alg, c.claims(nil)))
	}
	c.fine(28, "one of several audiences", c.token(nil, Object{"aud": []string{"another", c.audience}}))
	c.fine(25, "exp with a fraction", c.token(nil, Object{"exp": float64(c.now) + 299.5}))
	c.fine(4, "8,192 bytes", c.sized(8192))
	c.fine(22, "typ application/at+jwt", c.token(Object{"typ": "application/AT+JWT"}, nil))
	c.fine(15, "a jku that is not looked at", c.token(Object{"jku": "https://attacker.example.com/keys"}, nil))
}

// sized is a token of this many bytes, which a token of some length can have.
func (c *corpus) sized(size int) string {
	for pad := size * 3 / 4; pad > 0; pad-- {
		claims := c.claims(Object{"x": strings.Repeat("x", pad)})
		if t := KeyFor("EdDSA").Token("EdDSA", claims); len(t) == size {
			return t
		} else if len(t) < size { // base64url has no such length: the header makes up for it
			for extra := "x"; len(t) < size; extra += "x" {
				t = KeyFor("EdDSA").Sign("EdDSA", header("EdDSA").With(Object{"x": extra}).String(), claims.String())
			}
			if len(t) == size {
				return t
			}
		}
	}
	panic("authztest: no token of that size")
}

func (c *corpus) serialization() {
	t := c.token(nil, nil)
	head, rest, _ := strings.Cut(t, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	c.bad(3, "no dot", head)
	c.bad(3, "one dot", head+"."+claims)
	c.bad(3, "three dots", t+".")
	c.bad(3, "two dots alone", "..")
	c.bad(3, "eight thousand dots", strings.Repeat(".", 8000))
	c.bad(3, "ten thousand dots", strings.Repeat(".", 10_000))
	c.bad(4, "8,193 bytes", c.sized(8193))
	c.bad(4, "a hundred thousand bytes", strings.Repeat("x", 100_000))
	c.bad(5, "CR LF inside", t[:40]+"\r\n"+t[40:])
	c.bad(5, "LF at the end", t+"\n")
	c.bad(5, "padding", t+"==")
	c.bad(5, "padding after the header", head+"=."+rest)
	c.bad(
		5,
		"the alphabet of base64",
		strings.NewReplacer("-", "+", "_", "/").Replace(c.token(nil, Object{"x": "???>>>~~~"})),
	)
	c.bad(5, "a NUL", t+"\x00")
	c.bad(5, "a letter outside ASCII", t[:50]+"é"+t[52:])
	c.bad(5, "percent encoding", strings.Replace(t, ".", "%2E", 1))
	c.bad(6, "bits left over in the signature", oddBits(t))
	c.bad(6, "bits left over in the claims", head+"."+oddBits(Base64(pad(c.claims(nil).String())))+"."+signature)
	c.bad(6, "bits left over in the header", oddBits(Base64(pad(header("RS256").String())))+"."+rest)
	c.bad(6, "a digit left over", t+"AAA")
	c.bad(7, "JSON serialization", Object{"payload": claims, "protected": head, "signature": signature}.String())
	c.bad(
		7,
		"JSON serialization with two dots",
		Object{"payload": claims, "protected": head, "signature": signature, "a.b.": 1}.String(),
	)
	c.bad(7, "a JWE", Base64(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)+".a.b.c.d")
	c.bad(7, "a JWE that is zipped", Base64(`{"alg":"dir","enc":"A256GCM","zip":"DEF"}`)+"..a.b.c")
	c.bad(7, "a JWE around a good token", head+"."+t+".x")
}

// pad adds white space until base64url has bits to spare.
func pad(text string) string {
	for len(text)%3 == 0 {
		text += " "
	}
	return text
}

// oddBits sets a bit of the last digit that stands for nothing.
func oddBits(digits string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, digits[len(digits)-1])
	return digits[:len(digits)-1] + alphabet[last|1:last|1+1]
}
