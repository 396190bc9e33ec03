package plan

import (
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/tablekeys"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// ProofTable describes the table of used DPoP proofs.
type ProofTable struct {
	Name string          // the construct path of a given table
	Keys *tablekeys.Keys // nil if they are not known, or if the stack makes the table
}

// check refuses a table that is not used, and one that the function cannot use.
func (t *ProofTable) check(used bool) (errs []error) {
	if t == nil {
		return nil
	}
	if !used {
		errs = append(errs, errors.New("JWT.ProofTable is set, and no issuer is DPoPBound, so that nothing uses it: leave "+
			"it out, or set DPoPBound"))
	}
	want := tablekeys.Keys{Partition: settings.TablePartitionKey, TTL: settings.TableTimeAttribute}
	t.Keys.Compare(want, func(attribute, got, want string) {
		errs = append(errs, fmt.Errorf("JWT.ProofTable.Table %s has the %s %q: want %q, or leave Table out for a table "+
			"that the stack makes", t.Name, attribute, got, want))
	})
	return errs
}
