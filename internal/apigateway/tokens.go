package apigateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

var errNoIssuer = errors.New("localgateway: there is no development issuer, so no token can be verified")

// poolTokens verifies the tokens of user pools and of JWT authorizers with the keys of the development issuer.
type poolTokens struct {
	served *served

	mu        sync.Mutex
	verifiers map[string]*jwt.Verifier // by pool and use
	jwts      map[*apimodel.Authorizer]*jwt.Verifier
}

func (s *served) tokens() *poolTokens {
	return &poolTokens{
		served:    s,
		verifiers: map[string]*jwt.Verifier{},
		jwts:      map[*apimodel.Authorizer]*jwt.Verifier{},
	}
}

var _ checks.TokenVerifier = (*poolTokens)(nil)

// Verify accepts a token of the pool for the given use and for any of the pool's clients. The authorizer's own
// expression decides which of the clients it accepts. Package jwt verifies, as it does in the included authorizer.
func (p *poolTokens) Verify(ctx context.Context, pool *apimodel.UserPool, use, token string) (*jwt.Token, error) {
	v, err := p.verifier(pool, use)
	if err != nil {
		return nil, err
	}
	return v.Verify(ctx, token)
}

func (p *poolTokens) verifier(pool *apimodel.UserPool, use string) (*jwt.Verifier, error) {
	if p.served.issuer == nil {
		return nil, errNoIssuer
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := use + " " + pool.ProviderURL
	if v := p.verifiers[key]; v != nil {
		return v, nil
	}
	url := p.served.issuer.JWKSURL(pool.ProviderURL)
	if url == "" {
		return nil, fmt.Errorf("the development issuer has no keys of %s", pool.ProviderURL)
	}
	v, err := jwt.New(jwt.Options{Now: p.served.gateway.options.Now, TokenCache: 1000, Issuers: []jwt.Issuer{{
		URL: pool.ProviderURL, Audiences: p.clients(pool), JWKSURL: url, TokenUse: use, AllowLoopbackHTTP: true}}})
	if err != nil {
		return nil, err
	}
	p.verifiers[key] = v
	return v, nil
}

// verifyJWT verifies a token of an issuer that a JWT authorizer trusts. It is a [checks.JWTVerifier].
func (p *poolTokens) verifyJWT(ctx context.Context, a *apimodel.Authorizer, token string) (*jwt.Token, error) {
	v, err := p.jwtVerifier(a)
	if err != nil {
		return nil, err
	}
	return v.Verify(ctx, token)
}

func (p *poolTokens) jwtVerifier(a *apimodel.Authorizer) (*jwt.Verifier, error) {
	if p.served.issuer == nil {
		return nil, errNoIssuer
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := p.jwts[a]; v != nil {
		return v, nil
	}
	o := jwt.Options{Now: p.served.gateway.options.Now, TokenCache: 1000}
	for _, i := range a.JWT.Issuers {
		url := p.served.issuer.JWKSURL(i.URL)
		if url == "" {
			return nil, fmt.Errorf("the development issuer has no keys of %s", i.URL)
		}
		o.Issuers = append(o.Issuers, jwt.Issuer{
			URL: i.URL, Audiences: i.Audiences, Algorithms: a.JWT.Algorithms, JWKSURL: url,
			ByAPIGateway: true, AllowLoopbackHTTP: true,
		})
	}
	v, err := jwt.New(o)
	if err != nil {
		return nil, err
	}
	p.jwts[a] = v
	return v, nil
}

// clients returns the clients of a pool: those in the assembly, and those outside of it that authorizers name and for
// which the development issuer makes tokens. If no client is known, it returns the one that such tokens are made for.
func (p *poolTokens) clients(pool *apimodel.UserPool) []string {
	var out []string
	for _, c := range pool.Clients {
		out = append(out, c.ClientID)
	}
	for _, i := range p.served.issuer.Issuers() {
		if i.URL == pool.ProviderURL && i.Cognito {
			out = append(out, i.Audiences...)
		}
	}
	if len(out) == 0 {
		return []string{devissuer.StandInClient}
	}
	slices.Sort(out)
	return slices.Compact(out) // sorted, since explanations list them
}
