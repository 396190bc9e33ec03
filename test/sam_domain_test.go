package test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// domain returns the props of an API with two public routes and a domain that uses parameters.
func domain(change func(g *given, d *secureapi.Domain)) func(g *given) *secureapi.Props {
	return func(g *given) *secureapi.Props {
		d := &secureapi.Domain{
			Name: g.parameter("DomainName"),
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(g.stack, jsii.String("Certificate"),
				jsii.String(g.parameter("CertificateArn"))),
		}
		change(g, d)
		return &secureapi.Props{Routes: g.public("GET /get", "POST /post"), Domain: d}
	}
}

func (g *given) zone(id string) awsroute53.IHostedZone {
	return awsroute53.HostedZone_FromHostedZoneId(g.stack, jsii.String("Zone"), &id)
}

const endpoint = "vpce-0a1b2c3d4e5f60718"

// private returns the props of a private API with a private domain.
func private(change func(g *given, d *secureapi.Domain)) func(g *given) *secureapi.Props {
	return func(g *given) *secureapi.Props {
		p := domain(func(g *given, d *secureapi.Domain) {
			d.BasePaths = []string{"get"}
			d.Private = &secureapi.PrivateDomain{AllowVPCEndpoints: []string{endpoint}}
			change(g, d)
		})(g)
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowVPCEndpoints: []string{endpoint}}
		p.RestApiProps = &awsapigateway.RestApiProps{
			EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
		}
		return p
	}
}

func aliased(g *given, d *secureapi.Domain) {
	d.Zone = g.zone("Z012334")
	d.Private.EndpointDNSName, d.Private.EndpointHostedZoneID = "vpce.example.com", "Z38GZ743OKFT7T"
}

const denyOthers = `Deny * execute-api:Invoke execute-api:/* if={"StringNotEquals":{"aws:SourceVpce":["` +
	endpoint + `"]}}`

// The facts of these APIs.
var (
	atDomain = map[string]string{
		"GET /get": "NONE", "POST /post": "NONE", "domain DomainName": "DomainName",
		"domain RegionalCertificateArn": "CertificateArn", "domain SecurityPolicy": "TLS_1_2",
		"domain EndpointConfiguration": `{"Types":["REGIONAL"]}`,
	}
	atEdge = plus(atDomain, map[string]string{
		"domain RegionalCertificateArn": "", "domain CertificateArn": "CertificateArn",
		"domain EndpointConfiguration": `{"Types":["EDGE"]}`,
	})
	atPrivate = map[string]string{
		"GET /get": "NONE", "POST /post": "NONE", "domain DomainName": "DomainName",
		"domain CertificateArn": "CertificateArn", "domain EndpointConfiguration": `{"Types":["PRIVATE"]}`,
		"base paths": "/get", "api EndpointConfiguration": `{"Types":["PRIVATE"]}`,
		"policy 0":        "Allow * execute-api:Invoke execute-api:/*",
		"policy 1":        denyOthers,
		"domain policy 0": "Allow * execute-api:Invoke execute-api:/*",
		"domain policy 1": denyOthers,
	}
)

// SAM makes the record AAAA only with IpV6; Gatehouse always makes both records. SAM omits SecurityPolicy by default;
// Gatehouse writes the lowest policy that API Gateway has today.
var domainSamples = []sample{
	{
		name:  "api_with_basic_custom_domain_regional",
		also:  []string{"api_with_basic_custom_domain"},
		props: domain(func(*given, *secureapi.Domain) {}),
		want:  plus(atDomain, map[string]string{"base paths": "/"}),
	},
	{
		name: "api_with_basic_custom_domain_intrinsics",
		props: domain(func(g *given, d *secureapi.Domain) {
			d.BasePaths = []string{"get", "fetch"}
			d.MutualTLS = &secureapi.MutualTLS{URI: g.parameter("MyMTLSUri"), Version: g.parameter("MyMTLSVersion")}
		}),
		want: plus(atDomain, map[string]string{
			"base paths": "/fetch /get", "api DisableExecuteApiEndpoint": "true",
			"domain MutualTlsAuthentication": `{"TruststoreUri":{"Ref":"MyMTLSUri"},` +
				`"TruststoreVersion":{"Ref":"MyMTLSVersion"}}`,
		}),
	},
	{
		name: "api_with_custom_domains_regional_latency_routing_ipv6",
		also: []string{"api_with_custom_domains_regional_latency_routing", "api_with_custom_domains_regional"},
		props: domain(func(g *given, d *secureapi.Domain) {
			d.BasePaths = []string{"get", "post"}
			d.MutualTLS = &secureapi.MutualTLS{URI: "s3://mtls/uri"}
			d.Zone = g.zone(g.parameter("HostedZoneId"))
			d.Records = &secureapi.AliasRecords{Region: "eu-west-2", SetIdentifier: "eu-west-2"}
		}),
		want: plus(atDomain, map[string]string{
			"base paths": "/get /post", "domain MutualTlsAuthentication": `{"TruststoreUri":"s3://mtls/uri"}`,
			"record A":    "DomainName HostedZoneId the domain region=eu-west-2 set=eu-west-2",
			"record AAAA": "DomainName HostedZoneId the domain region=eu-west-2 set=eu-west-2",
		}),
	},
	{
		name: "api_with_custom_domains_edge",
		also: []string{"api_with_custom_domain_route53", "api_with_custom_domain_route53_hosted_zone_name",
			"api_with_custom_base_path"},
		props: domain(func(g *given, d *secureapi.Domain) {
			d.EndpointType, d.BasePaths = awsapigateway.EndpointType_EDGE, []string{"get"}
			d.Zone = g.zone("ZQ1UAL4EFZVME")
		}),
		want: plus(atEdge, map[string]string{
			"base paths": "/get", "record A": "DomainName ZQ1UAL4EFZVME the domain",
			"record AAAA": "DomainName ZQ1UAL4EFZVME the domain",
		}),
	},
	{
		name: "api_with_basic_custom_domain_security_policy",
		props: domain(func(g *given, d *secureapi.Domain) {
			d.EndpointType = awsapigateway.EndpointType_EDGE
			d.SecurityPolicy = awsapigateway.SecurityPolicy(g.parameter("SecurityPolicy"))
		}),
		want: plus(atEdge, map[string]string{"base paths": "/", "domain SecurityPolicy": "SecurityPolicy"}),
	},
	{
		name: "api_with_custom_domain_security_policy_regional",
		props: domain(func(_ *given, d *secureapi.Domain) {
			d.SecurityPolicy = awsapigateway.SecurityPolicy_TLS13_1_3_2025_09
			d.EndpointAccessMode = awsapigateway.EndpointAccessMode_STRICT
		}),
		want: plus(atDomain, map[string]string{
			"base paths": "/", "domain SecurityPolicy": "SecurityPolicy_TLS13_1_3_2025_09",
			"domain EndpointAccessMode": "STRICT",
		}),
	},
	{
		name: "api_with_custom_domain_route53_multiple",
		also: []string{"api_with_custom_domain_route53_multiple_intrinsic_hostedzoneid"},
		props: func(g *given) *secureapi.Props {
			p := domain(func(g *given, d *secureapi.Domain) {
				d.Zone = g.zone("abc123456")
				d.Records = &secureapi.AliasRecords{EvaluateTargetHealth: true}
			})(g)
			p.Stage.Tracing, p.Stage.NoThrottling = true, true
			p.RestApiProps = &awsapigateway.RestApiProps{RestApiName: jsii.String("App-Prod-Web"),
				DeployOptions: &awsapigateway.StageOptions{LoggingLevel: awsapigateway.MethodLoggingLevel_INFO}}
			return p
		},
		want: plus(atDomain, map[string]string{
			"base paths": "/", "record A": "DomainName abc123456 the domain health=true",
			"api Name": "App-Prod-Web", "stage TracingEnabled": "true", "stage MethodSettings": `[{"DataTraceEnabled":false,` +
				`"HttpMethod":"*","LoggingLevel":"INFO","ResourcePath":"/*"}]`,
		}),
	},
	{
		name:  "api_domain_ipaddresstype",
		props: domain(func(_ *given, d *secureapi.Domain) { d.DualStack = true }),
		want: plus(atDomain, map[string]string{
			"base paths": "/", "domain EndpointConfiguration": `{"IpAddressType":"dualstack","Types":["REGIONAL"]}`,
		}),
	},
	{
		name: "api_custom_domain_private_endpoint_full",
		props: private(func(g *given, d *secureapi.Domain) {
			aliased(g, d)
			d.Private.AssociateVPCEndpoints = []string{endpoint}
		}),
		want: plus(atPrivate, map[string]string{
			"association": "VPCE " + endpoint, "record A": "DomainName Z012334 vpce", "record AAAA": "",
		}),
	},
	{
		name:  "api_custom_domain_private_endpoint_base",
		props: private(func(_ *given, d *secureapi.Domain) { d.BasePaths = []string{"", "get"} }),
		want:  plus(atPrivate, map[string]string{"base paths": "/ /get"}),
	},
	{
		name: "api_custom_domain_private_endpoint_route53_ipv6",
		also: []string{"api_custom_domain_private_endpoint_route53",
			"api_custom_domain_private_endpoint_route53_hostedzonename"},
		props: private(func(g *given, d *secureapi.Domain) {
			aliased(g, d)
			d.DualStack = true
		}),
		want: plus(atPrivate, map[string]string{
			"domain EndpointConfiguration": `{"IpAddressType":"dualstack","Types":["PRIVATE"]}`,
			"record A":                     "DomainName Z012334 vpce", "record AAAA": "DomainName Z012334 vpce",
		}),
	},
	{
		name: "api_domain_ipaddresstype_private",
		props: private(func(_ *given, d *secureapi.Domain) {
			d.DualStack = true
			d.Private.AllowVPCEndpoints = nil
			d.Private.Statements = []awsiam.PolicyStatement{
				statementOf(awsiam.Effect_ALLOW, "execute-api:Invoke", "execute-api:/*", nil),
			}
		}),
		want: plus(atPrivate, map[string]string{
			"domain policy 1": "", "domain EndpointConfiguration": `{"IpAddressType":"dualstack","Types":["PRIVATE"]}`,
		}),
	},
}
