package secureapi

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// knownLogin is a login of an app, with what its session's cookie is and what it is sealed with.
type knownLogin struct {
	*plan.Login
	stack, api string // their paths
	kept       keptSessions
}

// shares reports whether two logins take each other's sessions.
func (l knownLogin) shares(other knownLogin) bool {
	if l.kept.table != nil && (other.Origin != l.Origin || other.IdleTimeout != l.IdleTimeout ||
		other.MaxAge != l.MaxAge) {
		return false
	}
	return other.kept.keys == l.kept.keys && other.kept.table == l.kept.table && other.ClientID == l.ClientID &&
		other.CookieName() == l.CookieName() && other.Issuer.URL == l.Issuer.URL &&
		other.ReadsIDTokens() == l.ReadsIDTokens()
}

// what two logins have in common that share a session, beside client and issuer.
func (l knownLogin) what() string {
	if l.kept.inTable != nil {
		return "Keys, Table"
	}
	return "Keys"
}

// noteLogins refuses two logins of one stack that browsers call by one origin and whose cookies are the same, although
// one does not open the other's. In another region, the other stack may answer for the same origin. It returns those
// known so far and the API's own.
func (b *builder) noteLogins(known []knownLogin) []knownLogin {
	for _, l := range b.plan.Logins {
		this := knownLogin{l, *b.stack.Node().Path(), b.path, b.kept[l]}
		for _, other := range known {
			shared := slices.ContainsFunc(l.Cookies(), func(c string) bool { return slices.Contains(other.Cookies(), c) })
			same := this.shares(other)
			if table := this.kept.table; table != nil && table == other.kept.table && other.api != this.api && !same {
				b.fail("%s: %s of %s keeps its sessions in the same table %s, and takes others, by its Origin, Cookie, times, "+
					"Keys, client or issuer: a logout of a subject at one would end its sessions at the other; give each a Table of its own", l,
					other.Login, other.api, *table.Node().Path())
			}
			if other.stack != this.stack || other.api == this.api || other.Origin != l.Origin || !shared || same {
				continue
			}
			b.fail("%s: %s of %s has the same Origin %q and keeps its session in the same cookie %q, with other Keys or for "+
				"another client or issuer, so that each would end the other's sessions: set %s.Cookie of one of "+
				"them, or give both the same %s, client and issuer", l, other.Login, other.api, l.Origin, l.CookieName(),
				l.KeptIn(), this.what())
		}
		known = append(known, this)
	}
	return known
}
