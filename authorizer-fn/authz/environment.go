package authz

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Environment returns the configuration as environment variables for a Lambda function, which [FromEnvironment] reads.
// Strings that hold a CDK token are kept intact.
func (c Config) Environment() map[string]string {
	f := settings.Authorizer{
		Session:             c.Session.written(),
		PerRequest:          c.PerRequest,
		ProofTable:          c.ProofTable,
		ProofURLs:           c.ProofURLs,
		PolicyEndsWithToken: c.PolicyEndsWithToken,
		ContextClaims:       c.ContextClaims,
		UsageKeyClaim:       c.UsageKeyClaim,
		DenyEscapedPaths:    c.DenyEscapedPaths,
		NoTokenCache:        c.NoTokenCache,
		NoMetrics:           c.NoMetrics,
	}
	for _, i := range c.Issuers {
		f.Issuers = append(f.Issuers, i.written())
	}
	for _, t := range c.TokenSources {
		f.TokenSources = append(f.TokenSources, t.written())
	}
	return f.Environment()
}

// JSON returns the issuer in the form that [Config.Environment] writes. It is not named MarshalJSON, because the linker
// would then keep it and its dependencies in every function that has an Issuer.
func (i Issuer) JSON() []byte { return i.written().JSON() }

// ParseIssuer reads what [Issuer.JSON] wrote, as strictly as [FromEnvironment].
func ParseIssuer(text []byte) (Issuer, error) {
	var i Issuer
	v, err := strictjson.Parse(string(text))
	if err == nil {
		err = i.read(v)
	}
	return i, err
}

func (i Issuer) written() settings.Issuer {
	return settings.Issuer{
		URL:               i.URL,
		Audiences:         i.Audiences,
		Algorithms:        i.Algorithms,
		JWKSURL:           i.JWKSURL,
		SecretARN:         i.SecretARN,
		SecretField:       i.SecretField,
		Type:              i.Type,
		TokenUse:          i.TokenUse,
		ScopesClaim:       i.ScopesClaim,
		GroupsClaim:       i.GroupsClaim,
		RolesClaim:        i.RolesClaim,
		PrincipalClaim:    i.PrincipalClaim,
		AcceptBoundTokens: i.AcceptBoundTokens,
		CertificateBound:  i.CertificateBound,
		DPoPBound:         i.DPoPBound,
		Clients:           i.Clients,
		ClientClaim:       i.ClientClaim,
		MaxLifetime:       settings.Seconds(i.MaxLifetime),
		MaxKeyAge:         settings.Seconds(i.MaxKeyAge),
		StaleCeiling:      settings.Seconds(i.StaleCeiling),
		Leeway:            settings.Seconds(i.Leeway),
		Introspection:     i.Introspection.written(),
	}
}

func (n *Introspection) written() *settings.Introspection {
	if n == nil {
		return nil
	}
	return &settings.Introspection{
		Endpoint:       n.Endpoint,
		ClientID:       n.ClientID,
		ClientAuth:     n.ClientAuth,
		SecretARN:      n.SecretARN,
		SecretField:    n.SecretField,
		Algorithm:      n.Algorithm,
		KeyID:          n.KeyID,
		Audience:       n.Audience,
		SignedResponse: n.SignedResponse,
		VerifyJWTs:     n.VerifyJWTs,
		AnswerTTL:      settings.Seconds(n.AnswerTTL),
	}
}

// FromEnvironment reads what [Config.Environment] wrote. It refuses unknown and duplicate members, because an older
// authorizer must not ignore a setting of a newer library. The error is an [ErrConfig].
func FromEnvironment(getenv func(string) string) (Config, error) {
	var c Config
	if err := settings.FromVariable(getenv, ConfigVariable, "secureapi", c.read); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return c, nil
}

func (c *Config) read(v strictjson.Value) error {
	return settings.Fields{
		"issuers": func(v strictjson.Value) error {
			return v.EachElement(func(e strictjson.Value) error {
				c.Issuers = append(c.Issuers, Issuer{})
				return c.Issuers[len(c.Issuers)-1].read(e)
			})
		},
		"tokenSources": func(v strictjson.Value) error {
			return v.EachElement(func(e strictjson.Value) error {
				c.TokenSources = append(c.TokenSources, TokenSource{})
				s := &c.TokenSources[len(c.TokenSources)-1]
				return settings.Fields{"kind": (*string)(&s.Kind), "name": &s.Name}.Read(e)
			})
		},
		"session":    c.readSession,
		"perRequest": &c.PerRequest, "proofTable": &c.ProofTable, "proofUrls": &c.ProofURLs,
		"contextClaims": &c.ContextClaims, "noTokenCache": &c.NoTokenCache, "noMetrics": &c.NoMetrics,
		"policyEndsWithToken": &c.PolicyEndsWithToken,
		"denyEscapedPaths":    &c.DenyEscapedPaths, "usageKeyClaim": &c.UsageKeyClaim,
	}.Read(v)
}

func (i *Issuer) read(v strictjson.Value) error {
	return settings.Fields{
		"url": &i.URL, "audiences": &i.Audiences, "algorithms": &i.Algorithms, "jwksUrl": &i.JWKSURL,
		"secretArn": &i.SecretARN, "secretField": &i.SecretField, "type": &i.Type, "tokenUse": &i.TokenUse,
		"scopesClaim": &i.ScopesClaim, "groupsClaim": &i.GroupsClaim, "rolesClaim": &i.RolesClaim,
		"principalClaim": &i.PrincipalClaim, "leewaySeconds": &i.Leeway,
		"acceptBoundTokens": &i.AcceptBoundTokens, "certificateBound": &i.CertificateBound, "dpopBound": &i.DPoPBound,
		"clients": &i.Clients, "clientClaim": &i.ClientClaim,
		"maxLifetimeSeconds": &i.MaxLifetime, "maxKeyAgeSeconds": &i.MaxKeyAge,
		"staleCeilingSeconds": &i.StaleCeiling,
		"introspection": func(v strictjson.Value) error {
			if !asksIssuers {
				return withoutTag("an issuer is asked about its tokens", IntrospectionTag)
			}
			i.Introspection = &Introspection{}
			return i.Introspection.read(v)
		},
	}.Read(v)
}

func (n *Introspection) read(v strictjson.Value) error {
	return settings.Fields{
		"endpoint": &n.Endpoint, "clientId": &n.ClientID, "clientAuth": &n.ClientAuth, "secretArn": &n.SecretARN,
		"secretField": &n.SecretField, "algorithm": &n.Algorithm, "keyId": &n.KeyID, "audience": &n.Audience,
		"signedResponse": &n.SignedResponse, "verifyJwts": &n.VerifyJWTs, "answerSeconds": &n.AnswerTTL,
	}.Read(v)
}
