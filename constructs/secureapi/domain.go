package secureapi

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscertificatemanager"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Domain is a custom domain in front of an API: the name that callers use, its certificate and how TLS is spoken there.
//
//	Domain: &secureapi.Domain{Name: "api.example.com", Certificate: certificate, Zone: zone},
//
// It is an AWS::ApiGateway::DomainName with an AWS::ApiGateway::BasePathMapping of the API's stage, and with Zone two
// AWS::Route53::RecordSet. Several APIs share one by Of: that of [API.Domain], of [NewDomain], also of another stack,
// or one that is imported by awsapigateway.DomainName_FromDomainNameAttributes. Two APIs of an app with one base path
// are refused, and so is a route that the domain never sends to its API, as the base path of another one is longer.
type Domain struct {
	// Name of the host, in lower case: "api.example.com", or a wildcard "*.example.com". It may be a CDK token. Required
	// without Of.
	Name string

	// Certificate of the name, in AWS Certificate Manager: an awscertificatemanager.ICertificate. It is of the stack's
	// region, or of us-east-1 for an edge-optimized domain. Required without Of.
	Certificate interfacesawscertificatemanager.ICertificateRef

	// Zone is the hosted zone that gets alias records of the name, A and AAAA. Default: none, so that the name is yours to
	// resolve, by DomainNameAliasDomainName of [API.Domain].
	Zone awsroute53.IHostedZone

	// Records say more of the records in Zone: health, and latency where several regions have the name. Default: none.
	Records *AliasRecords

	// MutualTLS asks callers for certificates. The API's execute-api endpoint, which asks for none, is closed then.
	// Default: it does not.
	MutualTLS *MutualTLS

	// SecurityPolicy says which versions of TLS and which ciphers callers may use. The names that begin with
	// SecurityPolicy_ in templates, as awsapigateway.SecurityPolicy_TLS13_1_3_2025_09, go with neither MutualTLS nor the
	// other type of endpoint; the API itself gets them too (SecurityPolicy of AWS::ApiGateway::RestApi), as API Gateway
	// negotiates by the API's own. It may be a CDK token that stands for one of TLS_1_2 and TLS_1_0, such as a parameter
	// of the stack. Default: TLS_1_2, which takes TLS 1.3 as well.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html
	SecurityPolicy awsapigateway.SecurityPolicy

	// EndpointAccessMode says whether callers have to name the domain in TLS as they do in HTTP, and come by its own type
	// of endpoint (STRICT), or need not (BASIC). Only policies whose names begin with SecurityPolicy_ have one.
	// Default: STRICT with such a policy, none with another one.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
	EndpointAccessMode awsapigateway.EndpointAccessMode

	// EndpointType is REGIONAL, EDGE or PRIVATE. Default: PRIVATE with Private, else REGIONAL.
	EndpointType awsapigateway.EndpointType

	// Private is what a private domain has besides, which is the name of a PRIVATE API for callers in VPCs. It is another
	// type of resource, an AWS::ApiGateway::DomainNameV2 with AWS::ApiGateway::BasePathMappingV2, which
	// [API.PrivateDomain] gives back, and cannot be shared by Of. Default: nil, for a domain that is reached from the
	// internet.
	Private *PrivateDomain

	// DualStack answers callers by IPv6 as well (IpAddressType dualstack). A resource policy sees their IPv6 addresses
	// then. Default: IPv4 alone, if the domain is REGIONAL; an edge-optimized one has both.
	DualStack bool

	// BasePaths are the first segments of the path that the domain has this API at, without a slash at either end:
	// "orders" for https://api.example.com/orders/... Those of several segments are AWS::ApiGatewayV2::ApiMapping, which
	// edge-optimized domains do not have. Default: the root, "".
	BasePaths []string

	// NoExecuteAPI closes the API's own endpoint (DisableExecuteApiEndpoint), so that callers come by the domain alone.
	// Default: it stays open, unless the domain has MutualTLS or is an imported one, which may have. Set
	// RestApiProps.DisableExecuteApiEndpoint to false to keep it open with an imported domain.
	NoExecuteAPI bool

	// Of is a domain that is there: this API joins it at its BasePaths. Only BasePaths and NoExecuteAPI stand beside it.
	// Default: the API makes its own.
	Of awsapigateway.IDomainName
}

// MutualTLS asks callers of a [Domain] for client certificates. API Gateway reads the trust store when the domain is
// deployed, and a new object under the same key is read with a new Version.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
type MutualTLS struct {
	// Bucket and Key are where the trust store is: a PEM file of the certificate authorities that callers' certificates
	// are from. The bucket is of the domain's region. Required without URI.
	Bucket awss3.IBucket
	Key    string

	// URI says the same in one text, "s3://example-trust/clients.pem", in place of Bucket and Key. It may be a CDK token,
	// such as a parameter of the stack. Default: none.
	URI string

	// Version of the object, in a bucket with versions. Default: the newest when the domain is deployed.
	Version string

	// OwnershipCertificate is a public certificate of the name from AWS Certificate Manager, which shows that the name is
	// yours where Certificate is imported or of a private authority (OwnershipVerificationCertificateArn). Default: none.
	OwnershipCertificate interfacesawscertificatemanager.ICertificateRef
}

// policyInTemplates are the names that templates have for CDK's, of which some are others.
func policyInTemplates(p awsapigateway.SecurityPolicy) string {
	if p == "" || strings.HasPrefix(string(p), "TLS_1_") || plan.Unresolved(string(p)) {
		return string(p)
	}
	return "SecurityPolicy_" + string(p)
}

// plan describes the domain in plain values; nil for none.
func (d *Domain) plan() *plan.Domain {
	if d == nil {
		return nil
	}
	out := &plan.Domain{
		Name:         d.Name,
		Of:           domainOf(d.Of),
		Certificate:  d.Certificate != nil,
		Zone:         d.Zone != nil,
		Policy:       policyInTemplates(d.SecurityPolicy),
		Access:       string(d.EndpointAccessMode),
		Endpoint:     string(d.EndpointType),
		DualStack:    d.DualStack,
		BasePaths:    d.BasePaths,
		NoExecuteAPI: d.NoExecuteAPI,
	}
	if d.Certificate != nil {
		out.CertificateOf = certificateRegion(d.Certificate)
	}
	if d.Zone != nil {
		out.ZoneName = zoneName(d.Zone)
	}
	out.Private = d.Private.plan()
	out.Records = (*plan.AliasRecords)(d.Records)
	if m := d.MutualTLS; m != nil {
		out.MutualTLS = &plan.MutualTLS{Bucket: m.Bucket != nil, Key: m.Key, Version: m.Version, URI: m.URI}
	}
	return out
}

// certificateRegion is the region of a certificate; "" if it is not known, as of one that is imported by a CDK token.
func certificateRegion(c interfacesawscertificatemanager.ICertificateRef) string {
	if arn := *c.CertificateRef().CertificateArn; !plan.Unresolved(arn) {
		if parts := strings.Split(arn, ":"); len(parts) > 3 {
			return parts[3]
		}
		return ""
	}
	made, _ := c.Node().DefaultChild().(awscdk.CfnResource)
	if l1, ok := c.(awscdk.CfnResource); ok {
		made = l1
	}
	if made == nil || *made.CfnResourceType() != "AWS::CertificateManager::Certificate" {
		return ""
	}
	return *made.Stack().Region()
}

// zoneName is the name of a zone; "" for one that is imported by its id alone, of which CDK panics.
func zoneName(zone awsroute53.IHostedZone) (name string) {
	defer func() { _ = recover() }()
	return *zone.ZoneName()
}

// domainOf is what is known of a domain that is there: all if this app makes it.
func domainOf(d awsapigateway.IDomainName) *plan.DomainOf {
	if d == nil {
		return nil
	}
	made, ok := d.Node().DefaultChild().(awsapigateway.CfnDomainName)
	if !ok {
		return &plan.DomainOf{Name: *d.DomainName(), Imported: true, Endpoint: plan.Regional}
	}
	out := &plan.DomainOf{MutualTLS: made.MutualTlsAuthentication() != nil, Endpoint: plan.Regional}
	if made.DomainName() != nil {
		out.Name = *made.DomainName()
	}
	if made.SecurityPolicy() != nil {
		out.Policy = *made.SecurityPolicy()
	}
	if made.EndpointAccessMode() != nil {
		out.Access = *made.EndpointAccessMode()
	}
	if made.CertificateArn() != nil { // that of a REGIONAL one is RegionalCertificateArn
		out.Endpoint = plan.Edge
	}
	return out
}
