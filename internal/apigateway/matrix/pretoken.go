package matrix

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// decidedByTrigger returns what the pre token generation trigger of a user pool decides about its tokens: for the
// included trigger the scopes of each group, and for another one its code and environment.
func decidedByTrigger(m *apimodel.Model, pool *apimodel.UserPool) (out []Variable) {
	in := " of user pool " + pool.ID.String()
	for _, arn := range []string{pool.PreTokenARN, pool.OldPreTokenARN} {
		if arn == "" {
			continue
		}
		f, _ := m.FunctionOf(arn, pool.Stack)
		if f == nil {
			return []Variable{{"the trigger for tokens" + in, arn}}
		}
		config, err := pretoken.FromEnvironment(func(name string) string { return f.Variables[name] })
		if err != nil {
			text := codeOf(f) + " " + f.Handler + " " + strings.Join(slices.Concat(f.Layers, f.LayerCode), " ")
			for _, name := range slices.Sorted(maps.Keys(f.Variables)) {
				text += " " + name + "=" + f.Variables[name]
			}
			return []Variable{{"the trigger for tokens" + in, text}}
		}
		for name, scopes := range config.Groups {
			out = append(out, Variable{"the scopes of group " + name + in, strings.Join(scopes, " ")})
		}
		return append(out, Variable{"the scopes that groups decide" + in, strings.Join(config.Scopes, " ")})
	}
	return nil
}
