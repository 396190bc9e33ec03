package login

import (
	"github.com/gatehouse-cdk/gatehouse/internal/plan/tablekeys"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Table describes the table that stores a login's sessions.
type Table struct {
	// Of is the given table, or nil if the stack creates one. Name is its name in errors.
	Of   any
	Name string

	Keys *tablekeys.Keys // of the given table; nil if they are not known
}

// SharedWith reports whether two logins share one given table.
func (t *Table) SharedWith(other *Table) bool {
	return t != nil && other != nil && t.Of != nil && t.Of == other.Of
}

// check refuses a table that the functions cannot use for sessions.
func (t *Table) check(bad func(format string, a ...any)) {
	if t == nil {
		return
	}
	want := tablekeys.Keys{
		Partition: settings.TablePartitionKey,
		Sort:      settings.TableSortKey,
		TTL:       settings.TableTimeAttribute,
	}
	t.Keys.Compare(want, func(attribute, got, want string) {
		bad("TableSessions.Table %s has the %s %q: want %q (the keys are of type String), or leave Table out for a table "+
			"that the stack makes", t.Name, attribute, got, want)
	})
}
