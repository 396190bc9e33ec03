package apimodel

import (
	"encoding/json"
	"slices"
)

// Principal is an IAM role or user, with the policies that say what it may call.
type Principal struct {
	ID
	User bool // a user, not a role
	Name string
	ARN  string

	// Outside reports whether the principal is not in the assembly, which only attaches policies to it. It may have
	// others.
	Outside bool

	Policies []json.RawMessage // policy documents in the template that are attached to the principal
	Managed  []string          // ARNs of managed policies outside the assembly

	// Unread are attached policy documents that do not resolve, as in the template. Err says why.
	Unread []json.RawMessage

	// Trust is the trust policy of a role, in the form of [cloudassembly.Written]; "" for a user.
	Trust string

	// OfIntegrations reports whether only API Gateway may assume the role, as integrations do: no person and no function
	// calls an API with this role.
	OfIntegrations bool

	// Err says why the policies are not known in full. They decide nothing then, since an unknown one may deny.
	Err error
}

// PolicySet is a group, or a managed policy that no role or user of the assembly has. Such a policy can be a boundary,
// or belong to principals outside the assembly.
type PolicySet struct {
	ID
	Documents []json.RawMessage // policy documents as in the template, with intrinsic functions
	Managed   []string          // its managed policies, in the form of [cloudassembly.Written]
}

func (p *Principal) fail(err error) {
	if p.Err == nil {
		p.Err = err
	}
}

// onlyGatewayAssumes reports whether a trust policy allows only API Gateway to assume the role. It returns false if the
// policy leaves that open.
func onlyGatewayAssumes(trust any) bool {
	document, _ := trust.(map[string]any)
	trusted := false
	for _, entry := range asList(document["Statement"]) {
		statement, _ := entry.(map[string]any)
		if statement["Effect"] == "Deny" {
			continue
		}
		principal, _ := statement["Principal"].(map[string]any)
		services := asList(principal["Service"])
		other := func(service any) bool { return service != "apigateway.amazonaws.com" }
		if len(principal) != 1 || len(services) == 0 || slices.ContainsFunc(services, other) {
			return false
		}
		trusted = true
	}
	return trusted
}

// asList returns the elements of a list, or a single value as a list.
func asList(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	}
	return []any{value}
}
