package cors

import "github.com/gatehouse-cdk/gatehouse/internal/corsconfig"

// The faults that [Config.Validate] finds, for errors.Is.
var (
	// ErrCredentials: credentials go with "*" in a list, which browsers refuse.
	ErrCredentials = corsconfig.ErrCredentials
	// ErrOrigin: an origin that no browser sends, or a pattern.
	ErrOrigin = corsconfig.ErrOrigin
	// ErrConfig: anything else.
	ErrConfig = corsconfig.ErrConfig
)

// Validate finds what browsers would refuse or never send. Its errors match one of the package's sentinels.
// It looks at literal values: a CDK token is not an origin.
func (c Config) Validate() error { return corsconfig.Config(c).Validate() }
