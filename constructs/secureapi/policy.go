package secureapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/gatehouse-cdk/gatehouse/internal/resourcepolicy"
)

// ResourcePolicy says who reaches the API at all. It comes before and beside the authorizers: a request that it denies
// gets a 403 whatever token it brings.
//
// The lists speak of three things. Addresses (CIDRs): with an allow list, a request must come from one of them. VPCs and
// VPC endpoints, of a private API: with an allow list of either, a request must come through one that the two name. Where
// addresses and VPCs have allow lists, both must fit. A deny list takes some out. Identities (accounts, organizations): they concern requests signed
// with AWS credentials, on routes that an [IAMAuthorizer] guards. Callers of the API's own account are allowed there by
// their own policies ([API.GrantInvoke]); those of other accounts need a place in AllowAccounts or AllowOrganizations as
// well. All entries may be CDK tokens.
//
// An Allow is written for routes that are public or guarded by Cognito, which need one, and for no others: API Gateway
// lets a request through that the resource policy allows and a Lambda authorizer's answer leaves out.
//
// "All allowed, one range excepted" is either AllowCIDRs with that range (nobody else gets in) or DenyCIDRs with it
// (everybody else does).
type ResourcePolicy struct {
	// AllowCIDRs and DenyCIDRs are IPv4 or IPv6 ranges, like "203.0.113.0/24". On a PRIVATE API they are compared with
	// the address inside the VPC (aws:VpcSourceIp), otherwise with the public one (aws:SourceIp).
	AllowCIDRs, DenyCIDRs []string

	// AllowVPCs and DenyVPCs are VPC ids. Only requests to a PRIVATE API have one.
	AllowVPCs, DenyVPCs []string

	// AllowVPCEndpoints and DenyVPCEndpoints are ids of interface endpoints. Only requests to a PRIVATE API have one.
	AllowVPCEndpoints, DenyVPCEndpoints []string

	// AllowAccounts and DenyAccounts are AWS account ids, of 12 digits. All callers of an allowed account may call
	// what their own account lets them; of the API's own account, named here, everybody may call every IAM route.
	AllowAccounts, DenyAccounts []string

	// AllowOrganizations and DenyOrganizations are ids of AWS Organizations: "o-a1b2c3d4e5".
	AllowOrganizations, DenyOrganizations []string

	// Statements are added as they are. With no list above, the policy is these alone. An Allow for everybody that covers
	// a route which a Lambda authorizer or IAM guards is refused, since it would let in whom those keep out.
	Statements []awsiam.PolicyStatement
}

// The longest resource policy, in characters.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
const maxPolicy = 8192

const (
	invoke   = resourcepolicy.Invoke
	wholeAPI = "execute-api:/*" // API Gateway puts the API's ARN in front when the policy is stored
)

// Keys of conditions. Those of principals are there only in requests signed for IAM, those of VPCs only in requests to
// private APIs.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
const (
	sourceIP         = "aws:SourceIp"
	vpcSourceIP      = "aws:VpcSourceIp"
	sourceVPC        = "aws:SourceVpc"
	sourceVPCE       = "aws:SourceVpce"
	principalAccount = "aws:PrincipalAccount"
	principalOrg     = "aws:PrincipalOrgID"
)

type condition map[string]map[string]any

// statements are the policy's own, besides the raw ones, in the form of IAM's JSON.
func (r *ResourcePolicy) statements(s scopeOfPolicy) []map[string]any {
	if !r.hasLists() {
		return nil
	}
	var out []map[string]any
	add := func(effect string, resource any, c condition) {
		statement := map[string]any{"Effect": effect, "Principal": "*", "Action": invoke, "Resource": resource}
		if len(c) > 0 {
			statement["Condition"] = c
		}
		out = append(out, statement)
	}
	// Only routes that need an Allow get one: to a Lambda authorizer's answer that leaves a route out, API Gateway adds
	// what the resource policy allows, and of two accounts' callers each allows itself.
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
	// The conditions of one statement are ANDed, and a negated one holds where the key is absent: outside all of them.
	if len(r.AllowCIDRs) > 0 {
		add("Deny", wholeAPI, condition{"NotIpAddress": {s.ipKey(): r.AllowCIDRs}})
	}
	// An address says nothing about whose VPC it is in, so on a private API it does not stand for the VPC or endpoint.
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
		{"IpAddress", s.ipKey(), r.DenyCIDRs},
		{"StringEquals", sourceVPC, r.DenyVPCs},
		{"StringEquals", sourceVPCE, r.DenyVPCEndpoints},
		{"StringEquals", principalAccount, r.DenyAccounts},
		{"StringEquals", principalOrg, r.DenyOrganizations},
	} {
		if len(deny.values) > 0 {
			add("Deny", wholeAPI, condition{deny.operator: {deny.key: deny.values}})
		}
	}
	return out
}

func (r *ResourcePolicy) hasLists() bool {
	return slices.ContainsFunc(r.lists(), func(l policyList) bool { return len(l.values) > 0 })
}

// document is the policy for CDK; nil where there is none. The raw statements can be judged only here, since they
// are CDK's objects.
func (r *ResourcePolicy) document(b *builder) awsiam.PolicyDocument {
	if r == nil {
		return nil
	}
	scope := policyScope(b.props, b.plan)
	doc := awsiam.NewPolicyDocument(nil)
	for _, s := range r.statements(scope) {
		doc.AddStatements(awsiam.PolicyStatement_FromJson(s))
	}
	doc.AddStatements(r.Statements...)
	err := b.judgePolicy(doc, scope)
	if err != nil && b.plan.stage == "" && r.hasLists() {
		b.fail("ResourcePolicy: the stage is not known, as RestApiProps.Deploy is false, and the * that stands for it crosses slashes: let the API be deployed here, guard all routes by Lambda authorizers or IAM, or write Statements with your stage: %w", err)
	}
	if err != nil {
		b.fail("ResourcePolicy: %w", err)
	}
	return doc
}

// judgePolicy looks at a resource policy as it is made. What is added to it later, by AddToResourcePolicy for one, the rule
// resource-policy finds in the finished template.
func (b *builder) judgePolicy(document any, scope scopeOfPolicy) error {
	text, err := json.Marshal(b.stack.Resolve(document))
	if err != nil || string(text) == "null" {
		return err
	}
	// API Gateway stores the short form with the API's whole ARN, so the length is that of the long one.
	long := strings.ReplaceAll(string(text), "execute-api:/", "arn:aws:execute-api:ap-southeast-1:123456789012:a1b2c3d4e5/")
	if len(long) > maxPolicy {
		return fmt.Errorf("the policy has %d characters and API Gateway takes %d: merge ranges, or name fewer", len(long), maxPolicy)
	}
	_, err = resourcepolicy.Judge(text, scope.Scope)
	return err
}
