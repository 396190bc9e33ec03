//go:build linux

package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// caller is a user with tokens.
type caller struct {
	subject string
	read    string // a token with the scope orders/read
	write   string // with orders/write
	admin   string // with orders/write, in the group admins
	nothing string // without scopes and groups
	bad     []badToken
}

// badToken is a token that must be rejected, with the reason.
type badToken struct{ why, token string }

// callers makes callers whose tokens are valid longer than the run.
func (s *soak) callers(n int) ([]caller, error) {
	ours, err := s.provider(devissuer.Folder(s.cache()))
	if err != nil {
		return nil, err
	}
	foreign, err := s.provider(filepath.Join(s.dir, "foreign"))
	if err != nil {
		return nil, err
	}
	var out []caller
	for i := range n {
		c := caller{subject: fmt.Sprintf("soak-%d", i)}
		var failed error
		mint := func(p *devissuer.Provider, r devissuer.TokenRequest) string {
			r.Subject = c.subject
			if r.Expires == 0 {
				r.Expires = s.duration + time.Hour
			}
			token, err := p.Mint(r)
			if err != nil {
				failed = err
			}
			return token
		}
		full := devissuer.TokenRequest{Scopes: []string{"orders/read", "orders/write"}, Groups: []string{"admins"}}
		c.read = mint(ours, devissuer.TokenRequest{Scopes: []string{"orders/read"}})
		c.write = mint(ours, devissuer.TokenRequest{Scopes: []string{"orders/write"}})
		c.admin = mint(ours, devissuer.TokenRequest{Scopes: []string{"orders/write"}, Groups: full.Groups})
		c.nothing = mint(ours, devissuer.TokenRequest{})
		expired, otherClient := full, full
		expired.Expires, otherClient.Audience = -time.Hour, "another-client"
		right := mint(ours, full)
		c.bad = []badToken{
			{"expired", mint(ours, expired)},
			{"for another client", mint(ours, otherClient)},
			{"signed with a key that is not the issuer's", mint(foreign, full)},
		}
		if failed != nil {
			return nil, failed
		}
		c.bad = append(c.bad, forged(right)...)
		out = append(out, c)
	}
	return out, nil
}

// cache returns a folder that replaces the user's cache folder.
func (s *soak) cache() string { return filepath.Join(s.dir, "cache") }

// provider returns the development issuer of the assembly, with the keys in a folder.
func (s *soak) provider(folder string) (*devissuer.Provider, error) {
	a, err := cloudassembly.Read(s.assembly)
	if err != nil {
		return nil, err
	}
	issuers, err := devissuer.FromModel(apimodel.Read(a, cloudassembly.Options{}))
	if err != nil {
		return nil, err
	}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: folder})
	if err != nil {
		return nil, err
	}
	return devissuer.New(keys, issuers, devissuer.Options{})
}

// forged returns tokens made from a valid one without its key.
func forged(right string) []badToken {
	parts := strings.Split(right, ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1]) // cannot fail: the token was just made
	encode := base64.RawURLEncoding.EncodeToString
	changed := encode([]byte(strings.Replace(string(payload), `"sub":"soak-`, `"sub":"root-`, 1)))
	return []badToken{
		{"with a changed subject", parts[0] + "." + changed + "." + parts[2]},
		{"without a signature", encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."},
		{"with its signature cut", right[:len(right)-8]},
	}
}

// choose returns a random element.
func choose[T any](r *rand.Rand, elements []T) T { return elements[r.IntN(len(elements))] }
