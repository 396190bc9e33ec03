package introspection

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Answer is an endpoint's answer about an active token. It is immutable and safe for concurrent use.
type Answer struct {
	doc     strictjson.Document
	claims  strictjson.Value
	expires int64     // exp; noTime without one
	since   time.Time // when the call began
	until   time.Time // when the answer expires
}

const noTime = -1 << 63

// Claims returns the members of the answer as an object: "active", and those that RFC 7662, section 2.2, and the
// provider add.
func (a *Answer) Claims() strictjson.Value { return a.claims }

// Until returns when the answer expires: when the token does, or earlier, a fixed time after the call.
func (a *Answer) Until() time.Time { return a.until }

func (a *Answer) size() int { return a.doc.Size() }

// maxTime is the largest number of seconds that is accepted as a time. JSON parsers do not agree on larger whole
// numbers (RFC 7493, section 2.2).
const maxTime = 1<<53 - 1

// parse parses an answer (RFC 7662, section 2.2). The error is jwt.ErrInactive, or tells why the text is not an answer.
// It refuses what a reader would have to guess: a boolean in quotes, a member that occurs twice, or a time that is not
// a number.
func parse(text string) (*Answer, error) {
	a := &Answer{expires: noTime}
	root, err := a.doc.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the answer is not strict JSON: %w", err)
	}
	if root.Kind() != strictjson.Object {
		return nil, fmt.Errorf("the answer is %v instead of an object", root.Kind())
	}
	active, ok := root.Get("active").Bool()
	switch {
	case !root.Get("active").Exists():
		return nil, errors.New("the answer has no member active, so it is not one of RFC 7662")
	case !ok:
		return nil, fmt.Errorf("active is %v instead of true or false", root.Get("active").Kind())
	case !active:
		return nil, jwt.ErrInactive
	}
	for _, name := range [...]string{"exp", "nbf", "iat"} {
		v := root.Get(name)
		if !v.Exists() {
			continue
		}
		n, _, ok := v.Floor()
		if !ok || n < -maxTime || n > maxTime {
			return nil, fmt.Errorf("%s is not a number of seconds", name)
		}
		if name == "exp" {
			a.expires = n
		}
	}
	a.claims = root
	return a, nil
}

// parseSigned parses the content of a signed answer, without keeping the rest of the answer in memory.
func parseSigned(text string) (*Answer, error) { return parse(strings.Clone(text)) }
