package jwt

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

// unknown are tokens with a kid each that the issuer does not have.
func unknown(i int) string {
	return sign("ES256", keys()["p256b"], goodHeader("ES256").with(object{"kid": fmt.Sprint("forged-", i)}).String(), goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
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
		f.clock.advance(DefaultCooldown)
		for i := range 1000 {
			f.want(t, forged[i%len(forged)], ErrUnknownKey)
		}
		f.wantRequests(t, 1+cooldown)
	}
	f.want(t, lasting("rsa"), nil)
}

func TestLine17ForgedTokensWhileTheServerFails(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	f.clock.advance(DefaultCooldown)
	token := unknown(0)
	for range 1000 {
		f.want(t, token, ErrUnknownKey)
	}
	f.wantRequests(t, 2)
	f.want(t, lasting("rsa"), nil)
}

func TestLine17ForgedTokensAtOnceCauseOneFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.advance(DefaultCooldown)
	token := unknown(0)
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if _, err := f.verify(token); !errors.Is(err, ErrUnknownKey) {
				t.Errorf("got %v, want %v", err, ErrUnknownKey)
			}
		})
	}
	wg.Wait()
	f.wantRequests(t, 2)
}

func TestLine18BadSignaturesCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	var bad []string
	for _, alg := range allAlgorithms {
		bad = append(bad, swapClaims(alg))
	}
	f.clock.advance(2 * DefaultCooldown)
	for i := range 1000 {
		f.want(t, bad[i%len(bad)], ErrSignature)
	}
	f.wantRequests(t, 1)
}

func TestBadClaimsCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	for _, token := range []string{
		rs256(nil, object{"exp": 1}), rs256(nil, object{"iss": "https://other.example.com"}), rs256(nil, object{"aud": "x"}), rs256(object{"typ": "dpop+jwt"}, nil), rs256(nil, object{"nbf": t0.Unix() + 9}),
	} {
		f.want(t, token, ErrRejected)
	}
	f.wantRequests(t, 0)
}
