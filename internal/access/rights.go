package access

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// Rights are the values in a caller's claims, whatever claims they came from.
type Rights struct {
	Scopes, Groups, Roles []string

	// Claims are the claims that the table's conditions name, each once: see [Table.Claims].
	Claims []ClaimValue
}

// ClaimValue is a claim in the form that conditions compare: a text, a list, or neither.
type ClaimValue struct {
	Path string
	Text string   // a string's text, or the JSON text of a boolean or an integer
	List []string // an array's strings, booleans and integers, as texts
}

// ClaimOf returns a token's claim in the form that conditions compare.
func ClaimOf(path string, v strictjson.Value) ClaimValue {
	out := ClaimValue{Path: path, List: listOf(v)}
	if text, ok := textOf(v); ok {
		out.Text = text
	}
	return out
}

// textOf returns the text to compare: that of a string, or the JSON text of a boolean or an integer.
func textOf(v strictjson.Value) (string, bool) {
	switch v.Kind() {
	case strictjson.String:
		return v.Text()
	case strictjson.Number:
		return v.Raw(), !strings.ContainsAny(v.Raw(), ".eE")
	case strictjson.True, strictjson.False:
		return v.Raw(), true
	}
	return "", false
}

// listOf returns the elements of an array as texts. If an element cannot be compared, it returns nil, so that the array
// grants nothing.
func listOf(v strictjson.Value) []string {
	if v.Kind() != strictjson.Array {
		return nil
	}
	list := make([]string, 0, v.Len())
	for e := range v.Elements() {
		text, ok := textOf(e)
		if !ok {
			return nil
		}
		list = append(list, text)
	}
	return list
}

// Claim returns the claim with a path. Without such a claim, it returns a value that meets no condition.
func (r Rights) Claim(path string) ClaimValue {
	for _, c := range r.Claims {
		if c.Path == path {
			return c
		}
	}
	return ClaimValue{Path: path}
}

// has reports whether the caller has exactly this value.
func (r Rights) has(v value) bool {
	switch v.kind {
	case Scope:
		return slices.Contains(r.Scopes, v.text)
	case Group:
		return slices.Contains(r.Groups, v.text)
	case Role:
		return slices.Contains(r.Roles, v.text)
	case Claim:
		return v.text != "" && r.Claim(v.claim).Text == v.text
	case ClaimHas:
		return slices.Contains(r.Claim(v.claim).List, v.text)
	case Tenant:
		return tenant.Valid(r.Claim(v.claim).Text)
	}
	return false
}

// Meet reports whether the rights meet a requirement.
func (r Rights) Meet(req Requirement) bool {
	for v := range req.all {
		if r.has(v) {
			return true
		}
	}
	return false
}

// WithFirst returns these rights with the first value of a requirement. It returns false if no token can have both,
// because a claim is one text or a list.
func (r Rights) WithFirst(req Requirement) (Rights, bool) {
	for v := range req.all {
		return r.withValue(v)
	}
	return r, true
}

func (r Rights) withValue(v value) (Rights, bool) {
	if r.has(v) {
		return r, true
	}
	switch v.kind {
	case Scope:
		r.Scopes = append(slices.Clip(r.Scopes), v.text)
	case Group:
		r.Groups = append(slices.Clip(r.Groups), v.text)
	case Role:
		r.Roles = append(slices.Clip(r.Roles), v.text)
	case Claim, ClaimHas:
		return r.withClaim(v)
	case Tenant:
		return r.withClaim(value{Claim, v.claim, tenant.Sample})
	}
	return r, true
}

func (r Rights) withClaim(v value) (Rights, bool) {
	i := slices.IndexFunc(r.Claims, func(c ClaimValue) bool { return c.Path == v.claim })
	var have ClaimValue
	if r.Claims = slices.Clone(r.Claims); i >= 0 {
		have = r.Claims[i]
	} else {
		i, have.Path = len(r.Claims), v.claim
		r.Claims = append(r.Claims, have)
	}
	switch {
	case have.Text != "", v.kind == Claim && have.List != nil:
		return r, false
	case v.kind == Claim:
		have.Text = v.text
	default:
		have.List = append(slices.Clip(have.List), v.text)
	}
	r.Claims[i] = have
	return r, true
}
