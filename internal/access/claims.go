package access

import (
	"cmp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ClaimNames are the claims in which an issuer's tokens have the rights of their callers. The defaults are "scope", and
// "scp" in its absence, "groups" and "roles".
type ClaimNames struct{ Scopes, Groups, Roles string }

// Rights reads scopes, groups and roles from the claims that a token has.
func (n ClaimNames) Rights(claim func(path string) strictjson.Value) Rights {
	return Rights{
		Scopes: Words(n.ScopesIn(claim)),
		Groups: texts(claim(cmp.Or(n.Groups, "groups"))),
		Roles:  texts(claim(cmp.Or(n.Roles, "roles"))),
	}
}

// ScopesIn finds the claim that has the scopes.
func (n ClaimNames) ScopesIn(claim func(path string) strictjson.Value) strictjson.Value {
	scopes := claim(cmp.Or(n.Scopes, "scope"))
	if n.Scopes == "" && !scopes.Exists() {
		scopes = claim("scp") // Okta and Microsoft have their scopes there
	}
	return scopes
}

// Words returns a claim's values: a string of words between spaces (RFC 6749, section 3.3), or an array of strings.
// Anything else is no values: it can grant nothing.
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

// texts are a claim's values where a value may have spaces, as a group's name may: one string, or an array of strings.
func texts(v strictjson.Value) []string {
	if s, ok := v.Text(); ok && s != "" {
		return []string{s}
	}
	list, _ := v.Texts()
	return list
}
