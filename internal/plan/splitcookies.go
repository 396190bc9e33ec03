package plan

import "fmt"

// SplitCookies returns a warning about the first guard whose answers API Gateway caches by the Cookie header, if each
// cookie may arrive in a header of its own. It returns "" if there is no such guard. The warning can be acknowledged by
// its ID.
// Source: https://github.com/laravel/vapor-core/pull/205
func (p *Plan) SplitCookies(id string) string {
	where := p.enhancedTLS()
	if where == "" {
		return ""
	}
	for _, g := range p.Guards {
		if g.Session == nil || !g.Session.Cached {
			continue
		}
		return fmt.Sprintf("%s has a cache, and %s has an enhanced SecurityPolicy, behind which each cookie "+
			"may arrive in a header of its own: a request with a session of two cookies, or with any other cookie of the host, "+
			"is then answered with 401. Take SecurityPolicy TLS_1_2, or CacheTTL NoCache; or acknowledge %q once you know that "+
			"the host has no other cookie", g, where, id)
	}
	return ""
}
