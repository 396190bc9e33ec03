package jwt

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ignoredKey is an unused member of a key set.
type ignoredKey struct {
	id  string
	why error
}

// parseKeySet reads a JWK set (RFC 7517, section 5). It returns the keys that verify signatures, and those that are
// ignored. A set without any usable key is still valid: the issuer then has no valid tokens.
//
// It refuses a set that is not strict JSON, has no list of keys, has more keys than the limit, or has two keys with one
// kid, because a kid would then be ambiguous. Ignored keys count too.
func parseKeySet(text string, maxKeys int) (keys []*key, ignored []ignoredKey, err error) {
	v, err := strictjson.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	list := v.Get("keys")
	if list.Kind() != strictjson.Array {
		return nil, nil, fmt.Errorf("keys is %v instead of an array", list.Kind())
	}
	if n := list.Len(); n > maxKeys {
		return nil, nil, fmt.Errorf("%d keys, and the limit is %d", n, maxKeys)
	}
	ids := make(map[string]bool)
	for member := range list.Elements() {
		if member.Kind() != strictjson.Object {
			return nil, nil, fmt.Errorf("a key is %v instead of an object", member.Kind())
		}
		id, named := member.Get("kid").Text()
		if named && ids[id] {
			return nil, nil, errors.New("two keys have the same kid")
		}
		ids[id] = ids[id] || named
		k, err := parseKey(member)
		if err != nil {
			ignored = append(ignored, ignoredKey{id, err})
			continue
		}
		keys = append(keys, k)
	}
	return keys, ignored, nil
}
