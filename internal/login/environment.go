package login

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Environment returns the configuration as a Lambda function's environment, which [FromEnvironment] reads. Strings with
// a CDK token are unchanged.
func (c Config) Environment() map[string]string {
	return settings.Login{
		Issuer:       c.Issuer.JSON(),
		DiscoveryURL: c.DiscoveryURL,
		ClientID:     c.ClientID,
		ClientAuth:   c.ClientAuth,
		SecretARN:    c.SecretARN,
		SecretField:  c.SecretField,
		Algorithm:    c.Algorithm,
		KeyID:        c.KeyID,
		Audience:     c.Audience,
		UserPoolID:   c.UserPoolID,
		Scopes:       c.Scopes,
		Parameters:   c.Parameters,
		Origin:       c.Origin,
		BasePath:     c.BasePath,
		Path:         c.Path,
		Cookie:       c.Cookie,
		KeysARN:      c.KeysARN,
		IdleTimeout:  settings.Seconds(c.IdleTimeout),
		MaxAge:       settings.Seconds(c.MaxAge),
		AllowOrigins: c.AllowOrigins,
		Claims:       c.Claims,
		Table:        c.Table,
		Admins:       c.Admins,
		AfterLogout:  c.AfterLogout,
		NoMetrics:    c.NoMetrics,
	}.Environment()
}

// FromEnvironment reads what [Config.Environment] wrote. It refuses members that are unknown or occur twice. The error
// is an [ErrConfig].
func FromEnvironment(getenv func(string) string) (Config, error) {
	var c Config
	if err := settings.FromVariable(getenv, Variable, "secureapi", c.read); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return c, nil
}

func (c *Config) read(v strictjson.Value) error {
	return settings.Fields{
		"issuer": func(v strictjson.Value) (err error) {
			c.Issuer, err = authz.ParseIssuer([]byte(v.Raw()))
			return err
		},
		"discoveryUrl": &c.DiscoveryURL, "clientId": &c.ClientID, "clientAuth": &c.ClientAuth, "secretArn": &c.SecretARN,
		"secretField": &c.SecretField, "algorithm": &c.Algorithm, "keyId": &c.KeyID, "audience": &c.Audience,
		"userPoolId": &c.UserPoolID, "scopes": &c.Scopes, "parameters": settings.Texts(&c.Parameters), "origin": &c.Origin,
		"basePath": &c.BasePath, "path": &c.Path, "cookie": &c.Cookie, "keysArn": &c.KeysARN,
		"idleTimeoutSeconds": &c.IdleTimeout, "maxAgeSeconds": &c.MaxAge, "allowOrigins": &c.AllowOrigins,
		"claims": &c.Claims, "table": &c.Table, "admins": &c.Admins, "afterLogout": &c.AfterLogout, "noMetrics": &c.NoMetrics,
	}.Read(v)
}
