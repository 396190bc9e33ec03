package plan

import (
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// SessionTable describes the table that stores a login's sessions.
type SessionTable struct {
	// Of is the given table, or nil if the stack creates one. Name is its name in errors.
	Of   any
	Name string

	// Keys are the key attributes of the given table and its expiry attribute, as far as they are known.
	Keys *TableKeys

	// Admins restricts who may see and end the sessions of others. If it is empty, there are no routes for that.
	Admins []Access
}

// TableKeys are the attributes that items of a table are found by and expire by. A text is "" if the table has no such
// attribute.
type TableKeys struct {
	Partition, Sort, TTL string
}

// backChannel is the path at which a provider ends sessions.
// Source: https://openid.net/specs/openid-connect-backchannel-1_0.html
const backChannel = "/backchannel-logout"

// sharedWith reports whether two logins share one given table.
func (t *SessionTable) sharedWith(other *SessionTable) bool {
	return t != nil && other != nil && t.Of != nil && t.Of == other.Of
}

// check refuses a table that the functions cannot use for sessions, and Admins that include every caller.
func (t *SessionTable) check(bad func(format string, a ...any)) {
	if t == nil {
		return
	}
	if k := t.Keys; k != nil {
		known := func(text string) bool { return !cdktoken.Unresolved(text) }
		for _, attribute := range []struct{ what, got, want string }{
			{"partition key", k.Partition, settings.TablePartitionKey},
			{"sort key", k.Sort, settings.TableSortKey},
			{"TTL attribute", k.TTL, settings.TableTimeAttribute},
		} {
			if known(attribute.got) && attribute.got != attribute.want {
				bad("TableSessions.Table %s has the %s %q: want %q (the keys are of type String), or leave Table out for a table "+
					"that the stack makes", t.Name, attribute.what, attribute.got, attribute.want)
			}
		}
	}
	for _, a := range t.Admins {
		switch a.(type) {
		case Public:
			bad("TableSessions.Admins has Public, with which every caller could end the sessions of others: require a scope, " +
				"a group, a role or a claim")
		case Forward:
			bad("TableSessions.Admins has ForwardAccessToken, and the login's function calls nothing on behalf of an " +
				"administrator: leave it out")
		}
	}
}
