// Package settings writes the configurations that constructs put into the environment of functions, as JSON, and reads
// their members.
//
//	environment := settings.Authorizer{Issuers: issuers}.Environment()
//	err := settings.Fields{"url": &c.URL, "leewaySeconds": &c.Leeway}.Read(value)
//
// Reading is strict: a member that the release does not know is an error, so that an older function does not ignore
// what a newer stack requires. It takes a tenth of the time that encoding/json takes in a new process.
//
// Reading does not check what the values mean.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Fields maps the name of each member of an object to its destination: a *string, *bool or *[]string, a *time.Duration
// for a whole number of seconds, or a function such as [Texts].
type Fields map[string]any

var errUnknown = errors.New("not known to this release: build the function and the stack from one release")

// Read reads an object. null leaves a member at its default. The error names the member, and never its value. It is not
// inlined, as a function would have several copies of it.
//
//go:noinline
func (f Fields) Read(v strictjson.Value) error {
	return v.EachMember(func(name string, member strictjson.Value) error {
		if _, known := f[name]; known && member.Kind() == strictjson.Null {
			return nil // what encoding/json writes for a nil list
		}
		var ok bool
		switch to := f[name].(type) {
		case *string:
			*to, ok = member.Text()
		case *bool:
			*to, ok = member.Bool()
		case *time.Duration:
			var n int64
			n, ok = member.Int64()
			*to = Duration(n)
		case *[]string:
			*to, ok = member.Texts()
		case func(strictjson.Value) error:
			return to(member)
		default:
			return errUnknown
		}
		if !ok {
			return fmt.Errorf("%v is not what belongs there", member.Kind())
		}
		return nil
	})
}

// FromVariable reads the JSON value in an environment variable that a construct sets. The error names the variable.
func FromVariable(
	getenv func(string) string, variable, construct string, read func(strictjson.Value) error,
) error {
	text := getenv(variable)
	if text == "" {
		return fmt.Errorf("the environment variable %s is not set: the %s construct sets it on the function that it makes",
			variable, construct)
	}
	v, err := strictjson.Parse(text)
	if err == nil {
		err = read(v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	return nil
}

// Texts reads an object that contains only strings.
func Texts(to *map[string]string) func(strictjson.Value) error {
	return func(v strictjson.Value) error {
		all := map[string]string{}
		err := v.EachMember(func(name string, member strictjson.Value) error {
			text, ok := member.Text()
			if all[name] = text; !ok {
				return fmt.Errorf("%v is not what belongs there", member.Kind())
			}
			return nil
		})
		if err == nil {
			*to = all
		}
		return err
	}
}

// Duration converts a number of seconds. A number that overflows becomes the longest duration, which no setting allows.
func Duration(seconds int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Second)
	return time.Duration(max(-most, min(seconds, most))) * time.Second
}

// Seconds is a duration that is written as a number of seconds. A fraction is written too, so that [Fields.Read]
// refuses it. If it were rounded, a limit below a second would become no limit.
type Seconds time.Duration

// MarshalJSON writes the number of seconds.
func (s Seconds) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).Seconds()) }
