package plan

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/tablekeys"
)

func TestProofTable(t *testing.T) {
	with := func(bound bool, keys *tablekeys.Keys) func(*Props) {
		return func(p *Props) {
			j := jwt()
			j.Issuers[0].DPoPBound, j.ProofTable = bound, &ProofTable{Name: "Shop/Proofs", Keys: keys}
			p.Authorizer = deciding(j)
			p.Authorizer.Problems = append(p.Authorizer.Problems, Lambda{JWT: j}.Check()...)
		}
	}
	for name, keys := range map[string]*tablekeys.Keys{
		"the stack's or an imported one": nil,
		"right keys":                     {Partition: "pk", TTL: "ttl"},
		"keys that are not known yet":    {Partition: "${Token[TOKEN.1]}", TTL: "ttl"},
	} {
		if _, err := New(table(with(true, keys))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	testRefusals(t, []refusal{
		{"no issuer that binds", with(false, nil), "JWT.ProofTable is set, and no issuer is DPoPBound, so that nothing " +
			"uses it: leave it out, or set DPoPBound"},
		{"another partition key", with(true, &tablekeys.Keys{Partition: "id", TTL: "ttl"}),
			`JWT.ProofTable.Table Shop/Proofs has the partition key "id": want "pk", or leave Table out for a table that the ` +
				`stack makes`},
		{"a sort key", with(true, &tablekeys.Keys{Partition: "pk", Sort: "sk", TTL: "ttl"}),
			`JWT.ProofTable.Table Shop/Proofs has the sort key "sk": want ""`},
		{"no expiry", with(true, &tablekeys.Keys{Partition: "pk"}),
			`JWT.ProofTable.Table Shop/Proofs has the TTL attribute "": want "ttl"`},
	})
}
