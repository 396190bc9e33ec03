package secureapi

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscertificatemanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// LoginOriginWarning is the ID of the warning that Login.Origin differs from the API's [Domain].
const LoginOriginWarning = "gatehouse:loginOrigin"

// addDomain creates the API's domain or joins another API's, and maps it to the stage. The mapping is in the API's own
// stack, which then depends on the stack of the domain, because several APIs may share the domain.
func (b *builder) addDomain() {
	given := b.props.Domain
	if given == nil {
		return
	}
	switch planned := b.plan.Domain(); {
	case planned.IsPrivate():
		b.addPrivateDomain(given, planned)
	case given.Of != nil:
		b.api.domain = given.Of
	default:
		b.api.domain = b.makeDomain("Domain", given, planned)
	}
	if b.api.domain != nil {
		for i, path := range b.plan.Domain().Paths() {
			b.mapDomain(i, path)
		}
		b.addRules(given.Rules)
	}
	if warning := b.plan.LoginElsewhere(LoginOriginWarning); warning != "" {
		annotation.Warn(b.api, LoginOriginWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}

// setPolicy sets the TLS policy of the API itself, which takes effect with a deployment.
func (b *builder) setPolicy() {
	policy, mode := b.plan.APIPolicy()
	if policy == "" {
		return
	}
	api := l1(b.rest).(awsapigateway.CfnRestApi)
	api.SetSecurityPolicy(&policy)
	if mode != "" {
		api.SetEndpointAccessMode(&mode)
	}
	if deployment := b.rest.LatestDeployment(); deployment != nil {
		deployment.AddToLogicalId("TLS " + policy + " " + mode)
	}
}

// mapDomain maps a base path to the stage. A path of several segments requires a mapping of API Gateway's second
// version.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
func (b *builder) mapDomain(i int, path string) {
	id, stage := mappingID(i, path), b.rest.DeploymentStage()
	if strings.Contains(path, "/") {
		awscdk.NewCfnResource(b.api, &id, &awscdk.CfnResourceProps{
			Type: jsii.String("AWS::ApiGatewayV2::ApiMapping"),
			Properties: &map[string]any{
				"ApiId":         b.rest.RestApiId(),
				"ApiMappingKey": path,
				"DomainName":    b.api.domain.DomainName(),
				"Stage":         stage.StageName(),
			},
		})
		return
	}
	props := &awsapigateway.BasePathMappingProps{DomainName: b.api.domain, RestApi: b.rest, Stage: stage}
	if path != "" {
		props.BasePath = &path
	}
	awsapigateway.NewBasePathMapping(b.api, &id, props)
}

// makeDomain creates a checked domain and its records.
func (s *site) makeDomain(id string, given *Domain, planned *domain.Domain) awsapigateway.DomainName {
	if given.EndpointType != awsapigateway.EndpointType_EDGE {
		s.checkCertificate("REGIONAL", planned)
	}
	props := &awsapigateway.DomainNameProps{
		DomainName:         &given.Name,
		Certificate:        given.Certificate,
		EndpointType:       given.EndpointType,
		SecurityPolicy:     given.SecurityPolicy,
		EndpointAccessMode: awsapigateway.EndpointAccessMode(planned.AccessMode()),
	}
	parameter := cdktoken.Unresolved(string(given.SecurityPolicy))
	if given.SecurityPolicy == "" || parameter {
		props.SecurityPolicy = awsapigateway.SecurityPolicy_TLS_1_2
	}
	var ownership interfacesawscertificatemanager.ICertificateRef
	m := given.MutualTLS
	if m != nil {
		if m.URI == "" {
			props.Mtls = &awsapigateway.MTLSConfig{Bucket: m.Bucket, Key: &m.Key, Version: text(m.Version)}
		}
		ownership = m.OwnershipCertificate
	}
	made := awsapigateway.NewDomainName(s.scope, &id, props)
	resource := made.Node().DefaultChild().(awsapigateway.CfnDomainName)
	if parameter { // CDK's L2 does not accept a parameter
		resource.SetSecurityPolicy(jsii.String(string(given.SecurityPolicy)))
	}
	if m != nil && m.URI != "" {
		resource.SetMutualTlsAuthentication(&awsapigateway.CfnDomainName_MutualTlsAuthenticationProperty{
			TruststoreUri: &m.URI, TruststoreVersion: text(m.Version),
		})
	}
	if ownership != nil {
		resource.SetOwnershipVerificationCertificateArn(ownership.CertificateRef().CertificateArn)
	}
	if given.DualStack {
		resource.AddPropertyOverride(jsii.String("EndpointConfiguration.IpAddressType"), "dualstack")
	}
	if given.Zone != nil {
		for _, kind := range []string{"A", "AAAA"} {
			awsroute53.NewCfnRecordSet(made, &kind, given.Records.apply(&awsroute53.CfnRecordSetProps{
				Name:         &given.Name,
				Type:         &kind,
				HostedZoneId: given.Zone.HostedZoneId(),
				AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
					DnsName:      made.DomainNameAliasDomainName(),
					HostedZoneId: made.DomainNameAliasHostedZoneId(),
				},
			}))
		}
	}
	return made
}

// noteDomain refuses what two APIs of an app cannot both have in their domains. It returns the known uses and the API's
// own.
func (b *builder) noteDomain(known []domain.Use) []domain.Use {
	if b.api.domain == nil {
		return known
	}
	use := b.plan.Use()
	use.API = b.path
	use.Place = fmt.Sprintf("%s %s %s", *awscdk.Stage_Of(b.api).Node().Path(), *b.stack.Account(), *b.stack.Region())
	if b.api.domain.Node().DefaultChild() != nil {
		use.Domain = *b.api.domain.Node().Path()
	}
	for _, other := range known {
		if err := use.Beside(other); err != nil {
			b.fail("%w", err)
		}
	}
	return append(known, use)
}
