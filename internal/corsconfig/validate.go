package corsconfig

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// The faults that [Config.Validate] finds, for errors.Is.
var (
	// ErrCredentials: credentials go with "*" in a list, which browsers refuse.
	ErrCredentials = errors.New("credentials with a wildcard")
	// ErrOrigin: an origin that no browser sends, or a pattern.
	ErrOrigin = errors.New("not an origin")
	// ErrConfig: anything else.
	ErrConfig = errors.New("bad configuration")
)

// Validate finds what browsers would refuse or never send. Its errors match one of the package's sentinels.
// It looks at literal values: a CDK token is not an origin.
func (c Config) Validate() error {
	if err := c.check(); err != nil {
		return fmt.Errorf("cors: %w", err)
	}
	return nil
}

func (c Config) check() error {
	if len(c.AllowOrigins) == 0 {
		if c.AllowCredentials || c.MaxAge != 0 || len(c.AllowHeaders)+len(c.ExposeHeaders)+len(c.AllowMethods) > 0 {
			return fmt.Errorf("%w: there are settings but no origin: name the origins in AllowOrigins", ErrConfig)
		}
		return nil
	}
	for _, o := range c.AllowOrigins {
		if err := httpname.CheckOrigin(o); err != nil {
			return fmt.Errorf("%w: %w", ErrOrigin, err)
		}
	}
	if slices.Contains(c.AllowOrigins, "*") && len(c.AllowOrigins) > 1 {
		return fmt.Errorf(
			"%w: AllowOrigins has %q beside %d others: it stands alone",
			ErrConfig,
			"*",
			len(c.AllowOrigins)-1,
		)
	}
	for _, list := range []struct {
		field  string
		values []string
	}{
		{"AllowOrigins", c.AllowOrigins},
		{"AllowHeaders", c.AllowHeaders},
		{"ExposeHeaders", c.ExposeHeaders},
		{"AllowMethods", c.AllowMethods},
	} {
		// With credentials, "*" is refused for origins, and is a plain name in the other lists.
		// Source: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
		if c.AllowCredentials && slices.Contains(list.values, "*") {
			return fmt.Errorf(
				"%w: AllowCredentials is set and %s has %q, which browsers do not accept together: list the values",
				ErrCredentials,
				list.field,
				"*",
			)
		}
		for _, v := range list.values {
			if list.field != "AllowOrigins" && !httpname.IsToken(v) {
				return fmt.Errorf("%w: %s has %q: want a name without spaces or separators", ErrConfig, list.field, v)
			}
		}
	}
	for _, m := range c.AllowMethods {
		// Methods are compared with regard to case: RFC 9110, section 9.1.
		if up := strings.ToUpper(m); m != up {
			return fmt.Errorf("%w: AllowMethods has %q: methods are written in upper case: %q", ErrConfig, m, up)
		}
	}
	if c.MaxAge < 0 || c.MaxAge%time.Second != 0 {
		return fmt.Errorf("%w: MaxAge is %v: want whole seconds, none of them negative", ErrConfig, c.MaxAge)
	}
	return nil
}
