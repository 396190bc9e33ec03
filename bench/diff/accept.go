package main

import (
	"encoding/json"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
)

// settle makes each included function answer for single requests if no cached answer could be right, since synthesis
// would reject that table. The oracle is not involved.
func (a *api) settle() error {
	for i := range a.guards {
		g := &a.guards[i]
		if g.kind != included || g.request {
			continue
		}
		text, err := json.Marshal(a.table(i))
		if err != nil {
			return err
		}
		table, err := access.Parse(text)
		if err != nil {
			return err
		}
		c, err := policycompiler.NewCompiler(table)
		if err != nil {
			return err
		}
		if len(c.Conflicts()) > 0 || c.CheckSize(policycompiler.LongestPrefix+len("prod")) != nil {
			g.request, g.remembered = true, 0
		}
	}
	return nil
}
