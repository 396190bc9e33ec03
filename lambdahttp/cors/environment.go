package cors

import "github.com/gatehouse-cdk/gatehouse/internal/corsconfig"

// Variable is the environment variable that holds the [Config] as JSON.
const Variable = "GATEHOUSE_CORS"

// Environment is the configuration as a Lambda function's environment, which [FromEnvironment] reads; empty if no
// origin is allowed. Strings that hold a CDK token pass through unharmed, and nothing is validated, for their sake.
func (c Config) Environment() map[string]string { return corsconfig.Config(c).Environment() }

// FromEnvironment reads what [Config.Environment] wrote. An unset variable is the zero Config: no CORS. Members it does
// not know, trailing data and what [Config.Validate] refuses are errors.
func FromEnvironment(getenv func(string) string) (Config, error) {
	c, err := corsconfig.FromEnvironment(getenv)
	return Config(c), err
}
