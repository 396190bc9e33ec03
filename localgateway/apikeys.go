package localgateway

import "cmp"

// APIKey is an API key of the assembly. Requests send it as X-API-Key.
type APIKey struct {
	// Key is the key's stack and logical ID: "Shop/KeyAcme1A2B3C4D". Name is its name in the template, or "".
	Key, Name string

	// Value is the value in the template. If API Gateway would choose the value, it is a stand-in that has no value on AWS
	// and is the same at every start.
	Value string

	// Enabled reports whether the key is enabled. The key also has to be in a usage plan of the stage.
	Enabled bool

	// Plans are the names of the key's usage plans, or their logical IDs.
	Plans []string
}

// APIKeys returns the API keys of the assembly with their usage plans, ordered by stack and logical ID. Limits of a
// plan apply only with [Options.Limits].
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
