package introspection

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Answer is what an endpoint says of an active token. It does not change, and any number of goroutines may use it.
type Answer struct {
	doc     strictjson.Document
	claims  strictjson.Value
	expires int64     // exp; noTime without one
	since   time.Time // when the call began
	until   time.Time // when the answer no longer counts
}

const noTime = -1 << 63

// Claims returns the members of the answer, an object: "active" and what RFC 7662, section 2.2, and the provider add.
func (a *Answer) Claims() strictjson.Value { return a.claims }

// Until returns when the answer no longer counts: when the token expires, and a time after the call at the latest.
func (a *Answer) Until() time.Time { return a.until }

func (a *Answer) size() int { return a.doc.Size() }

// maxTime is the largest number of seconds that counts as a time: JSON readers agree on no larger whole number (RFC
// 7493, section 2.2).
const maxTime = 1<<53 - 1

// parse reads an answer (RFC 7662, section 2.2). The error is jwt.ErrInactive, or says why it cannot be one: a reader
// must not have to guess what a boolean in quotes, a member that is there twice or a time that is not a number means.
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

// parseSigned is parse of what a signed answer holds, without keeping the rest of it in memory.
func parseSigned(text string) (*Answer, error) { return parse(strings.Clone(text)) }
