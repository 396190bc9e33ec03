package jwt

import (
	"errors"
	"testing"
)

// The cases are what an issuer that API Gateway itself verifies accepts and other issuers reject, and what both reject.
func TestByAPIGateway(t *testing.T) {
	for _, c := range []struct {
		name           string
		header, claims object
		gateway, other error
	}{
		{"a good token", nil, nil, nil, nil},
		{"another type", object{"typ": "logout+jwt"}, nil, nil, ErrType},
		{"bound to a key", nil, object{"cnf": object{"jkt": "x"}}, nil, ErrBound},
		{"client_id in place of aud", nil, object{"client_id": testAudience, "aud": nil}, nil, ErrAudience},
		{"no kid", object{"kid": nil}, nil, ErrKeyID, nil},
		{"client_id with another aud", nil, object{"client_id": testAudience, "aud": "x"}, ErrAudience, ErrAudience},
		{"neither aud nor client_id", nil, object{"aud": nil}, ErrAudience, ErrAudience},
		{"expired", nil, object{"exp": t0.Unix()}, ErrExpired, ErrExpired},
		{"not yet valid", nil, object{"nbf": t0.Unix() + 1}, ErrNotYet, ErrNotYet},
		{"another algorithm", object{"alg": "none"}, nil, ErrAlgorithm, ErrAlgorithm},
	} {
		t.Run(c.name, func(t *testing.T) {
			for by, want := range map[bool]error{true: c.gateway, false: c.other} {
				f := newFixture(t, func(o *Options) { o.Issuers[0].ByAPIGateway = by })
				if _, err := f.verify(rs256(c.header, c.claims)); !errors.Is(err, want) || want == nil && err != nil {
					t.Errorf("ByAPIGateway %v: got %v, want %v", by, err, want)
				}
			}
		})
	}
}
