package pretoken

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Variable is the environment variable that holds the trigger's [Config] as JSON.
const Variable = "GATEHOUSE_PRETOKEN"

// maxEnvironment is how many bytes the variables of a function may have in all.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxEnvironment = 4096

// ErrConfig is the error for settings that cannot be right.
var ErrConfig = errors.New("pretoken: wrong configuration")

// Config says which scopes users get by their groups. [Config.Environment] writes it as JSON, and [FromEnvironment]
// reads that.
type Config struct {
	// Groups are the scopes of each group of the user pool, by the group's name, such as
	// {"editors": {"notes/read", "notes/write"}}. Upper and lower case differ. Default: users get none of Scopes.
	Groups map[string][]string

	// Scopes are the scopes that the trigger decides on: a user's token has one of them only if a group of the user has
	// it. Other scopes, such as "openid", are left as they are. Each scope of Groups is among them. Required.
	Scopes []string
}

// file is a [Config] as it is written.
type file struct {
	Groups map[string][]string `json:"groups,omitempty"`
	Scopes []string            `json:"scopes"`
}

// Environment returns the configuration as a Lambda function's environment, which [FromEnvironment] reads. The same
// configuration gives the same text.
func (c Config) Environment() map[string]string {
	return map[string]string{Variable: string(plainjson.Must(file(c)))}
}

// FromEnvironment reads what [Config.Environment] wrote. It refuses members that it does not know, or that are there
// twice. The error is an [ErrConfig].
func FromEnvironment(getenv func(string) string) (Config, error) {
	var c Config
	read := settings.Fields{"groups": c.readGroups, "scopes": &c.Scopes}.Read
	if err := settings.FromVariable(getenv, Variable, "cognito", read); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return c, c.Check()
}

func (c *Config) readGroups(v strictjson.Value) error {
	c.Groups = map[string][]string{}
	return v.EachMember(func(name string, member strictjson.Value) error {
		scopes, ok := member.Texts()
		if c.Groups[name] = scopes; !ok {
			return fmt.Errorf("%v is not a list of scopes", member.Kind())
		}
		return nil
	})
}

// Check returns what is wrong with the configuration, an [ErrConfig]: each mistake with its place, and the way out.
func (c Config) Check() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...))
	}
	if len(c.Scopes) == 0 {
		wrong("there are no scopes to decide on: leave the trigger out, or name the scopes of the access table")
	}
	for i, s := range c.Scopes {
		if !isScope(s) {
			wrong("Scopes[%d]: %q is not a scope: it has one or more visible ASCII characters other than \" and \\", i, s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Groups)) {
		if name == "" {
			wrong("Groups: a group has no name")
		}
		for i, s := range c.Groups[name] {
			if !slices.Contains(c.Scopes, s) {
				wrong("Groups[%q][%d]: scope %q is not among Scopes %q: require it in the access table, or leave it out",
					name, i, s, c.Scopes)
			}
		}
	}
	if n := len(Variable) + len(c.Environment()[Variable]); n > maxEnvironment {
		wrong("it takes %d bytes, and the environment of a function has room for %d: give fewer groups scopes, or scopes "+
			"shorter names", n, maxEnvironment)
	}
	return errors.Join(errs...)
}

// isScope reports whether a text is a scope-token (RFC 6749, section 3.3).
func isScope(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}
