package authz

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// file is a [Config] as it is written: JSON, with durations as numbers of seconds.
type file struct {
	Issuers             []fileIssuer  `json:"issuers"`
	TokenSources        []TokenSource `json:"tokenSources,omitempty"`
	Session             *fileSession  `json:"session,omitempty"`
	PerRequest          bool          `json:"perRequest,omitempty"`
	PolicyEndsWithToken bool          `json:"policyEndsWithToken,omitempty"`
	ContextClaims       []string      `json:"contextClaims,omitempty"`
	UsageKeyClaim       string        `json:"usageKeyClaim,omitempty"`
	DenyEscapedPaths    bool          `json:"denyEscapedPaths,omitempty"`
	NoTokenCache        bool          `json:"noTokenCache,omitempty"`
	NoMetrics           bool          `json:"noMetrics,omitempty"`
}

type fileIssuer struct {
	URL               string      `json:"url"`
	Audiences         []string    `json:"audiences"`
	Algorithms        []string    `json:"algorithms,omitempty"`
	JWKSURL           string      `json:"jwksUrl,omitempty"`
	SecretARN         string      `json:"secretArn,omitempty"`
	SecretField       string      `json:"secretField,omitempty"`
	Type              string      `json:"type,omitempty"`
	TokenUse          string      `json:"tokenUse,omitempty"`
	ScopesClaim       string      `json:"scopesClaim,omitempty"`
	GroupsClaim       string      `json:"groupsClaim,omitempty"`
	RolesClaim        string      `json:"rolesClaim,omitempty"`
	PrincipalClaim    string      `json:"principalClaim,omitempty"`
	AcceptBoundTokens bool        `json:"acceptBoundTokens,omitempty"`
	Clients           []string    `json:"clients,omitempty"`
	ClientClaim       string      `json:"clientClaim,omitempty"`
	MaxLifetime       fileSeconds `json:"maxLifetimeSeconds,omitempty"`
	MaxKeyAge         fileSeconds `json:"maxKeyAgeSeconds,omitempty"`
	StaleCeiling      fileSeconds `json:"staleCeilingSeconds,omitempty"`
	Leeway            fileSeconds `json:"leewaySeconds,omitempty"`

	Introspection *fileIntrospection `json:"introspection,omitempty"`
}

type fileIntrospection struct {
	Endpoint       string      `json:"endpoint"`
	ClientID       string      `json:"clientId"`
	ClientAuth     string      `json:"clientAuth,omitempty"`
	SecretARN      string      `json:"secretArn"`
	SecretField    string      `json:"secretField,omitempty"`
	Algorithm      string      `json:"algorithm,omitempty"`
	KeyID          string      `json:"keyId,omitempty"`
	Audience       string      `json:"audience,omitempty"`
	SignedResponse bool        `json:"signedResponse,omitempty"`
	VerifyJWTs     bool        `json:"verifyJwts,omitempty"`
	AnswerTTL      fileSeconds `json:"answerSeconds,omitempty"`
}

type fileSeconds = settings.Seconds

// Environment is the configuration as a Lambda function's environment, which [FromEnvironment] reads.
// Strings that hold a CDK token pass through unharmed.
func (c Config) Environment() map[string]string {
	f := file{
		TokenSources:        c.TokenSources,
		Session:             c.Session.file(),
		PerRequest:          c.PerRequest,
		PolicyEndsWithToken: c.PolicyEndsWithToken,
		ContextClaims:       c.ContextClaims,
		UsageKeyClaim:       c.UsageKeyClaim,
		DenyEscapedPaths:    c.DenyEscapedPaths,
		NoTokenCache:        c.NoTokenCache,
		NoMetrics:           c.NoMetrics,
	}
	for _, i := range c.Issuers {
		f.Issuers = append(f.Issuers, i.file())
	}
	return map[string]string{ConfigVariable: string(encode(f))}
}

// encode writes JSON as it is, without escapes for a browser.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings, numbers and booleans always encode
	}
	return bytes.TrimSpace(b.Bytes())
}

// JSON is the issuer as [Config.Environment] writes it. There is no MarshalJSON, which the linker would keep, with all
// that it takes, in every function that has an Issuer.
func (i Issuer) JSON() []byte { return encode(i.file()) }

// ParseIssuer reads what [Issuer.JSON] wrote, as strictly as [FromEnvironment].
func ParseIssuer(text []byte) (Issuer, error) {
	var i Issuer
	v, err := strictjson.Parse(string(text))
	if err == nil {
		err = i.read(v)
	}
	return i, err
}

func (i Issuer) file() fileIssuer {
	return fileIssuer{
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
		Clients:           i.Clients,
		ClientClaim:       i.ClientClaim,
		MaxLifetime:       fileSeconds(i.MaxLifetime),
		MaxKeyAge:         fileSeconds(i.MaxKeyAge),
		StaleCeiling:      fileSeconds(i.StaleCeiling),
		Leeway:            fileSeconds(i.Leeway),
		Introspection:     i.Introspection.file(),
	}
}

func (n *Introspection) file() *fileIntrospection {
	if n == nil {
		return nil
	}
	return &fileIntrospection{
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
		AnswerTTL:      fileSeconds(n.AnswerTTL),
	}
}

// FromEnvironment reads what [Config.Environment] wrote. It refuses members that it does not know, or that are there
// twice: an older authorizer must not pass over what a newer library asks for. The error is an [ErrConfig].
func FromEnvironment(getenv func(string) string) (Config, error) {
	text := getenv(ConfigVariable)
	if text == "" {
		return Config{}, fmt.Errorf("%w: the environment variable %s is not set: the secureapi construct sets it on "+
			"the function it makes", ErrConfig, ConfigVariable)
	}
	var c Config
	v, err := strictjson.Parse(text)
	if err == nil {
		err = c.read(v)
	}
	if err != nil {
		return Config{}, fmt.Errorf("%w: %s: %w", ErrConfig, ConfigVariable, err)
	}
	return c, nil
}

func (c *Config) read(v strictjson.Value) error {
	return fields{
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
				return fields{"kind": (*string)(&s.Kind), "name": &s.Name}.read(e)
			})
		},
		"session":    c.readSession,
		"perRequest": &c.PerRequest, "contextClaims": &c.ContextClaims, "noTokenCache": &c.NoTokenCache,
		"noMetrics": &c.NoMetrics, "policyEndsWithToken": &c.PolicyEndsWithToken,
		"denyEscapedPaths": &c.DenyEscapedPaths, "usageKeyClaim": &c.UsageKeyClaim,
	}.read(v)
}

func (i *Issuer) read(v strictjson.Value) error {
	return fields{
		"url": &i.URL, "audiences": &i.Audiences, "algorithms": &i.Algorithms, "jwksUrl": &i.JWKSURL,
		"secretArn": &i.SecretARN, "secretField": &i.SecretField, "type": &i.Type, "tokenUse": &i.TokenUse,
		"scopesClaim": &i.ScopesClaim, "groupsClaim": &i.GroupsClaim, "rolesClaim": &i.RolesClaim,
		"principalClaim": &i.PrincipalClaim, "leewaySeconds": &i.Leeway,
		"acceptBoundTokens": &i.AcceptBoundTokens, "clients": &i.Clients, "clientClaim": &i.ClientClaim,
		"maxLifetimeSeconds": &i.MaxLifetime, "maxKeyAgeSeconds": &i.MaxKeyAge,
		"staleCeilingSeconds": &i.StaleCeiling,
		"introspection": func(v strictjson.Value) error {
			if !asksIssuers {
				return withoutTag("an issuer is asked about its tokens", IntrospectionTag)
			}
			i.Introspection = &Introspection{}
			return i.Introspection.read(v)
		},
	}.read(v)
}

func (n *Introspection) read(v strictjson.Value) error {
	return fields{
		"endpoint": &n.Endpoint, "clientId": &n.ClientID, "clientAuth": &n.ClientAuth, "secretArn": &n.SecretARN,
		"secretField": &n.SecretField, "algorithm": &n.Algorithm, "keyId": &n.KeyID, "audience": &n.Audience,
		"signedResponse": &n.SignedResponse, "verifyJwts": &n.VerifyJWTs, "answerSeconds": &n.AnswerTTL,
	}.read(v)
}

// fields is [settings.Fields].
type fields map[string]any

func (f fields) read(v strictjson.Value) error { return settings.Fields(f).Read(v) }
