// Package oidcclient is a confidential client of an OpenID provider. It exchanges codes and refresh tokens for tokens,
// verifies these, and fills a session's fields from them.
//
// It serves no HTTP, stores no session and writes no log. The login function uses all of it. An authorizer function
// that refreshes sessions uses only [Client.Renew].
package oidcclient

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// Config configures who the provider is and how the client authenticates to it.
type Config struct {
	// Issuer is the provider, with the settings by which the guard verifies its access tokens. An empty JWKSURL is taken
	// from the metadata. ID tokens are verified by its URL, Algorithms, JWKSURL, Leeway, MaxKeyAge and StaleCeiling, with
	// published keys, and RS256 is accepted as well. AllowLoopbackHTTP applies to all of the provider's endpoints.
	// Required.
	Issuer jwt.Issuer

	// Opaque reports that access tokens cannot be verified here, because only their issuer knows them.
	Opaque bool

	// DiscoveryURL is the URL of the metadata. Default: Issuer.URL + "/.well-known/openid-configuration".
	DiscoveryURL string

	// ClientID is the client's ID. Required.
	ClientID string

	// ClientAuth is how the client authenticates to the token endpoint, a [clientauth.Method]. Default:
	// "client_secret_basic".
	ClientAuth string

	// SecretARN names the AWS Secrets Manager secret with the client's secret or private key. It is the whole secret
	// string or, with SecretField, one field of its JSON. Required without UserPoolID.
	SecretARN, SecretField string

	// Algorithm is the algorithm that signs the client's assertions for "private_key_jwt". KeyID is their kid, and
	// Audience their aud. Defaults: no kid; Issuer.URL.
	Algorithm, KeyID, Audience string

	// UserPoolID is the ID of the Amazon Cognito user pool that the client's secret is read from. Default: another
	// provider.
	UserPoolID string

	// Claims are the paths of the ID token's claims that sessions store. If nil, sessions store the access token.
	Claims []string
}

// Client is a client of one provider. It is safe for concurrent use.
type Client struct {
	config    Config
	client    *clientauth.Client
	transport http.RoundTripper
	now       func() time.Time

	mu        sync.Mutex // held while fetching, so that one fetch serves all callers
	known     *Metadata
	tried     time.Time // when the last fetch began
	lastError error     // of the last fetch

	logouts    *jwt.Verifier // for logout tokens; nil before the first
	logoutKeys string        // the URL of its keys
}

// New returns a client. The vault has the environment, the transport for all requests, and the clock. The source random
// is for the assertions' IDs. Nothing is fetched yet. It reports errors in the settings now and not at the first login.
func New(config Config, vault secretsmanager.Client, random io.Reader) (*Client, error) {
	c := &Client{config: config, transport: vault.Transport, now: vault.Now}
	credential := vault.Field(config.SecretARN, config.SecretField)
	if config.UserPoolID != "" {
		pool := userPool{id: config.UserPoolID, clientID: config.ClientID, vault: vault}
		if err := pool.check(config.Issuer.AllowLoopbackHTTP); err != nil {
			return nil, err
		}
		credential = pool.secret
	}
	options := clientauth.Options{
		ClientID: config.ClientID,
		Method:   clientauth.Method(config.ClientAuth),
		Credential: func(ctx context.Context) ([]byte, error) {
			ctx, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			return credential(ctx)
		},
		Algorithm: config.Algorithm,
		KeyID:     config.KeyID,
		Audience:  config.Audience,
		Now:       vault.Now,
		Random:    random,
	}
	if options.Method == clientauth.PrivateKey && options.Audience == "" {
		options.Audience = config.Issuer.URL
	}
	var err error
	if c.client, err = clientauth.New(options); err != nil {
		return nil, err
	}
	if _, _, err = c.verifiers("https://keys.invalid/"); err != nil { // nothing is fetched from it
		return nil, err
	}
	return c, nil
}

// Prepare fetches the client's credential, the metadata and the keys. The first request reports any errors.
func (c *Client) Prepare(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = c.client.Current(ctx) })
	wg.Go(func() {
		if m, err := c.Metadata(ctx); err == nil {
			m.start(ctx)
			_ = m.idTokens.Ready(ctx)
			if m.access != nil {
				_ = m.access.Ready(ctx)
			}
		}
	})
	wg.Wait()
}
