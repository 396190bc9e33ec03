package cors

import "github.com/gatehouse-cdk/gatehouse/internal/corsconfig"

// Errors of [Config.Validate], for errors.Is.
var (
	// ErrCredentials reports credentials together with "*" in a list, which browsers refuse.
	ErrCredentials = corsconfig.ErrCredentials
	// ErrOrigin reports an origin that no browser sends, or a pattern.
	ErrOrigin = corsconfig.ErrOrigin
	// ErrConfig reports any other fault.
	ErrConfig = corsconfig.ErrConfig
)

// Validate returns an error for values that browsers would refuse or never send. The error matches one of the package's
// Err variables. Values have to be literal: a CDK token is not an origin.
func (c Config) Validate() error { return corsconfig.Config(c).Validate() }
