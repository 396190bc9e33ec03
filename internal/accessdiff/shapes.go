package accessdiff

import (
	"cmp"
	"slices"
)

// subject is the subject of tokens without other requirements. It contains a space, so no path parameter can equal it.
// value is a subject that a parameter can equal.
const (
	subject = "user 1"
	value   = "u1"
)

// shape is a property of a token besides the rights in it.
type shape struct {
	why string // how the token differs from the first shape
	set func(c *caller)
}

// shapes returns the tokens of an issuer. Each differs from the first in one way: if the other API accepts all of
// these, it accepts tokens that differ in several ways.
func (i issuer) shapes() (out []shape) {
	out = append(out, shape{"", func(*caller) {}})
	for n, a := range i.audiences {
		out = append(out, shape{"for the audience " + a, func(c *caller) { i.address(c, i.audiences[n]) }})
	}
	for _, id := range i.clients {
		out = append(out, shape{"of the client " + id, func(c *caller) { i.assign(c, id) }})
	}
	for _, a := range i.algorithms[min(1, len(i.algorithms)):] {
		out = append(out, shape{"signed with " + a, func(c *caller) { c.Algorithm = a }})
	}
	const long = 10 * 365 * 24 * 3600
	lifetime := cmp.Or(i.lifetime, long)
	out = append(out, shape{"with a longer lifetime", func(c *caller) { c.Lifetime = lifetime }})
	if i.leeway > 0 {
		out = append(out, shape{"that are not valid yet", func(c *caller) { c.Early = i.leeway }})
	}
	if i.bound {
		out = append(out, shape{"that are bound to a key, which is not checked,", func(c *caller) {
			c.Claims["cnf"] = "bound"
		}})
	}
	return out
}

// address sets the audience of a token.
func (i issuer) address(c *caller, audience string) {
	c.Audience = audience
	if i.use == "access" {
		c.Claims["client_id"] = audience
	} else {
		c.Claims["aud"] = audience
	}
}

// assign sets the client of a token.
func (i issuer) assign(c *caller, id string) {
	switch {
	case i.clientClaim != "":
		c.Claims[i.clientClaim] = id
	case i.use == "access":
		c.Claims["client_id"] = id
	default:
		c.Claims["azp"] = id
	}
}

// token returns a caller with the minimal token that an issuer's settings accept.
func (i issuer) token() *caller {
	c := &caller{Caller: Caller{
		Kind: Token, Issuer: i.id, Algorithm: i.algorithms[0], Type: i.kind, Claims: map[string]any{"iss": i.url},
	}}
	if i.use != "" {
		c.Claims["token_use"] = i.use
	}
	if i.certificate {
		c.Claims["cnf"] = boundToCertificate
	}
	if i.dpop {
		c.Claims["cnf"] = boundToKey
	}
	if len(i.audiences) > 0 {
		i.address(c, i.audiences[0])
	}
	if len(i.clients) > 0 {
		id := i.clients[0]
		if n := slices.IndexFunc(i.clients, func(id string) bool { return slices.Contains(i.audiences, id) }); n >= 0 {
			id = i.clients[n]
		}
		i.assign(c, id)
	}
	return c
}

// finish adds the rest of what a token needs: a subject, and the principal's claim.
func (i issuer) finish(c *caller) {
	for _, name := range []string{"sub", i.principal} {
		if !c.has(name) {
			c.Claims[name] = subject
		}
	}
}
