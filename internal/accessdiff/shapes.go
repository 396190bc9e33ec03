package accessdiff

import (
	"cmp"
	"slices"
)

// subject is the subject of tokens that nothing else is asked of: one that no parameter of a path can be, as it has a
// space. Value is one that a parameter can be.
const (
	subject = "user 1"
	value   = "u1"
)

// shape is how a token looks beside the rights in it.
type shape struct {
	why string // in which way it differs from the first one
	set func(c *caller)
}

// shapes are the tokens of an issuer, each different from the first one in one way: the other API takes all that differ
// in several ways if it takes those.
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

// address gives a token its audience.
func (i issuer) address(c *caller, audience string) {
	c.Audience = audience
	if i.use == "access" {
		c.Claims["client_id"] = audience
	} else {
		c.Claims["aud"] = audience
	}
}

// assign gives a token its client.
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

// token is the least that an issuer's settings take.
func (i issuer) token() *caller {
	c := &caller{Caller: Caller{
		Kind: Token, Issuer: i.id, Algorithm: i.algorithms[0], Type: i.kind, Claims: map[string]any{"iss": i.url},
	}}
	if i.use != "" {
		c.Claims["token_use"] = i.use
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

// finish adds what a token needs besides: a subject, and the claim of the principal.
func (i issuer) finish(c *caller) {
	for _, name := range []string{"sub", i.principal} {
		if !c.has(name) {
			c.Claims[name] = subject
		}
	}
}
