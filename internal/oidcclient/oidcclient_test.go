package oidcclient

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// An issuer that signs access tokens with a shared secret signs ID tokens with a published key: its JWKSURL is for
// these alone.
func TestASharedSecretAndPublishedKeys(t *testing.T) {
	config := Config{
		Issuer: jwt.Issuer{
			URL:       "https://idp.test",
			Audiences: []string{"api://orders"},
			JWKSURL:   "https://idp.test/keys",
			Secret:    func(context.Context) ([]byte, error) { return []byte(strings.Repeat("s", 32)), nil },
		},
		ClientID: "shop",
	}
	c, err := New(config, secretsmanager.Client{Getenv: func(string) string { return "" }, Now: time.Now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ids, access, err := c.verifiers("https://idp.test/keys"); err != nil || ids == nil || access == nil {
		t.Errorf("verifiers %v and %v, %v", ids, access, err)
	}
}
