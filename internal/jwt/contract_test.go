package jwt

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

// contractCase is a token and the expected result. Its name begins with the line of the contract that it belongs to;
// `go test -run TestContract -v` lists them.
type contractCase struct {
	name   string
	token  string
	want   error // nil for accepted
	keySet string
	change func(*Options)
}

// contractCases returns all cases. They are created once, because fuzz targets begin with them too, and most are signed
// with RSA.
var contractCases = sync.OnceValue(func() []contractCase {
	return slices.Concat(serializationCases(), headerCases(), signatureCases(), keyCases(), claimCases(), goodCases())
})

// TestContract covers the contract's lines on tokens, headers and claims. The lines on keys and their server have their
// own tests, with names of the same form.
func TestContract(t *testing.T) {
	for _, c := range contractCases() {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, func(o *Options) {
				if c.change != nil {
					c.change(o)
				}
			})
			if c.keySet != "" {
				f.server.serve(c.keySet)
			}
			token, err := f.verify(c.token)
			t.Logf("expected %s, got %s", verdict(c.want), verdict(err))
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if (token == nil) != (err != nil) {
				t.Fatalf("token %v with error %v", token, err)
			}
			if err == nil {
				return
			}
			if !errors.Is(err, ErrRejected) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrConfig) {
				t.Errorf("%v is not only a rejection", err)
			}
			checkLeak(t, c.token, err.Error())
		})
	}
}

// verdict returns an error as one word.
func verdict(err error) string {
	if err == nil {
		return "accepted"
	}
	return Reason(err)
}

// checkLeak fails if a text for logs contains a part of a token: eight consecutive characters of it, or of its content.
func checkLeak(t *testing.T, token, text string) {
	t.Helper()
	text = strings.NewReplacer("token_use", "", `"`+testIssuer+`"`,
		"").Replace(text) // a name that the reason must have, and the configured issuer
	parts := []string{token}
	for part := range strings.SplitSeq(token, ".") {
		if b, err := base64.RawURLEncoding.DecodeString(part); err == nil {
			parts = append(parts, string(b))
		}
	}
	for _, part := range parts {
		for i := range len(part) - 7 {
			if strings.Contains(text, part[i:i+8]) &&
				!strings.Contains(part[i:i+8], `"`) { // with a quote it is rather JSON's own
				t.Fatalf("%q shows %q of the token", text, part[i:i+8])
			}
		}
	}
}

// rs256 returns a token with changes to a good header and good claims.
func rs256(header, claims object) string {
	return sign("RS256", keys()["rsa"], goodHeader("RS256").with(header).String(), goodClaims().with(claims).String())
}

func serializationCases() []contractCase {
	token := good("RS256")
	header, rest, _ := strings.Cut(token, ".")
	claims, sig, _ := strings.Cut(rest, ".")
	// A 2048 bit signature is 342 digits, the last of which has four bits to spare.
	last := strings.IndexByte(digits64, sig[len(sig)-1])
	return []contractCase{
		{name: "03 empty", token: "", want: ErrSerialization},
		{name: "03 no dot", token: header, want: ErrSerialization},
		{name: "03 one dot", token: header + "." + claims, want: ErrSerialization},
		{name: "03 three dots", token: token + ".", want: ErrSerialization},
		{name: "03 two dots alone", token: "..", want: ErrHeader},
		{name: "03 ten thousand dots", token: strings.Repeat(".", 10_000), want: ErrTooLong},
		{name: "03 eight thousand dots", token: strings.Repeat(".", 8_000), want: ErrSerialization},
		{name: "04 one byte over 8 KB", token: longToken(MaxTokenSize + 1), want: ErrTooLong},
		{name: "04 8 KB exactly is accepted", token: longToken(MaxTokenSize)},
		{name: "05 a CR LF inside", token: token[:40] + "\r\n" + token[40:], want: ErrBase64},
		{name: "05 a LF at the end", token: token + "\n", want: ErrBase64},
		{name: "05 a LF in a signature", token: token[:len(token)-4] + "\n" + token[len(token)-4:], want: ErrBase64},
		{name: "05 padding after the signature", token: token + "==", want: ErrBase64},
		{name: "05 padding after the header", token: b64(goodHeader("RS256").with(object{"x": ""}).String()) + "=." + rest,
			want: ErrBase64},
		{name: "05 the alphabet of base64",
			token: strings.NewReplacer("-", "+", "_", "/").Replace(rs256(nil, object{"x": "???>>>~~~"})),
			want:  ErrBase64},
		{name: "05 a space before", token: " " + token, want: ErrBase64},
		{name: "05 a NUL", token: token + "\x00", want: ErrBase64},
		{name: "05 a letter outside ASCII", token: token[:50] + "é" + token[52:], want: ErrBase64},
		{name: "06 trailing bits in the signature", token: token[:len(token)-1] + digits64[last+1:last+2], want: ErrBase64},
		{name: "06 trailing bits in the header", token: trailingBits(goodHeader("RS256").String()) + "." + rest,
			want: ErrBase64},
		{name: "06 trailing bits in the claims", token: header + "." + trailingBits(goodClaims().String()) + "." + sig,
			want: ErrBase64},
		{name: "06 a single digit left over", token: token + "AAA", want: ErrBase64},
		{name: "07 JSON serialization", token: object{"payload": claims, "protected": header, "signature": sig}.String(),
			want: ErrSerialization},
		{name: "07 JSON serialization with dots in it",
			token: object{"payload": claims, "protected": header, "signature": sig, "a.b.c": 1}.String(),
			want:  ErrBase64},
		{name: "07 a JWE", token: b64(`{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}`) + ".a.b.c.d", want: ErrSerialization},
		{name: "07 a JWE around a good token", token: header + "." + token + ".x", want: ErrSerialization},
	}
}

const digits64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// trailingBits encodes a text with an insignificant bit set. It first adds the white space that this needs.
func trailingBits(text string) string {
	for len(text)%3 == 0 {
		text += " "
	}
	s := b64(text)
	last := strings.IndexByte(digits64, s[len(s)-1])
	return s[:len(s)-1] + digits64[last|1:last|1+1]
}

// longToken returns a good token of exactly this length. No base64url text has a length of 1 modulo 4, so not every
// length of the claims leaves a length that the header can have.
func longToken(length int) string {
	for pad := range 8 {
		header := goodHeader("RS256").with(object{"pad": strings.Repeat("x", pad)}).String()
		rest := length - len(b64(header)) - base64.RawURLEncoding.EncodedLen(256) - 2
		room := base64.RawURLEncoding.DecodedLen(rest) - len(goodClaims().with(object{"pad": ""}).String())
		token := sign("RS256", keys()["rsa"], header, goodClaims().with(object{"pad": strings.Repeat("x", room)}).String())
		if len(token) == length {
			return token
		}
	}
	panic("no such token")
}
