package localgateway

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/issuersite"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TokenRequest describes a token. The zero value is a token of the only issuer, without scopes, groups or roles.
type TokenRequest struct {
	// Issuer is the URL of an issuer or user pool; [Gateway.Issuers] lists them. Default: the only one.
	Issuer string

	// Audience is the token's audience: the API, or, for an ID token and for Amazon Cognito, the client. It need not be
	// one that the issuer is configured with. Default: the first one that all authorizers of the issuer accept.
	Audience string

	// Subject is the user or client that the token identifies. Default: "developer".
	Subject string

	// Scopes, Groups and Roles are written to the issuer's claims for them. Default: none.
	Scopes, Groups, Roles []string

	// Claims are additional claims by name, encoded with [encoding/json]. They replace claims from the other fields; nil
	// removes a claim. Default: none.
	Claims map[string]any

	// Expires is the token's lifetime. If negative, the token has already expired. Default: one hour, or the issuer's
	// MaxLifetime if it is shorter.
	Expires time.Duration

	// Use is the kind of token. Default: the kind that the issuer's authorizer accepts.
	Use TokenUse

	// Algorithm is one of the issuer's signing algorithms, such as "RS256". Default: its first one.
	Algorithm string

	// Opaque requests an opaque token, from an issuer that has those. Default: an opaque token if the issuer has no
	// others.
	Opaque bool
}

// TokenUse is a kind of token.
type TokenUse string

// Kinds of tokens.
const (
	AccessToken TokenUse = "access"
	IDToken     TokenUse = "id"
)

// MintToken makes a token in the format of the issuer's own. It returns an error if there are several issuers and r
// does not select one, if the issuer does not make such tokens, and with [ConfiguredIssuers].
func (g *Gateway) MintToken(r TokenRequest) (string, error) {
	if g.issuer == nil {
		return "", errors.New(
			"localgateway: no token can be minted with ConfiguredIssuers: the configured issuers make them",
		)
	}
	token, err := g.gateway.Issuer().Mint(r.request())
	if err != nil {
		return "", fmt.Errorf("localgateway: %w", err)
	}
	return token, nil
}

// MintProof makes a DPoP proof (RFC 9449) for one request with a token of [Gateway.MintToken]: the value of the
// request's DPoP header. The URL is the request's own. An issuer that is DPoPBound binds the tokens that MintToken
// makes to the key of these proofs. It returns an error with [ConfiguredIssuers].
func (g *Gateway) MintProof(method, url, token string) (string, error) {
	if g.issuer == nil {
		return "", errors.New("localgateway: no proof can be made with ConfiguredIssuers: the clients of the configured " +
			"issuers have the keys")
	}
	proof, err := g.gateway.Issuer().Proof(method, url, token)
	if err != nil {
		return "", fmt.Errorf("localgateway: %w", err)
	}
	return proof, nil
}

// request converts the request for the development issuer.
func (r TokenRequest) request() devissuer.TokenRequest {
	return devissuer.TokenRequest{
		Issuer:    r.Issuer,
		Audience:  r.Audience,
		Subject:   r.Subject,
		Scopes:    r.Scopes,
		Groups:    r.Groups,
		Roles:     r.Roles,
		Claims:    r.Claims,
		Expires:   r.Expires,
		Use:       devissuer.Use(r.Use),
		Algorithm: r.Algorithm,
		Opaque:    r.Opaque,
	}
}

// Issuers returns the URLs of the issuers and user pools for which [Gateway.MintToken] makes tokens. It is empty with
// [ConfiguredIssuers].
func (g *Gateway) Issuers() []string {
	if g.issuer == nil {
		return nil
	}
	var urls []string
	for _, i := range g.gateway.Issuer().Issuers() {
		urls = append(urls, i.URL)
	}
	return urls
}

// developmentIssuer publishes development keys on loopback, for authorizer functions to fetch.
type developmentIssuer struct {
	*issuersite.Site
	folder string        // the folder of the keys
	server *front.Server // nil if the gateway's server serves the issuer
}

// newDevelopmentIssuer returns an issuer for the gateway at a URL, whose app has an origin. Without a URL the issuer is
// served on its own port. All gateways of a process have the same keys.
func newDevelopmentIssuer(
	url string, now func() time.Time, thumbprint string, personas func(issuer string) []devissuer.Persona,
) (*developmentIssuer, error) {
	origin := ""
	if url != "" {
		origin = apigateway.AppOrigin(url)
	}
	folder, err := os.MkdirTemp("", "localgateway-")
	if err != nil {
		return nil, err
	}
	i := &developmentIssuer{folder: folder}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: folder, Shared: true})
	var listener net.Listener
	if err == nil && url == "" {
		if listener, err = front.Listen("127.0.0.1:0"); err == nil {
			url = "http://" + listener.Addr().String()
		}
	}
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	i.Site = issuersite.New(issuersite.Options{
		URL:  url,
		Keys: func() (*devissuer.KeyStore, error) { return keys, nil },
		Now:  now,

		AppOrigin:  origin,
		Thumbprint: thumbprint,
		Personas:   personas,
	})
	if listener != nil {
		i.server = front.New(front.Options{Func: i.Serve, Now: now})
		go i.server.Serve(listener)
	}
	return i, nil
}

// personas returns the personas of the assembly that is served. Sign-in pages call it once the gateway exists.
func (g *Gateway) personas(issuer string) []devissuer.Persona { return g.gateway.Personas(issuer) }

func (i *developmentIssuer) close() error {
	if i.server != nil {
		i.server.Close()
	}
	return os.RemoveAll(i.folder)
}
