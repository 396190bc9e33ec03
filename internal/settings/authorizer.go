package settings

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// AuthorizerVariable is the environment variable that holds an [Authorizer] as JSON.
const AuthorizerVariable = "GATEHOUSE_AUTHORIZER"

// The build tags of authorizer functions. They link code that only some configurations need.
const (
	IntrospectionTag = "gatehouse_introspection"
	SessionTag       = "gatehouse_session"
	TableTag         = "gatehouse_table"
	OwnershipTag     = "gatehouse_ownership"
	BindingTag       = "gatehouse_binding"
	ProofTableTag    = "gatehouse_proof_table"
)

// Authorizer is the configuration of an authorizer function in its written form; authz.Config documents it. It is a
// separate type, so that an app that only writes it does not link the code that reads and uses it: HTTP, TLS and the
// verification of tokens.
type Authorizer struct {
	Issuers             []Issuer      `json:"issuers"`
	TokenSources        []TokenSource `json:"tokenSources,omitempty"`
	Session             *Session      `json:"session,omitempty"`
	PerRequest          bool          `json:"perRequest,omitempty"`
	ProofTable          string        `json:"proofTable,omitempty"`
	ProofURLs           []string      `json:"proofUrls,omitempty"`
	PolicyEndsWithToken bool          `json:"policyEndsWithToken,omitempty"`
	ContextClaims       []string      `json:"contextClaims,omitempty"`
	UsageKeyClaim       string        `json:"usageKeyClaim,omitempty"`
	DenyEscapedPaths    bool          `json:"denyEscapedPaths,omitempty"`
	NoTokenCache        bool          `json:"noTokenCache,omitempty"`
	NoMetrics           bool          `json:"noMetrics,omitempty"`
}

// Issuer is an authz.Issuer.
type Issuer struct {
	URL               string   `json:"url"`
	Audiences         []string `json:"audiences"`
	Algorithms        []string `json:"algorithms,omitempty"`
	JWKSURL           string   `json:"jwksUrl,omitempty"`
	SecretARN         string   `json:"secretArn,omitempty"`
	SecretField       string   `json:"secretField,omitempty"`
	Type              string   `json:"type,omitempty"`
	TokenUse          string   `json:"tokenUse,omitempty"`
	ScopesClaim       string   `json:"scopesClaim,omitempty"`
	GroupsClaim       string   `json:"groupsClaim,omitempty"`
	RolesClaim        string   `json:"rolesClaim,omitempty"`
	PrincipalClaim    string   `json:"principalClaim,omitempty"`
	AcceptBoundTokens bool     `json:"acceptBoundTokens,omitempty"`
	CertificateBound  bool     `json:"certificateBound,omitempty"`
	DPoPBound         bool     `json:"dpopBound,omitempty"`
	Clients           []string `json:"clients,omitempty"`
	ClientClaim       string   `json:"clientClaim,omitempty"`
	MaxLifetime       Seconds  `json:"maxLifetimeSeconds,omitempty"`
	MaxKeyAge         Seconds  `json:"maxKeyAgeSeconds,omitempty"`
	StaleCeiling      Seconds  `json:"staleCeilingSeconds,omitempty"`
	Leeway            Seconds  `json:"leewaySeconds,omitempty"`

	Introspection *Introspection `json:"introspection,omitempty"`
}

// Introspection is an authz.Introspection.
type Introspection struct {
	Endpoint       string  `json:"endpoint"`
	ClientID       string  `json:"clientId"`
	ClientAuth     string  `json:"clientAuth,omitempty"`
	SecretARN      string  `json:"secretArn"`
	SecretField    string  `json:"secretField,omitempty"`
	Algorithm      string  `json:"algorithm,omitempty"`
	KeyID          string  `json:"keyId,omitempty"`
	Audience       string  `json:"audience,omitempty"`
	SignedResponse bool    `json:"signedResponse,omitempty"`
	VerifyJWTs     bool    `json:"verifyJwts,omitempty"`
	AnswerTTL      Seconds `json:"answerSeconds,omitempty"`
}

// Session is an authz.Session.
type Session struct {
	Cookie       string        `json:"cookie,omitempty"`
	Host         string        `json:"host"`
	KeysARN      string        `json:"keysArn"`
	IdleTimeout  Seconds       `json:"idleTimeoutSeconds,omitempty"`
	MaxAge       Seconds       `json:"maxAgeSeconds,omitempty"`
	AllowOrigins []string      `json:"allowOrigins,omitempty"`
	Table        *SessionTable `json:"table,omitempty"`
}

// SessionTable is an authz.SessionTable.
type SessionTable struct {
	Name         string   `json:"name"`
	DiscoveryURL string   `json:"discoveryUrl,omitempty"`
	ClientID     string   `json:"clientId"`
	ClientAuth   string   `json:"clientAuth,omitempty"`
	SecretARN    string   `json:"secretArn,omitempty"`
	SecretField  string   `json:"secretField,omitempty"`
	Algorithm    string   `json:"algorithm,omitempty"`
	KeyID        string   `json:"keyId,omitempty"`
	Audience     string   `json:"audience,omitempty"`
	UserPoolID   string   `json:"userPoolId,omitempty"`
	Claims       []string `json:"claims,omitzero"` // empty and nil differ
}

// The kinds of a [TokenSource].
const (
	Header      = "header"
	Cookie      = "cookie"
	QueryString = "querystring"
)

// TokenSource is an authz.TokenSource.
type TokenSource struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Check returns why no request can have a token at this place: the kind is unknown, or the name is not valid.
func (s TokenSource) Check() error {
	switch {
	case s.Kind != Header && s.Kind != Cookie && s.Kind != QueryString || s.Name == "":
		return fmt.Errorf("token source %q %q: want a header, a cookie or a querystring with a name", s.Kind, s.Name)
	case s.Kind != QueryString && !httpname.IsToken(s.Name):
		return fmt.Errorf("token source %q %q: the name of a header or a cookie has letters, digits and %q (RFC "+
			"9110, section 5.6.2)",
			s.Kind, s.Name, httpname.TokenSymbols)
	}
	return nil
}

// Environment returns the configuration as a Lambda function's environment. Strings with a CDK token are unchanged.
func (a Authorizer) Environment() map[string]string {
	return map[string]string{AuthorizerVariable: string(plainjson.Must(a))}
}

// JSON returns the issuer as [Authorizer.Environment] writes it.
func (i Issuer) JSON() []byte { return plainjson.Must(i) }

// The members that an authorizer puts into a request's context.
const (
	ContextIssuer = "issuer"
	ContextScopes = "scopes"
	ContextGroups = "groups"
	ContextRoles  = "roles"

	ContextAccessToken = "accessToken" // of a session, for routes that ask for it
)

// IsReserved reports whether the authorizer, or API Gateway itself, uses a name in the context.
func IsReserved(name string) bool {
	return tenant.IsKey(name) || slices.Contains([]string{
		ContextIssuer,
		ContextScopes,
		ContextGroups,
		ContextRoles,
		ContextAccessToken,
		"principalId",
		"integrationLatency",
		"claims",
	}, name)
}
