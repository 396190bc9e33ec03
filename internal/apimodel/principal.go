package apimodel

import (
	"encoding/json"
)

// Principal is an IAM role or user, with the policies that say what it may call.
type Principal struct {
	ID
	User bool // else it is a role
	Name string
	ARN  string

	Policies []json.RawMessage // policy documents, those in the template that are attached to it
	Managed  []string          // ARNs of managed policies that are not in the assembly

	// Trust is the policy that says who may assume a role, as [cloudassembly.Written] shows it; "" for a user.
	Trust string

	// Err says that its policies are not known as a whole: then they decide nothing, as one of them may deny.
	Err error
}

func (p *Principal) fail(err error) {
	if p.Err == nil {
		p.Err = err
	}
}
