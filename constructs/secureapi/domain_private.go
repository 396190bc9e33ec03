package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// PrivateDomain is what a private [Domain] has besides: who may call it, and from where it is reached.
//
//	Domain: &secureapi.Domain{
//		Name:        "orders.internal.example.com",
//		Certificate: certificate,
//		Private:     &secureapi.PrivateDomain{AllowVPCEndpoints: ids, AssociateVPCEndpoints: ids},
//	},
//
// The API is PRIVATE too, and its own [ResourcePolicy] has to allow the same VPC endpoints, as API Gateway asks both
// policies.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains.html
type PrivateDomain struct {
	// AllowVPCEndpoints are the ids of the VPC endpoints whose callers the domain's policy allows, as
	// "vpce-0a1b2c3d4e5f60718"; they may be CDK tokens. All others are denied. Required without Statements, as API Gateway
	// denies all callers of a domain without a policy.
	AllowVPCEndpoints []string

	// Statements are further statements of the domain's policy. Default: none.
	Statements []awsiam.PolicyStatement

	// AssociateVPCEndpoints are the ids of the VPC endpoints of this account that the domain is associated with, each by
	// an AWS::ApiGateway::DomainNameAccessAssociation: without an association, an endpoint does not know the domain.
	// Default: none, as where the callers' accounts make them.
	AssociateVPCEndpoints []string

	// EndpointDNSName and EndpointHostedZoneID are the DNS name of a VPC endpoint and the id of its hosted zone, which the
	// records in [Domain.Zone] point at: A, and with [Domain.DualStack] AAAA. Required with Zone. Default: no records.
	EndpointDNSName, EndpointHostedZoneID string
}

// plan describes it in plain values; nil for none.
func (p *PrivateDomain) plan() *plan.PrivateDomain {
	if p == nil {
		return nil
	}
	return &plan.PrivateDomain{
		AllowVPCEndpoints:     p.AllowVPCEndpoints,
		AssociateVPCEndpoints: p.AssociateVPCEndpoints,
		Statements:            len(p.Statements),
		AliasName:             p.EndpointDNSName,
		AliasZone:             p.EndpointHostedZoneID,
	}
}
