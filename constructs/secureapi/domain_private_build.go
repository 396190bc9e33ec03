package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// addPrivateDomain creates the API's private domain, for which CDK has only L1 constructs, and maps it to the stage.
func (b *builder) addPrivateDomain(given *Domain, planned *domain.Domain) {
	b.checkCertificate("PRIVATE", planned)
	policy := awsiam.NewPolicyDocument(nil)
	for _, s := range planned.Private.PolicyStatements() {
		policy.AddStatements(awsiam.PolicyStatement_FromJson(s))
	}
	policy.AddStatements(given.Private.Statements...)
	endpoint := &awsapigateway.CfnDomainNameV2_EndpointConfigurationProperty{Types: jsii.Strings("PRIVATE")}
	if given.DualStack {
		endpoint.IpAddressType = jsii.String("dualstack")
	}
	props := &awsapigateway.CfnDomainNameV2Props{
		DomainName:            &given.Name,
		CertificateArn:        given.Certificate.CertificateRef().CertificateArn,
		EndpointConfiguration: endpoint,
		Policy:                policy,
	}
	if planned.Policy != "" {
		props.SecurityPolicy = &planned.Policy
	}
	if mode := planned.AccessMode(); mode != "" {
		props.EndpointAccessMode = &mode
	}
	domain := awsapigateway.NewCfnDomainNameV2(b.api, jsii.String("Domain"), props)
	b.api.privateDomain = domain
	for i, path := range planned.Paths() {
		id := mappingID(i, path)
		mapping := &awsapigateway.CfnBasePathMappingV2Props{
			DomainNameArn: domain.Ref(),
			RestApiId:     b.rest.RestApiId(),
			Stage:         b.rest.DeploymentStage().StageName(),
		}
		if path != "" {
			mapping.BasePath = &path
		}
		awsapigateway.NewCfnBasePathMappingV2(b.api, &id, mapping)
	}
	for i, id := range given.Private.AssociateVPCEndpoints {
		awsapigateway.NewCfnDomainNameAccessAssociation(
			b.api,
			jsii.String(fmt.Sprintf("DomainAssociation%d", i)),
			&awsapigateway.CfnDomainNameAccessAssociationProps{
				AccessAssociationSource:     jsii.String(id),
				AccessAssociationSourceType: jsii.String("VPCE"),
				DomainNameArn:               domain.Ref(),
			},
		)
	}
	b.addPrivateRecords(given)
}

// addPrivateRecords creates the records that point at the VPC endpoint. It creates an IPv6 record only if the domain
// supports IPv6, because the record would have no address if the endpoint has none.
func (b *builder) addPrivateRecords(given *Domain) {
	if given.Zone == nil {
		return
	}
	kinds := []string{"A"}
	if given.DualStack {
		kinds = append(kinds, "AAAA")
	}
	for _, kind := range kinds {
		props := given.Records.apply(&awsroute53.CfnRecordSetProps{
			Name:         &given.Name,
			Type:         jsii.String(kind),
			HostedZoneId: given.Zone.HostedZoneId(),
			AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
				DnsName:      &given.Private.EndpointDNSName,
				HostedZoneId: &given.Private.EndpointHostedZoneID,
			},
		})
		awsroute53.NewCfnRecordSet(b.api, jsii.String("DomainRecord"+kind), props)
	}
}

// PrivateDomain returns the private domain of [Props.Domain], to map further APIs to. It panics if the API has no
// private domain.
func (a *API) PrivateDomain() awsapigateway.CfnDomainNameV2 {
	if a.privateDomain == nil {
		a.fail("PrivateDomain", "the API has no private domain: set Private of Props.Domain")
	}
	return a.privateDomain
}
