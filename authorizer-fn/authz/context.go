package authz

import (
	"cmp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// The limits for what reaches the backend and the access log.
const (
	maxPrincipal = 256
	maxValue     = 2048 // of one value in the context
	maxContext   = 8192 // of all names and values together, without those of a hook
)

// pair is a name and a value of the context: the flat map of strings that a backend finds in requestContext.authorizer.
// API Gateway answers 500 if a value is an object, an array or null.
type pair struct{ name, value string }

// contextOf returns the context for the backend, in an order that is always the same. Lists become words separated by
// single spaces; see [escape]. A claim that is too long is left out and not cut, because a part of a value may be
// another value.
func (c Config) contextOf(t claims, r access.Rights, added []pair) []pair {
	out := make([]pair, 0, 4+len(added)+len(c.ContextClaims))
	room := maxContext
	add := func(name, value string) {
		if n := len(name) + len(value); len(value) <= maxValue && n <= room {
			out = append(out, pair{name, value})
			room -= n
		}
	}
	add(settings.ContextIssuer, t.Issuer())
	for _, list := range [...]struct {
		name   string
		values []string
	}{{settings.ContextScopes, r.Scopes}, {settings.ContextGroups, r.Groups}, {settings.ContextRoles, r.Roles}} {
		if text := join(list.values); text != "" {
			add(list.name, text)
		}
	}
	out = append(out, added...)
	for _, claim := range c.ContextClaims {
		if text, ok := flat(t.Claim(claim)); ok {
			add(claim, text)
		}
	}
	return out
}

// tenantsOf returns the tenant IDs of the caller, each under a name of its claim, because API Gateway keeps one context
// for the routes of all claims. A hook can neither change nor add one: see [IsReserved].
func (a *Authorizer) tenantsOf(r access.Rights) (out []pair) {
	for _, claim := range a.table.Tenants() {
		if id := r.Claim(claim).Text; tenant.Valid(id) {
			out = append(out, pair{tenant.Key(claim), id})
		}
	}
	return out
}

// flat returns a claim as one string: a string, number or boolean unchanged, and a list of those as words. Objects and
// null are left out.
func flat(v strictjson.Value) (string, bool) {
	if v.Kind() != strictjson.Array {
		return scalar(v)
	}
	var values []string
	for e := range v.Elements() {
		if s, ok := scalar(e); ok {
			values = append(values, s)
		}
	}
	return join(values), len(values) > 0
}

func scalar(v strictjson.Value) (string, bool) {
	switch v.Kind() {
	case strictjson.String:
		return v.Text()
	case strictjson.Number, strictjson.True, strictjson.False:
		return v.Raw(), true
	}
	return "", false
}

// join writes a list as words separated by single spaces, as many as there is room for. A backend that misses a whole
// right is better than one that receives half a name.
func join(values []string) string {
	if len(values) == 1 && len(values[0]) <= maxValue && isPlain(values[0]) {
		return values[0]
	}
	size := 0
	for _, v := range values {
		size += len(v) + 1
	}
	var b strings.Builder
	b.Grow(min(size, maxValue))
	for _, v := range values {
		word := escape(v)
		if word == "" || b.Len()+1+len(word) > maxValue {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// escape percent-encodes what would make one value look like two, or like another one: spaces, commas, percent signs,
// quotes, backslashes, and everything that is not printable ASCII. Plain names do not change.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isSpecial(c) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if isSpecial(s[i]) {
			return false
		}
	}
	return true
}

func isSpecial(c byte) bool {
	return c <= ' ' || c >= 0x7f || c == ',' || c == '%' || c == '"' || c == '\\'
}

// The limits for the length of an API key's value.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
const minUsageKey, maxUsageKey = 20, 128

// usageKeyOf returns the API key that a caller's requests count against, or "" for none. A claim that is not a valid
// key value counts as none.
func (c *Config) usageKeyOf(t claims) string {
	if c.UsageKeyClaim == "" {
		return ""
	}
	key, _ := t.Claim(c.UsageKeyClaim).Text()
	if len(key) < minUsageKey || len(key) > maxUsageKey || !isPlain(key) {
		return ""
	}
	return key
}

// principalOf returns the principal in a form for an access log, which does not escape quotes. It percent-encodes
// everything that is not printable ASCII, and everything with a meaning in JSON. It rejects a name that is too long,
// because a part of it may be another caller's.
func (i Issuer) principalOf(t claims) (string, bool) {
	claim := t.Claim(cmp.Or(i.PrincipalClaim, "sub"))
	if !claim.Exists() && i.isOpaque() && i.PrincipalClaim == "" {
		claim = t.Claim("client_id") // a client that calls on its own behalf need not have a sub (RFC 7662, section 2.2)
	}
	s, ok := claim.Text()
	if !ok || s == "" || len(s) > maxPrincipal {
		return "", false
	}
	s = escape(s)
	return s, len(s) <= maxPrincipal
}
