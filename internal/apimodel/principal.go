package apimodel

import (
	"encoding/json"
	"slices"
)

// Principal is an IAM role or user, with the policies that say what it may call.
type Principal struct {
	ID
	User bool // else it is a role
	Name string
	ARN  string

	// Outside says that it is not in the assembly, which attaches policies to it: it may have others.
	Outside bool

	Policies []json.RawMessage // policy documents, those in the template that are attached to it
	Managed  []string          // ARNs of managed policies that are not in the assembly

	// Unread are policy documents that are attached to it and do not resolve, as the template has them. Err says why.
	Unread []json.RawMessage

	// Trust is the policy that says who may assume a role, as [cloudassembly.Written] shows it; "" for a user.
	Trust string

	// OfIntegrations says that only API Gateway may assume the role, as integrations do: no person and no function calls
	// an API as this role.
	OfIntegrations bool

	// Err says that its policies are not known as a whole: then they decide nothing, as one of them may deny.
	Err error
}

// PolicySet is a group, or a managed policy that no role or user of the assembly has: it can be a boundary, or that of
// principals that are not in the assembly.
type PolicySet struct {
	ID
	Documents []json.RawMessage // policy documents as the template has them, with intrinsic functions
	Managed   []string          // its managed policies, as [cloudassembly.Written] shows them
}

func (p *Principal) fail(err error) {
	if p.Err == nil {
		p.Err = err
	}
}

// ofIntegrations reports whether a trust policy lets API Gateway alone assume the role. What it leaves open is not
// known to be so.
func ofIntegrations(trust any) bool {
	document, _ := trust.(map[string]any)
	trusted := false
	for _, entry := range listOf(document["Statement"]) {
		statement, _ := entry.(map[string]any)
		if statement["Effect"] == "Deny" {
			continue
		}
		principal, _ := statement["Principal"].(map[string]any)
		services := listOf(principal["Service"])
		other := func(service any) bool { return service != "apigateway.amazonaws.com" }
		if len(principal) != 1 || len(services) == 0 || slices.ContainsFunc(services, other) {
			return false
		}
		trusted = true
	}
	return trusted
}

// listOf is a value of which there may be several in a list.
func listOf(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	}
	return []any{value}
}
