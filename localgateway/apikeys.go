package localgateway

import "cmp"

// APIKey is an API key of the assembly, which a request sends as X-API-Key.
type APIKey struct {
	// Key is its stack and logical ID: "Shop/KeyAcme1A2B3C4D". Name is its name in the template; "" without one.
	Key, Name string

	// Value is that of the template, or where API Gateway would choose one, a stand-in that is worth nothing on AWS and
	// stays the same from one start to the next.
	Value string

	// Enabled reports whether it is on. A key also has to be in a usage plan of the stage.
	Enabled bool

	// Plans are the names of the usage plans that have it, or their logical IDs.
	Plans []string
}

// APIKeys lists the API keys of the assembly, with their usage plans, in the order of their stacks and logical IDs.
// Nothing here counts requests: a plan's limits do not apply.
func (g *Gateway) APIKeys() (out []APIKey) {
	model := g.gateway.Model()
	for _, k := range model.APIKeys {
		key := APIKey{Key: k.ID.String(), Name: k.Name, Value: k.Value, Enabled: k.Enabled}
		for _, p := range model.UsagePlans {
			for _, of := range p.Keys {
				if of == k {
					key.Plans = append(key.Plans, cmp.Or(p.Name, p.LogicalID))
				}
			}
		}
		out = append(out, key)
	}
	return out
}
