package authz

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt/strictjson"
)

// What the context holds besides [Config.ContextClaims].
const (
	contextIssuer = "issuer"
	contextScopes = "scopes"
	contextGroups = "groups"
	contextRoles  = "roles"
)

// reserved are the names that a claim cannot have in the context: ours, and those that API Gateway puts beside it.
var reserved = []string{contextIssuer, contextScopes, contextGroups, contextRoles, "principalId", "integrationLatency", "claims"}

// Bounds on what reaches the backend, and the access log.
const (
	maxPrincipal = 256
	maxContext   = 2048 // of one value
)

// Context is the flat map of strings that a backend finds in requestContext.authorizer. API Gateway answers 500 if a
// value is an object, an array or null.
type Context map[string]string

// contextOf is what the backend is told. Lists are words between single spaces; see [escape].
func (c Config) contextOf(t *jwt.Token, r access.Rights) Context {
	out := Context{contextIssuer: bounded(t.Issuer())}
	list := func(name string, values []string) {
		if len(values) > 0 {
			out[name] = join(values)
		}
	}
	list(contextScopes, r.Scopes)
	list(contextGroups, r.Groups)
	list(contextRoles, r.Roles)
	for _, claim := range c.ContextClaims {
		if text, ok := flat(t.Claim(claim)); ok {
			out[claim] = text
		}
	}
	return out
}

// flat is a claim as one string: a string, a number or a boolean as it is, a list of those as words. Objects and null
// are left out.
func flat(v strictjson.Value) (string, bool) {
	switch v.Kind() {
	case strictjson.String:
		s, _ := v.Text()
		return bounded(s), true
	case strictjson.Number, strictjson.True, strictjson.False:
		return v.Raw(), true
	case strictjson.Array:
		var values []string
		for e := range v.Elements() {
			switch e.Kind() {
			case strictjson.String:
				s, _ := e.Text()
				values = append(values, s)
			case strictjson.Number, strictjson.True, strictjson.False:
				values = append(values, e.Raw())
			}
		}
		return join(values), len(values) > 0
	}
	return "", false
}

// join writes a list as words between single spaces, as many as there is room for: a backend is rather told of one
// right less than of half a name.
func join(values []string) string {
	var b strings.Builder
	for _, v := range values {
		word := escape(v)
		if b.Len()+1+len(word) > maxContext {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// escape percent-encodes what would make one value look like two, or like another one: spaces, commas, percent signs,
// quotes, backslashes, and all that is not printable ASCII. Plain names stay as they are.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = !special(s[i])
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; special(c) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func special(c byte) bool {
	return c <= ' ' || c >= 0x7f || c == ',' || c == '%' || c == '"' || c == '\\'
}

// bounded cuts a text that is too long, between two characters.
func bounded(s string) string {
	if len(s) <= maxContext {
		return s
	}
	return strings.ToValidUTF8(s[:maxContext], "")
}

// principalOf is who calls, fit for an access log, whose quotes are not escaped: what is not printable ASCII, and what
// JSON has a meaning for, is percent-encoded. Too long a name is rejected, since a part of one may be another's.
func (i Issuer) principalOf(t *jwt.Token) (string, bool) {
	s, ok := t.Claim(orDefault(i.PrincipalClaim, "sub")).Text()
	if !ok || s == "" {
		return "", false
	}
	s = escape(s)
	return s, len(s) <= maxPrincipal
}
