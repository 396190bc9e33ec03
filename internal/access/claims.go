package access

import (
	"cmp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ClaimNames are the claims in which an issuer's tokens have the rights of their callers. The defaults are "scope" (or
// "scp" if that is absent), "groups" and "roles".
type ClaimNames struct{ Scopes, Groups, Roles string }

// Rights reads the scopes, groups and roles from a token's claims.
func (n ClaimNames) Rights(claim func(path string) strictjson.Value) Rights {
	return Rights{
		Scopes: Words(n.ScopesIn(claim)),
		Groups: texts(claim(cmp.Or(n.Groups, "groups"))),
		Roles:  texts(claim(cmp.Or(n.Roles, "roles"))),
	}
}

// ScopesIn returns the claim that has the scopes.
func (n ClaimNames) ScopesIn(claim func(path string) strictjson.Value) strictjson.Value {
	scopes := claim(cmp.Or(n.Scopes, "scope"))
	if n.Scopes == "" && !scopes.Exists() {
		scopes = claim("scp") // the claim of Okta and Microsoft
	}
	return scopes
}

// Words returns a claim's values, from a string of words separated by spaces (RFC 6749, section 3.3) or an array of
// strings. Any other claim has no values, so that it grants nothing.
func Words(v strictjson.Value) []string {
	if s, ok := v.Text(); ok {
		list := make([]string, 0, 1+strings.Count(s, " "))
		for word := range strings.SplitSeq(s, " ") {
			if word != "" {
				list = append(list, word)
			}
		}
		return list
	}
	list, _ := v.Texts()
	return list
}

// texts returns the values of a claim whose values may contain spaces, such as the name of a group. The claim is one
// string or an array of strings.
func texts(v strictjson.Value) []string {
	if s, ok := v.Text(); ok && s != "" {
		return []string{s}
	}
	list, _ := v.Texts()
	return list
}
