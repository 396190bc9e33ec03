package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ResourcePolicy says who reaches the API at all. It comes before and beside the authorizers: a request that it denies
// gets a 403 whatever token it brings.
//
// The lists speak of three things. Addresses (CIDRs): with an allow list, a request must come from one of them. VPCs
// and VPC endpoints, of a private API: with an allow list of either, a request must come through one that the two name.
// Where addresses and VPCs have allow lists, both must fit. A deny list takes some out. Identities (accounts,
// organizations): they concern requests signed with AWS credentials, on routes that an [IAMAuthorizer] guards. Callers
// of the API's own account are allowed there by their own policies ([API.GrantInvoke]); those of other accounts need a
// place in AllowAccounts or AllowOrganizations as well. All entries may be CDK tokens.
//
// An Allow is written for routes that are public or guarded by Cognito, which need one, and for no others: API Gateway
// lets a request through that the resource policy allows and a Lambda authorizer's answer leaves out.
//
// To admit one range of addresses alone, name it in AllowCIDRs; to admit all addresses but one range, name it in
// DenyCIDRs.
//
// Every list is empty by default, and nil as [Props.ResourcePolicy] is no policy. A policy of more than 8,192
// characters is refused.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
type ResourcePolicy struct {
	// AllowCIDRs and DenyCIDRs are IPv4 or IPv6 ranges, like "203.0.113.0/24". On a PRIVATE API they are compared with
	// the address inside the VPC (aws:VpcSourceIp), otherwise with the public one (aws:SourceIp).
	AllowCIDRs, DenyCIDRs []string

	// AllowVPCs and DenyVPCs are VPC ids. Only requests to a PRIVATE API have one.
	AllowVPCs, DenyVPCs []string

	// AllowVPCEndpoints and DenyVPCEndpoints are ids of interface endpoints. Only requests to a PRIVATE API have one.
	AllowVPCEndpoints, DenyVPCEndpoints []string

	// AllowAccounts and DenyAccounts are AWS account ids, of 12 digits. All callers of an allowed account may call
	// what their own account lets them; of the API's own account, named here, every caller may call every IAM route.
	AllowAccounts, DenyAccounts []string

	// AllowOrganizations and DenyOrganizations are ids of AWS Organizations: "o-a1b2c3d4e5".
	AllowOrganizations, DenyOrganizations []string

	// Statements are added as they are. With no list above, the policy is these alone. An Allow for every caller that
	// covers a route which a Lambda authorizer or IAM guards is refused, since it would admit callers that those
	// reject.
	Statements []awsiam.PolicyStatement
}

func (r *ResourcePolicy) plan() *plan.ResourcePolicy {
	if r == nil {
		return nil
	}
	out := &plan.ResourcePolicy{
		AllowCIDRs:         r.AllowCIDRs,
		DenyCIDRs:          r.DenyCIDRs,
		AllowVPCs:          r.AllowVPCs,
		DenyVPCs:           r.DenyVPCs,
		AllowVPCEndpoints:  r.AllowVPCEndpoints,
		DenyVPCEndpoints:   r.DenyVPCEndpoints,
		AllowAccounts:      r.AllowAccounts,
		DenyAccounts:       r.DenyAccounts,
		AllowOrganizations: r.AllowOrganizations,
		DenyOrganizations:  r.DenyOrganizations,
	}
	for _, s := range r.Statements {
		out.Statements = append(out.Statements, s != nil)
	}
	return out
}
