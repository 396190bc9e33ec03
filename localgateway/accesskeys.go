package localgateway

// AccessKey is a development key for signing requests to IAM routes (Signature Version 4). AWS does not accept it.
type AccessKey struct {
	ID, Secret string

	// SessionToken belongs to temporary credentials, such as those of a role. Requests send it as X-Amz-Security-Token. It
	// is "" for a long-term key.
	SessionToken string

	// Principal is the role or user of the assembly that owns the key, as stack and logical ID: "Shop/CallerRole1A2B3C4D".
	// Its policies decide what may be called. It is "" for the developer, who may call everything.
	Principal string
}

// AccessKeys returns the development keys: the developer's long-term key and temporary credentials first, then one key
// for each user and role of the assembly that has a policy.
func (g *Gateway) AccessKeys() []AccessKey {
	var out []AccessKey
	for _, k := range g.gateway.AccessKeys() {
		key := AccessKey{ID: k.ID, Secret: k.Secret, SessionToken: k.SessionToken}
		if k.Principal != nil {
			key.Principal = k.Principal.ID.String()
		}
		out = append(out, key)
	}
	return out
}
