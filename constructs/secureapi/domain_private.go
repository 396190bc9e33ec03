package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// PrivateDomain configures a private [Domain]: who may call it, and from where it can be reached.
//
//	Domain: &secureapi.Domain{
//		Name:        "orders.internal.example.com",
//		Certificate: certificate,
//		Private:     &secureapi.PrivateDomain{AllowVPCEndpoints: ids, AssociateVPCEndpoints: ids},
//	},
//
// The API is PRIVATE too, and its own [ResourcePolicy] has to allow the same VPC endpoints, because API Gateway
// evaluates both policies.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains.html
type PrivateDomain struct {
	// AllowVPCEndpoints are the IDs of the VPC endpoints whose callers the domain's policy allows, such as
	// "vpce-0a1b2c3d4e5f60718". They may be CDK tokens. All others are denied. Required without Statements, because API
	// Gateway denies every caller of a domain without a policy.
	AllowVPCEndpoints []string

	// Statements are additional statements of the domain's policy. Default: none.
	Statements []awsiam.PolicyStatement

	// AssociateVPCEndpoints are the IDs of VPC endpoints in this account to associate with the domain, each with an
	// AWS::ApiGateway::DomainNameAccessAssociation. An endpoint without an association cannot reach the domain. Default:
	// none, for example because the callers' accounts create the associations.
	AssociateVPCEndpoints []string

	// EndpointDNSName and EndpointHostedZoneID are the DNS name and the hosted zone ID of the VPC endpoint to which the
	// records in [Domain.Zone] point: A, and with [Domain.DualStack] AAAA. Required with Zone. Default: no records.
	EndpointDNSName, EndpointHostedZoneID string
}

// plan describes the private domain in plain values. It returns nil for nil.
func (p *PrivateDomain) plan() *domain.Private {
	if p == nil {
		return nil
	}
	return &domain.Private{
		AllowVPCEndpoints:     p.AllowVPCEndpoints,
		AssociateVPCEndpoints: p.AssociateVPCEndpoints,
		Statements:            len(p.Statements),
		AliasName:             p.EndpointDNSName,
		AliasZone:             p.EndpointHostedZoneID,
	}
}
