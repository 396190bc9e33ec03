package jwt

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// vault is a secret that can be changed. It counts requests.
type vault struct {
	asked  int
	secret []byte
	err    error
}

func (v *vault) get(context.Context) ([]byte, error) {
	v.asked++
	return v.secret, v.err
}

func secretFixture(t *testing.T, v *vault, algorithms ...string) *fixture {
	return newFixture(t, func(o *Options) {
		o.Issuers[0].JWKSURL, o.Issuers[0].Algorithms, o.Issuers[0].Secret = "", algorithms, v.get
		o.TokenCache = 10
	})
}

func hmacToken(alg string, secret []byte) string {
	return sign(alg, testKey{secret: secret}, goodHeader(alg).String(),
		goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
}

func TestLine14ASecretShorterThanItsHash(t *testing.T) {
	for _, c := range []struct {
		algorithms []string
		length     int
		ok         bool
	}{
		{[]string{"HS256"}, 32, true}, {[]string{"HS256"}, 31, false}, {[]string{"HS256"}, 0, false},
		{[]string{"HS384"}, 48, true}, {[]string{"HS384"}, 47, false},
		{[]string{"HS512"}, 64, true}, {[]string{"HS512"}, 63, false},
		{[]string{"HS256", "HS512"}, 63, false}, // long enough for one of them only
		{nil, 32, true}, {nil, 31, false},
	} {
		secret := []byte(strings.Repeat("s", c.length))
		f := secretFixture(t, &vault{secret: secret}, c.algorithms...)
		err := f.Ready(context.Background())
		if c.ok {
			if err != nil {
				t.Errorf("%v with %d bytes: %v", c.algorithms, c.length, err)
			}
			continue
		}
		if !errors.Is(err, ErrConfig) || c.length > 0 && strings.Contains(err.Error(), "sss") {
			t.Errorf("%v with %d bytes: got %v, want a configuration error", c.algorithms, c.length, err)
		}
		f.want(t, hmacToken("HS256", secret),
			map[bool]error{true: ErrUnavailable, false: ErrAlgorithm}[c.algorithms == nil || c.algorithms[0] == "HS256"])
	}
}

func TestSecretRotation(t *testing.T) {
	before, after := keys()["secret"].secret, keys()["secret2"].secret
	v := &vault{secret: before}
	f := secretFixture(t, v)
	f.want(t, hmacToken("HS256", before), nil)
	f.want(t, hmacToken("HS256", after), ErrSignature) // within the cooldown

	v.secret = after
	f.clock.Advance(DefaultCooldown)
	f.want(t, hmacToken("HS256", before), nil) // until it is known that the secret has changed
	f.want(t, hmacToken("HS256", after), nil)
	f.want(t, hmacToken("HS256", before), ErrSignature) // not even from the token cache
	if v.asked != 2 {
		t.Errorf("asked %d times, want 2", v.asked)
	}
	for range 1000 {
		f.want(t, hmacToken("HS256", before), ErrSignature)
	}
	if v.asked != 2 {
		t.Errorf("asked %d times by forged tokens within a cooldown", v.asked)
	}
	f.clock.Advance(DefaultCooldown)
	for range 1000 {
		f.want(t, hmacToken("HS256", before), ErrSignature)
	}
	if v.asked != 3 {
		t.Errorf("asked %d times, want 3", v.asked)
	}
}

func TestASecretIsFetchedAgainWhenItIsOld(t *testing.T) {
	before, after := keys()["secret"].secret, keys()["secret2"].secret
	v := &vault{secret: before}
	f := secretFixture(t, v)
	f.want(t, hmacToken("HS256", before), nil)
	v.secret = after
	f.clock.Advance(defaultAge)
	f.want(t, hmacToken("HS256", before), ErrSignature) // a secret that was given up does not serve on
	f.want(t, hmacToken("HS256", after), nil)
	v.err = errors.New("throttled")
	f.clock.Advance(defaultAge)
	f.want(t, hmacToken("HS256", after), nil)
	f.clock.Advance(defaultStaleCeiling)
	f.want(t, hmacToken("HS256", after), ErrUnavailable)
	v.err, v.secret = nil, []byte("short")
	f.clock.Advance(time.Hour)
	f.want(t, hmacToken("HS256", after), ErrConfig)
}

func TestTheSecretsBytesAreCopied(t *testing.T) {
	v := &vault{secret: append([]byte(nil), keys()["secret"].secret...)}
	f := secretFixture(t, v)
	f.want(t, hmacToken("HS256", keys()["secret"].secret), nil)
	clear(v.secret)
	f.want(t, hmacToken("HS256", keys()["secret"].secret), nil)
	f.want(t, hmacToken("HS256", v.secret), ErrSignature)
}
