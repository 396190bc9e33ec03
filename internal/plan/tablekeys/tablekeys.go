// Package tablekeys checks the attributes of a DynamoDB table that an app gives for sessions or for used DPoP proofs.
//
// Package login checks the tables of sessions, and package plan those of proofs.
package tablekeys

import "github.com/gatehouse-cdk/gatehouse/internal/cdktoken"

// Keys are the attributes that items of a table are found by and expire by. A text is "" if the table has no such
// attribute.
type Keys struct {
	Partition, Sort, TTL string
}

// Compare calls differs for each attribute that is not as wanted. It accepts nil, for a table whose keys are not known.
func (k *Keys) Compare(want Keys, differs func(attribute, got, want string)) {
	if k == nil {
		return
	}
	for _, a := range []struct{ name, got, want string }{
		{"partition key", k.Partition, want.Partition},
		{"sort key", k.Sort, want.Sort},
		{"TTL attribute", k.TTL, want.TTL},
	} {
		if !cdktoken.Unresolved(a.got) && a.got != a.want {
			differs(a.name, a.got, a.want)
		}
	}
}
