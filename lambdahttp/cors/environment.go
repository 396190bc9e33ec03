package cors

import "github.com/gatehouse-cdk/gatehouse/internal/corsconfig"

// Variable is the environment variable that holds the [Config] as JSON.
const Variable = "GATEHOUSE_CORS"

// Environment returns the configuration as environment variables for a Lambda function, which [FromEnvironment] reads.
// The map is empty if no origin is allowed. Strings that hold a CDK token are kept intact; for their sake Environment
// validates nothing.
func (c Config) Environment() map[string]string { return corsconfig.Config(c).Environment() }

// FromEnvironment reads what [Config.Environment] wrote. If the variable is not set, it returns the zero Config: no
// CORS. Unknown members, trailing data, and whatever [Config.Validate] refuses are errors.
func FromEnvironment(getenv func(string) string) (Config, error) {
	c, err := corsconfig.FromEnvironment(getenv)
	return Config(c), err
}
