package settings

import (
	"encoding/json"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// LoginVariable is the environment variable that holds a [Login] as JSON.
const LoginVariable = "GATEHOUSE_LOGIN"

// The defaults of a login and its sessions.
const (
	DefaultLoginPath   = "/auth"
	DefaultCookie      = "__Host-session"
	DefaultIdleTimeout = time.Hour
	DefaultMaxAge      = 12 * time.Hour
)

// Login is the configuration of a login function in its written form; login.Config of internal/login documents it. It
// is a separate type for the same reason as [Authorizer].
type Login struct {
	Issuer       json.RawMessage   `json:"issuer"` // [Issuer.JSON]
	DiscoveryURL string            `json:"discoveryUrl,omitempty"`
	ClientID     string            `json:"clientId"`
	ClientAuth   string            `json:"clientAuth,omitempty"`
	SecretARN    string            `json:"secretArn,omitempty"`
	SecretField  string            `json:"secretField,omitempty"`
	Algorithm    string            `json:"algorithm,omitempty"`
	KeyID        string            `json:"keyId,omitempty"`
	Audience     string            `json:"audience,omitempty"`
	UserPoolID   string            `json:"userPoolId,omitempty"`
	Scopes       []string          `json:"scopes"`
	Parameters   map[string]string `json:"parameters,omitempty"`
	Origin       string            `json:"origin"`
	BasePath     string            `json:"basePath,omitempty"`
	Path         string            `json:"path,omitempty"`
	Cookie       string            `json:"cookie,omitempty"`
	KeysARN      string            `json:"keysArn"`
	IdleTimeout  Seconds           `json:"idleTimeoutSeconds,omitempty"`
	MaxAge       Seconds           `json:"maxAgeSeconds,omitempty"`
	AllowOrigins []string          `json:"allowOrigins,omitempty"`
	Claims       []string          `json:"claims,omitzero"` // empty and nil differ
	Table        string            `json:"table,omitempty"`
	Admins       bool              `json:"admins,omitempty"`
	AfterLogout  string            `json:"afterLogout,omitempty"`
	NoMetrics    bool              `json:"noMetrics,omitempty"`
}

// Environment returns the configuration as a Lambda function's environment. Strings with a CDK token are unchanged.
func (l Login) Environment() map[string]string {
	return map[string]string{LoginVariable: string(plainjson.Must(l))}
}
