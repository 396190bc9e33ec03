package localgateway

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TokenRequest describes a token. The zero value is a token of the only issuer, without scopes, groups or roles.
type TokenRequest struct {
	// Issuer is the URL of an issuer or user pool; [Gateway.Issuers] lists them. Default: the only one.
	Issuer string

	// Audience is the API or, for an ID token and for Amazon Cognito, the client that the token is for. It need not be
	// one that the issuer is configured with. Default: the issuer's first one.
	Audience string

	// Subject is the user or client that the token is about. Default: "developer".
	Subject string

	// Scopes, Groups and Roles are written to the claims in which the issuer has them. Default: none.
	Scopes, Groups, Roles []string

	// Claims are further claims by name, encoded as [encoding/json] does. They replace claims that the other fields
	// make; nil leaves a claim out. Default: none.
	Claims map[string]any

	// Expires is how long the token is valid. A negative value makes a token that has expired. Default: one hour.
	Expires time.Duration

	// Use is the kind of token. Default: the kind that the issuer's authorizer accepts.
	Use TokenUse

	// Algorithm is one of the issuer's signing algorithms: "RS256". Default: its first one.
	Algorithm string

	// Opaque asks for an opaque token, of an issuer whose tokens are. Default: an opaque token if the issuer has no others.
	Opaque bool
}

// TokenUse is a kind of token.
type TokenUse string

// The kinds of token.
const (
	AccessToken TokenUse = "access"
	IDToken     TokenUse = "id"
)

// MintToken makes a token in the form of the issuer's own. It fails if the request does not choose one of several
// issuers, if the issuer makes no such token, and with [ConfiguredIssuers].
func (g *Gateway) MintToken(r TokenRequest) (string, error) {
	if g.issuer == nil {
		return "", errors.New(
			"localgateway: no token can be minted with ConfiguredIssuers: the configured issuers make them",
		)
	}
	token, err := g.gateway.Issuer().Mint(devissuer.TokenRequest{
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
	})
	if err != nil {
		return "", fmt.Errorf("localgateway: %w", err)
	}
	return token, nil
}

// Issuers lists the URLs of the issuers and user pools whose tokens [Gateway.MintToken] makes. It is empty with
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
	keys   *devissuer.KeyStore
	folder string // of the keys
	now    func() time.Time

	// Each reading of the assembly makes a provider of its own, which answers from then on.
	provider atomic.Pointer[devissuer.Provider]
	listener net.Listener
	server   *http.Server
}

func newDevelopmentIssuer(now func() time.Time) (*developmentIssuer, error) {
	folder, err := os.MkdirTemp("", "localgateway-")
	if err != nil {
		return nil, fmt.Errorf("localgateway: %w", err)
	}
	i := &developmentIssuer{folder: folder, now: now}
	if i.keys, err = devissuer.OpenKeys(devissuer.KeyOptions{Dir: folder}); err == nil {
		i.listener, err = net.Listen("tcp4", "127.0.0.1:0")
	}
	if err != nil {
		os.RemoveAll(folder)
		return nil, fmt.Errorf("localgateway: %w", err)
	}
	i.server = &http.Server{Handler: i}
	go i.server.Serve(i.listener)
	return i, nil
}

// provide makes the issuers of one reading of the assembly.
func (i *developmentIssuer) provide(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
	p, err := devissuer.New(
		i.keys,
		issuers,
		devissuer.Options{BaseURL: "http://" + i.listener.Addr().String(), Now: i.now},
	)
	if err == nil {
		i.provider.Store(p)
	}
	return p, err
}

func (i *developmentIssuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p := i.provider.Load(); p != nil {
		p.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

func (i *developmentIssuer) close() error {
	return errors.Join(i.server.Close(), os.RemoveAll(i.folder))
}
