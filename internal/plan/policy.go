package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/origin"
	"github.com/gatehouse-cdk/gatehouse/internal/resourcepolicy"
)

// maxPolicy is the maximum length of a resource policy, in characters.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
const maxPolicy = 8192

// PolicyStatements returns the resource policy's statements except for the raw ones, in the form of IAM's JSON.
func (p *Plan) PolicyStatements() []map[string]any {
	r, s := p.props.Policy, p.policyScope()
	if r == nil {
		r = &ResourcePolicy{}
	}
	if !r.hasLists() && (len(r.Statements) > 0 || !p.RestrictsAddresses()) {
		return p.addressStatements() // beside raw statements alone, which state what is allowed
	}
	var out []map[string]any
	add := func(effect string, resource any, c condition) {
		statement := map[string]any{"Effect": effect, "Principal": "*", "Action": resourcepolicy.Invoke, "Resource": resource}
		if len(c) > 0 {
			statement["Condition"] = c
		}
		out = append(out, statement)
	}
	// Only routes that need an Allow get one. If a Lambda authorizer's answer leaves a route out, API Gateway still allows
	// what the resource policy allows. For a caller from another account, both have to allow the request.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
	switch {
	case s.allowsAll():
		add("Allow", wholeAPI, nil)
	case len(s.Allowed) > 0:
		add("Allow", s.Allowed, nil)
	}
	if len(r.AllowAccounts) > 0 {
		add("Allow", wholeAPI, condition{"StringEquals": {principalAccount: r.AllowAccounts}})
	}
	if len(r.AllowOrganizations) > 0 {
		add("Allow", wholeAPI, condition{"StringEquals": {principalOrg: r.AllowOrganizations}})
	}
	// All conditions of a statement must hold, and a negated condition also holds if its key is absent. So the statement
	// applies to callers outside all of the lists.
	if len(r.AllowCIDRs) > 0 {
		add("Deny", wholeAPI, condition{"NotIpAddress": {s.ipKey(): origin.Ranges(r.AllowCIDRs)}})
	}
	// An address does not tell whose VPC it is in, so on a private API it cannot stand in for the VPC or the endpoint.
	vpcs := map[string]any{}
	if len(r.AllowVPCs) > 0 {
		vpcs[sourceVPC] = r.AllowVPCs
	}
	if len(r.AllowVPCEndpoints) > 0 {
		vpcs[sourceVPCE] = r.AllowVPCEndpoints
	}
	if len(vpcs) > 0 {
		add("Deny", wholeAPI, condition{"StringNotEquals": vpcs})
	}
	for _, deny := range []struct {
		operator, key string
		values        []string
	}{
		{"IpAddress", s.ipKey(), origin.Ranges(r.DenyCIDRs)},
		{"StringEquals", sourceVPC, r.DenyVPCs},
		{"StringEquals", sourceVPCE, r.DenyVPCEndpoints},
		{"StringEquals", principalAccount, r.DenyAccounts},
		{"StringEquals", principalOrg, r.DenyOrganizations},
	} {
		if len(deny.values) > 0 {
			add("Deny", wholeAPI, condition{deny.operator: {deny.key: deny.values}})
		}
	}
	return append(out, p.addressStatements()...)
}

// JudgePolicy judges the resource policy together with the caller's raw statements. Its document is JSON in which CDK
// tokens are resolved. Statements that are added to the policy later, such as by AddToResourcePolicy, are judged by the
// rule resource-policy in the finished template.
func (p *Plan) JudgePolicy(document []byte) error {
	err := p.judgePolicy(document)
	if err != nil && p.Stage == "" && p.props.Policy.hasLists() {
		return fmt.Errorf("ResourcePolicy: the stage is not known, as RestApiProps.Deploy is false, and the * that "+
			"stands for it crosses slashes: let the API be deployed here, guard all routes by Lambda authorizers or "+
			"IAM, or write Statements with your stage: %w", err)
	}
	if err != nil && cdktoken.Unresolved(p.Stage) && p.props.Policy.hasLists() && len(p.props.Policy.Statements) == 0 {
		return fmt.Errorf("ResourcePolicy: the stage's name is a CDK token, and the * that stands for it crosses slashes: "+
			"write the name out, leave CORS out, or guard all routes alike: %w", err)
	}
	if err != nil {
		return fmt.Errorf("ResourcePolicy: %w", err)
	}
	return nil
}

func (p *Plan) judgePolicy(document []byte) error {
	if string(document) == "null" {
		return nil
	}
	// API Gateway replaces the short form with the API's whole ARN when it stores the policy, so the long form must fit.
	const arn = "arn:aws:execute-api:ap-southeast-1:123456789012:a1b2c3d4e5/"
	if long := strings.ReplaceAll(string(document), "execute-api:/", arn); len(long) > maxPolicy {
		out := "merge ranges, or name fewer"
		if p.RestrictsAddresses() {
			out += "; with FromCIDRs it names the other routes, by what their paths begin with: let these begin alike, or put " +
				"the routes with FromCIDRs into an API of their own, with AllowCIDRs"
		}
		return fmt.Errorf("the policy has %d characters and API Gateway takes %d: %s", len(long), maxPolicy, out)
	}
	_, err := resourcepolicy.Judge(document, p.policyScope().Scope)
	return err
}

// policyList is one of the lists, as the checks see it.
type policyList struct {
	field    string
	kind     origin.Kind
	allow    bool
	identity bool // whether it lists accounts or organizations; the other lists are of networks
	vpc      bool // whether only requests to a PRIVATE API have such a value
	values   []string
}

func (r *ResourcePolicy) lists() []policyList {
	return []policyList{
		{field: "AllowCIDRs", kind: origin.CIDR, allow: true, values: r.AllowCIDRs},
		{field: "DenyCIDRs", kind: origin.CIDR, values: r.DenyCIDRs},
		{field: "AllowVPCs", kind: origin.VPC, allow: true, vpc: true, values: r.AllowVPCs},
		{field: "DenyVPCs", kind: origin.VPC, vpc: true, values: r.DenyVPCs},
		{field: "AllowVPCEndpoints", kind: origin.VPCEndpoint, allow: true, vpc: true, values: r.AllowVPCEndpoints},
		{field: "DenyVPCEndpoints", kind: origin.VPCEndpoint, vpc: true, values: r.DenyVPCEndpoints},
		{field: "AllowAccounts", kind: origin.Account, allow: true, identity: true, values: r.AllowAccounts},
		{field: "DenyAccounts", kind: origin.Account, identity: true, values: r.DenyAccounts},
		{field: "AllowOrganizations", kind: origin.Organization, allow: true, identity: true, values: r.AllowOrganizations},
		{field: "DenyOrganizations", kind: origin.Organization, identity: true, values: r.DenyOrganizations},
	}
}

func (r *ResourcePolicy) hasLists() bool {
	return r != nil && slices.ContainsFunc(r.lists(), func(l policyList) bool { return len(l.values) > 0 })
}
