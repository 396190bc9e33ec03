package jwt

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

// unknown returns tokens that each have a kid which the issuer does not have.
func unknown(i int) string {
	return sign("ES256", keys()["p256b"], goodHeader("ES256").with(object{"kid": fmt.Sprint("forged-", i)}).String(),
		goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
}

func TestLine17ForgedTokensCauseOneFetchInACooldown(t *testing.T) {
	f := newFixture(t)
	forged := make([]string, 50)
	for i := range forged {
		forged[i] = unknown(i)
	}
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 1)
	for i := range 1000 {
		f.want(t, forged[i%len(forged)], ErrUnknownKey)
	}
	f.wantRequests(t, 1) // the keys are younger than the cooldown
	for cooldown := int64(1); cooldown <= 3; cooldown++ {
		f.clock.Advance(DefaultCooldown)
		for i := range 1000 {
			f.want(t, forged[i%len(forged)], ErrUnknownKey)
		}
		f.wantRequests(t, 1+cooldown)
	}
	f.want(t, lasting("rsa"), nil)
}

func TestLine17ForgedTokensWhileTheServerFails(t *testing.T) {
	newFixture(t).wantWhileFailing(t, 1000, unknown(0), ErrUnknownKey)
}

func TestLine17ForgedTokensAtOnceCauseOneFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(DefaultCooldown)
	f.wantAtOnce(t, 1000, unknown(0), ErrUnknownKey)
	f.wantRequests(t, 2)
}

// wantAtOnce verifies a token many times at once, and requires the same error each time.
func (f *fixture) wantAtOnce(t *testing.T, times int, token string, want error) {
	t.Helper()
	var wg sync.WaitGroup
	for range times {
		wg.Go(func() {
			if _, err := f.verify(token); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		})
	}
	wg.Wait()
}

// wantWhileFailing verifies a token many times while the server of the keys fails. It requires the same error each time
// and a single fetch, and that the earlier keys are still used.
func (f *fixture) wantWhileFailing(t *testing.T, times int, token string, want error) {
	t.Helper()
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	f.clock.Advance(DefaultCooldown)
	for range times {
		f.want(t, token, want)
	}
	f.wantRequests(t, 2)
	f.want(t, lasting("rsa"), nil)
}

// forgedUnderKnownKIDs returns tokens with a kid of the issuer, signed with other keys: one of each algorithm, followed
// by tokens of RS256, which is the fastest to verify.
func forgedUnderKnownKIDs(n int) []string {
	var bad []string
	for _, alg := range allAlgorithms {
		bad = append(bad, swapClaims(alg))
	}
	return append(bad, slices.Repeat([]string{swapClaims("RS256")}, n-len(bad))...)
}

func TestLine18BadSignaturesWithinTheCooldownCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(DefaultCooldown - 1)
	for _, token := range forgedUnderKnownKIDs(1000) {
		f.want(t, token, ErrSignature)
	}
	f.wantRequests(t, 1)
}

func TestLine51BadSignaturesCauseOneFetchInACooldown(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	bad, foreign := forgedUnderKnownKIDs(500), unknown(0)
	for cooldown := int64(1); cooldown <= 3; cooldown++ {
		f.clock.Advance(DefaultCooldown)
		for _, token := range bad {
			f.want(t, token, ErrSignature)
			f.want(t, foreign, ErrUnknownKey) // the cooldown is one for both
		}
		f.wantRequests(t, 1+cooldown)
	}
	f.want(t, lasting("rsa"), nil)
}

func TestLine51BadSignaturesAtOnceCauseOneFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(DefaultCooldown)
	f.wantAtOnce(t, 200, swapClaims("ES256"), ErrSignature)
	f.wantRequests(t, 2)
}

func TestLine51BadSignaturesWhileTheServerFailsCauseOneFetch(t *testing.T) {
	newFixture(t).wantWhileFailing(t, 500, swapClaims("ES256"), ErrSignature)
}

// A signature that no key could make, whatever its material, is no reason to ask the issuer.
func TestLine51SignaturesOfNoKeyCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(DefaultCooldown)
	cut := func(s []byte) []byte { return s[:len(s)-1] }
	for _, token := range []string{resigned("ES256", cut), resigned("EdDSA", cut), resigned("RS256", cut),
		resigned("RS256", func([]byte) []byte { return make([]byte, maxRSABits/8+1) })} {
		f.want(t, token, ErrSignatureShape)
	}
	f.wantRequests(t, 1)
}

func TestBadClaimsCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	for _, token := range []string{
		rs256(nil, object{"exp": 1}), rs256(nil, object{"iss": "https://other.example.com"}), rs256(nil, object{"aud": "x"}),
		rs256(object{"typ": "dpop+jwt"}, nil), rs256(nil, object{"nbf": t0.Unix() + 9}),
	} {
		f.want(t, token, ErrRejected)
	}
	f.wantRequests(t, 0)
}
