package secureapi

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscertificatemanager"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// Domain is a custom domain in front of an API: the host name that callers use, its certificate and its TLS settings.
//
//	Domain: &secureapi.Domain{Name: "api.example.com", Certificate: certificate, Zone: zone},
//
// It becomes an AWS::ApiGateway::DomainName, an AWS::ApiGateway::BasePathMapping for the API's stage, and, with Zone,
// two AWS::Route53::RecordSet. To share a domain between APIs, set Of to the domain of [API.Domain] or [NewDomain],
// also from another stack, or to one imported with awsapigateway.DomainName_FromDomainNameAttributes. Two APIs of an
// app with the same base path are refused. So is a route that the domain never sends to its API because another API has
// a longer base path.
type Domain struct {
	// Name is the host name in lower case, such as "api.example.com", or a wildcard, "*.example.com". It may be a CDK
	// token. Required without Of.
	Name string

	// Certificate is the certificate for the name in AWS Certificate Manager (an awscertificatemanager.ICertificate), in
	// the stack's region, or in us-east-1 for an edge-optimized domain. Required without Of.
	Certificate interfacesawscertificatemanager.ICertificateRef

	// Zone is the hosted zone in which alias records (A and AAAA) for the name are created. Default: none; you create the
	// records yourself, with DomainNameAliasDomainName of [API.Domain].
	Zone awsroute53.IHostedZone

	// Records configure the records in Zone: health checks, and latency routing if several regions have the name. Default:
	// none.
	Records *AliasRecords

	// MutualTLS requires client certificates. It closes the API's execute-api endpoint, which does not ask for
	// certificates. Default: no client certificates.
	MutualTLS *MutualTLS

	// SecurityPolicy sets the TLS versions and ciphers that callers may use. Policies whose names begin with
	// SecurityPolicy_ in templates, such as awsapigateway.SecurityPolicy_TLS13_1_3_2025_09, cannot be combined with
	// MutualTLS or with the other endpoint type. The API gets such a policy too (SecurityPolicy of
	// AWS::ApiGateway::RestApi), because API Gateway negotiates by the API's own. The value may be a CDK token that stands
	// for TLS_1_2 or TLS_1_0, such as a parameter of the stack. Default: TLS_1_2, which also accepts TLS 1.3.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html
	SecurityPolicy awsapigateway.SecurityPolicy

	// EndpointAccessMode is STRICT or BASIC. With STRICT, callers have to send the same domain name in TLS and in HTTP,
	// and come through the domain's own endpoint type. Only policies whose names begin with SecurityPolicy_ have a mode.
	// Default: STRICT with such a policy, none otherwise.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
	EndpointAccessMode awsapigateway.EndpointAccessMode

	// EndpointType is REGIONAL, EDGE or PRIVATE. Default: PRIVATE with Private, else REGIONAL.
	EndpointType awsapigateway.EndpointType

	// Private makes the domain private: the name of a PRIVATE API for callers in VPCs. A private domain is another
	// resource type, AWS::ApiGateway::DomainNameV2 with AWS::ApiGateway::BasePathMappingV2. [API.PrivateDomain] returns
	// it, and Of cannot share it. Default: nil, for a domain that is reached from the internet.
	Private *PrivateDomain

	// DualStack also answers callers over IPv6 (IpAddressType dualstack). A resource policy then sees their IPv6
	// addresses. Default: IPv4 only for a REGIONAL domain; an edge-optimized domain always has both.
	DualStack bool

	// BasePaths are the first path segments under which the domain serves this API, without a slash at either end:
	// "orders" for https://api.example.com/orders/... A base path of several segments becomes an
	// AWS::ApiGatewayV2::ApiMapping, which edge-optimized domains do not support. Default: the root, ""; none beside
	// Rules.
	BasePaths []string

	// Rules are routing rules that lead further requests to this API, such as those with a header of its version. They
	// set the domain's RoutingMode to ROUTING_RULE_THEN_BASE_PATH_MAPPING. Private and imported domains do not support
	// them. Default: none.
	Rules []RoutingRule

	// NoExecuteAPI closes the API's own endpoint (DisableExecuteApiEndpoint), so that callers have to use the domain.
	// Default: the endpoint stays open, unless the domain has MutualTLS, or is imported and therefore may have it. To keep
	// it open with an imported domain, set RestApiProps.DisableExecuteApiEndpoint to false.
	NoExecuteAPI bool

	// Of is an existing domain, which this API joins at its BasePaths and by its Rules. Only these and NoExecuteAPI may be
	// set with it.
	// Default: the API creates its own domain.
	Of awsapigateway.IDomainName
}

// MutualTLS requires client certificates from callers of a [Domain]. API Gateway reads the trust store when the domain
// is deployed. To deploy a new object under the same key, set its Version.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
type MutualTLS struct {
	// Bucket and Key locate the trust store: a PEM file of the certificate authorities that issue callers' certificates.
	// The bucket is in the domain's region. Required without URI.
	Bucket awss3.IBucket
	Key    string

	// URI locates the trust store instead of Bucket and Key: "s3://example-trust/clients.pem". It may be a CDK token, such
	// as a parameter of the stack. Default: none.
	URI string

	// Version is the object's version, in a versioned bucket. Default: the newest at deployment.
	Version string

	// OwnershipCertificate is a public certificate from AWS Certificate Manager that proves ownership of the name, if
	// Certificate is imported or issued by a private authority (OwnershipVerificationCertificateArn). Default: none.
	OwnershipCertificate interfacesawscertificatemanager.ICertificateRef
}

// policyInTemplates returns the name of a security policy in templates, which differs from CDK's for some policies.
func policyInTemplates(p awsapigateway.SecurityPolicy) string {
	if p == "" || strings.HasPrefix(string(p), "TLS_1_") || cdktoken.Unresolved(string(p)) {
		return string(p)
	}
	return "SecurityPolicy_" + string(p)
}

// plan describes the domain in plain values. It returns nil for nil.
func (d *Domain) plan() *domain.Domain {
	if d == nil {
		return nil
	}
	out := &domain.Domain{
		Name:         d.Name,
		Of:           domainOf(d.Of),
		Certificate:  d.Certificate != nil,
		Zone:         d.Zone != nil,
		Policy:       policyInTemplates(d.SecurityPolicy),
		Access:       string(d.EndpointAccessMode),
		Endpoint:     string(d.EndpointType),
		DualStack:    d.DualStack,
		BasePaths:    d.BasePaths,
		Rules:        planRules(d.Rules),
		NoExecuteAPI: d.NoExecuteAPI,
	}
	if d.Certificate != nil {
		out.CertificateOf = certificateRegion(d.Certificate)
	}
	if d.Zone != nil {
		out.ZoneName = zoneName(d.Zone)
	}
	out.Private = d.Private.plan()
	out.Records = (*domain.Records)(d.Records)
	if m := d.MutualTLS; m != nil {
		out.MutualTLS = &domain.MutualTLS{Bucket: m.Bucket != nil, Key: m.Key, Version: m.Version, URI: m.URI}
	}
	return out
}

// certificateRegion returns the region of a certificate, or "" if it is not known, such as that of a certificate
// imported by a CDK token.
func certificateRegion(c interfacesawscertificatemanager.ICertificateRef) string {
	if arn := *c.CertificateRef().CertificateArn; !cdktoken.Unresolved(arn) {
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

// zoneName returns the name of a zone. It returns "" for a zone that is imported only by its ID, whose name makes CDK
// panic.
func zoneName(zone awsroute53.IHostedZone) (name string) {
	defer func() { _ = recover() }()
	return *zone.ZoneName()
}

// domainOf describes an existing domain, completely if this app creates it.
func domainOf(d awsapigateway.IDomainName) *domain.Shared {
	if d == nil {
		return nil
	}
	made, ok := d.Node().DefaultChild().(awsapigateway.CfnDomainName)
	if !ok {
		return &domain.Shared{Name: *d.DomainName(), Imported: true, Endpoint: domain.Regional}
	}
	out := &domain.Shared{MutualTLS: made.MutualTlsAuthentication() != nil, Endpoint: domain.Regional}
	if made.DomainName() != nil {
		out.Name = *made.DomainName()
	}
	if made.SecurityPolicy() != nil {
		out.Policy = *made.SecurityPolicy()
	}
	if made.RoutingMode() != nil {
		out.RoutingMode = *made.RoutingMode()
	}
	if made.EndpointAccessMode() != nil {
		out.Access = *made.EndpointAccessMode()
	}
	if made.CertificateArn() != nil { // a REGIONAL domain has RegionalCertificateArn
		out.Endpoint = domain.Edge
	}
	return out
}
