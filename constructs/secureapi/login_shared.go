package secureapi

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// knownLogin is a login of an app, with its session's cookie and the keys that seal it.
type knownLogin struct {
	*plan.Login
	stack, api string // their paths
	kept       keptSessions
}

// shares reports whether two logins accept each other's sessions.
func (l knownLogin) shares(other knownLogin) bool {
	if l.kept.table != nil && (other.Origin != l.Origin || other.IdleTimeout != l.IdleTimeout ||
		other.MaxAge != l.MaxAge) {
		return false
	}
	return other.kept.keys == l.kept.keys && other.kept.table == l.kept.table && other.ClientID == l.ClientID &&
		other.CookieName() == l.CookieName() && other.Issuer.URL == l.Issuer.URL &&
		other.ReadsIDTokens() == l.ReadsIDTokens()
}

// sharedFields names what two logins that share a session must have in common besides client and issuer.
func (l knownLogin) sharedFields() string {
	if l.kept.inTable != nil {
		return "Keys, Table"
	}
	return "Keys"
}

// noteLogins refuses two logins of one stack that browsers call by one origin and whose cookies have the same name,
// unless each opens the other's. A stack of another region may answer for the same origin, so it is not refused. It
// returns the known logins and the API's own.
func (b *builder) noteLogins(known []knownLogin) []knownLogin {
	for _, l := range b.plan.Logins {
		this := knownLogin{l, *b.stack.Node().Path(), b.path, b.kept[l]}
		for _, other := range known {
			shared := slices.ContainsFunc(l.Cookies(), func(c string) bool { return slices.Contains(other.Cookies(), c) })
			same := this.shares(other)
			if table := this.kept.table; table != nil && table == other.kept.table && other.api != this.api && !same {
				b.fail("%s: %s of %s keeps its sessions in the same table %s, and takes others, by its Origin, Cookie, times, "+
					"Keys, client or issuer: a logout of a subject at one would end its sessions at the other; "+
					"give each a Table of its own",
					l, other.Login, other.api, *table.Node().Path())
			}
			if other.stack != this.stack || other.api == this.api || other.Origin != l.Origin || !shared || same {
				continue
			}
			b.fail("%s: %s of %s has the same Origin %q and keeps its session in the same cookie %q, with other Keys or for "+
				"another client or issuer, so that each would end the other's sessions: set %s.Cookie of one of "+
				"them, or give both the same %s, client and issuer", l, other.Login, other.api, l.Origin, l.CookieName(),
				l.KeptIn(), this.sharedFields())
		}
		known = append(known, this)
	}
	return known
}
