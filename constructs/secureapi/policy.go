package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ResourcePolicy restricts who can reach the API at all. It applies in addition to the authorizers: a request that it
// denies gets a 403, whatever its token.
//
// The lists are about three things:
//
//   - Addresses (CIDRs). With an allow list, requests have to come from one of the ranges.
//   - VPCs and VPC endpoints, for a private API. With an allow list of either, requests have to come through one of the
//     VPCs or endpoints on the two lists.
//   - Accounts and organizations. These apply to requests signed with AWS credentials, on routes that an
//     [IAMAuthorizer] guards. For callers of the API's own account, their own policies are enough ([API.GrantInvoke]).
//     Callers of other accounts also have to be in AllowAccounts or AllowOrganizations.
//
// If both addresses and VPCs have allow lists, a request has to match both. Deny lists exclude callers. All entries may
// be CDK tokens. To admit only one range of addresses, put it into AllowCIDRs. To admit all addresses except one range,
// put that into DenyCIDRs.
//
// The policy has an Allow only for what needs one: routes that are public or guarded by a [CognitoAuthorizer] or a
// [JWTAuthorizer], and preflights. It has none for other routes, because API Gateway admits a request that the resource
// policy allows even if a Lambda authorizer's policy or IAM does not mention it.
//
// All lists are empty by default. If [Props.ResourcePolicy] is nil, there is no policy. A policy longer than 8,192
// characters is refused.
//
// Sources:
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
type ResourcePolicy struct {
	// AllowCIDRs and DenyCIDRs are IPv4 or IPv6 ranges, such as "203.0.113.0/24". A PRIVATE API compares them with the
	// address inside the VPC (aws:VpcSourceIp), any other API with the public address (aws:SourceIp).
	AllowCIDRs, DenyCIDRs []string

	// AllowVPCs and DenyVPCs are VPC IDs. Only requests to a PRIVATE API have one.
	AllowVPCs, DenyVPCs []string

	// AllowVPCEndpoints and DenyVPCEndpoints are IDs of interface endpoints. Only requests to a PRIVATE API have one.
	AllowVPCEndpoints, DenyVPCEndpoints []string

	// AllowAccounts and DenyAccounts are AWS account IDs of 12 digits. Callers of an allowed account may call whatever
	// their own account's policies permit. If you list the API's own account, all of its callers may call every IAM route.
	AllowAccounts, DenyAccounts []string

	// AllowOrganizations and DenyOrganizations are IDs of AWS Organizations, such as "o-a1b2c3d4e5".
	AllowOrganizations, DenyOrganizations []string

	// Statements are added unchanged. If all lists are empty, they are the whole policy. An Allow for every caller on a
	// route that a Lambda authorizer or IAM guards is refused, because it would admit callers that the guard rejects.
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
