package localgateway

// AccessKey is a development key to sign requests with (Signature Version 4), for routes behind IAM. It is worth
// nothing on AWS.
type AccessKey struct {
	ID, Secret string

	// SessionToken belongs to temporary credentials, as a role has them; "" for a long-term key. Requests send it as
	// X-Amz-Security-Token.
	SessionToken string

	// Principal is the role or the user of the assembly that the key belongs to, by its stack and logical ID:
	// "Shop/CallerRole1A2B3C4D". Its policies decide what may be called. It is "" for the developer, who may call
	// everything.
	Principal string
}

// AccessKeys lists the development keys: first the developer's, a long-term key and temporary credentials, then one for
// each user and role of the assembly that has a policy.
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
