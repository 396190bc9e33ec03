package authz

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// benchmarkToken returns a token of about 700 bytes. Base64url allows no exact length.
func benchmarkToken(n int) string {
	claims := object{"scope": "openid read", "groups": []string{"staff", "admins"}, "azp": "client-1", "n": n}
	for pad := 0; ; pad++ {
		if t := token(claims.With(object{"x": strings.Repeat("x", pad)})); len(t) >= 700 {
			return t
		}
	}
}

// BenchmarkDecision measures a decision for 100 routes, from the event's bytes to the answer's bytes. The log line is
// written to a file. It compares this with the verification of the token's signature alone.
func BenchmarkDecision(b *testing.B) {
	text := benchmarkToken(0)
	b.Run("raw RS256", func(b *testing.B) {
		dot := strings.LastIndexByte(text, '.')
		input := []byte(text[:dot])
		signature, err := base64.RawURLEncoding.DecodeString(text[dot+1:])
		if err != nil {
			b.Fatal(err)
		}
		public := goodKey().Signer.Public().(*rsa.PublicKey)
		b.ReportAllocs()
		for b.Loop() {
			sum := sha256.Sum256(input)
			if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature) != nil {
				b.Fatal("invalid")
			}
		}
	})
	events := map[string][]byte{
		"TOKEN": authztest.TokenEvent(authztest.ARN("GET", "/resource-3/1234"), "Bearer "+text),
		"REQUEST": authztest.RequestEvent("GET", "/resource-3/1234",
			map[string][]string{"Authorization": {"Bearer " + text}}, nil),
	}
	for _, kind := range []string{"TOKEN", "REQUEST"} {
		for _, cached := range []bool{false, true} {
			name := kind + " new"
			if cached {
				name = kind + " repeated"
			}
			b.Run(name, func(b *testing.B) {
				null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
				if err != nil {
					b.Fatal(err)
				}
				defer null.Close()
				f := newFixture(b, func(s *setup) {
					s.config.NoTokenCache = !cached
					s.routes = manyRoutes(100)
					s.options.Log = null
				})
				ctx, cancel := lambdaContext()
				defer cancel()
				if answer, err := f.Invoke(ctx, events[kind]); err != nil || !strings.Contains(string(answer), `"Allow"`) {
					b.Fatal(string(answer), err)
				}
				b.ReportAllocs()
				for b.Loop() {
					ctx, cancel := context.WithCancel(ctx)
					if _, err := f.Invoke(ctx, events[kind]); err != nil {
						b.Fatal(err)
					}
					cancel()
				}
			})
		}
	}
}

// BenchmarkSession measures a decision on a session that the authorizer has already decrypted. The access token is like
// that of [BenchmarkDecision], and the refresh token has 1,000 bytes.
func BenchmarkSession(b *testing.B) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	f := newSessions(b, func(s *setup) {
		s.routes = manyRoutes(100)
		s.options.Log = null
	})
	x := f.opened(benchmarkToken(0))
	x.Refresh = strings.Repeat("r", 1000)
	event := browses("GET", "/resource-3/1234", "theme=dark; "+f.sealed(b, f.store, x))
	ctx, cancel := lambdaContext()
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithCancel(ctx)
		if answer, err := f.Invoke(ctx, event); err != nil || !strings.Contains(string(answer[:200]), `"Allow"`) {
			b.Fatal(string(answer), err)
		}
		cancel()
	}
}
