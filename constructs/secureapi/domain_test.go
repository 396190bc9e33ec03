package secureapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func arnOf(region string) string {
	return "arn:aws:acm:" + region + ":123456789012:certificate/7e7a28d2-163f-4b8f-b9cd-822f96c08d6a"
}

func acl(region string) string {
	return "arn:aws:wafv2:" + region + ":123456789012:regional/webacl/shop/a1b2c3"
}

func certificate(stack awscdk.Stack, region string) awscertificatemanager.ICertificate {
	n := len(*stack.Node().Children())
	return awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String(fmt.Sprintf("Certificate%d", n)),
		jsii.String(arnOf(region)))
}

// Two APIs in different stacks share the domain of a third stack. The domain requires client certificates.
func TestDomain(t *testing.T) {
	app := newApp()
	in := func(id string) awscdk.Stack {
		return awscdk.NewStack(app, &id, &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
		})
	}
	front, one, two := in("Front"), in("One"), in("Two")
	domain := secureapi.NewDomain(front, "Domain", &secureapi.Domain{
		Name:        "api.example.com",
		Certificate: certificate(front, "eu-west-1"),
		Zone: awsroute53.PublicHostedZone_FromHostedZoneAttributes(
			front,
			jsii.String("Zone"),
			&awsroute53.HostedZoneAttributes{
				HostedZoneId: jsii.String("Z23ABC4XYZL05B"), ZoneName: jsii.String("example.com"),
			},
		),
		MutualTLS: &secureapi.MutualTLS{
			Bucket:               awss3.Bucket_FromBucketName(front, jsii.String("Trust"), jsii.String("trust")),
			Key:                  "clients.pem",
			Version:              "3",
			OwnershipCertificate: certificate(front, "eu-central-1"),
		},
		DualStack: true,
	})
	shop(one, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{Of: domain}
		p.WebACL = acl("eu-west-1")
	})
	api := shop(two, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{Of: domain, BasePaths: []string{"partners", "shop/partners"}}
	})
	if got, want := fmt.Sprint(two.Resolve(jsii.String(api.DomainURL()))), "https://"; !strings.Contains(got, want) ||
		!strings.Contains(got, "/partners/") {
		t.Errorf("DomainURL: got %s, want https:// and the path /partners/", got)
	}
	if api.Domain() == nil {
		t.Error("Domain: got nil")
	}

	want := map[string]any{
		"DomainName":            "api.example.com",
		"EndpointConfiguration": map[string]any{"Types": []any{"REGIONAL"}, "IpAddressType": "dualstack"},
		"MutualTlsAuthentication": map[string]any{
			"TruststoreUri":     "s3://trust/clients.pem",
			"TruststoreVersion": "3",
		},
		"SecurityPolicy":                      "TLS_1_2",
		"RegionalCertificateArn":              arnOf("eu-west-1"),
		"OwnershipVerificationCertificateArn": arnOf("eu-central-1"),
	}
	if diff := cmp.Diff(want, only(t, front, "AWS::ApiGateway::DomainName")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for id, r := range resources(front, "AWS::Route53::RecordSet") {
		if target := fmt.Sprint(r["AliasTarget"]); r["Name"] != "api.example.com" || r["HostedZoneId"] != "Z23ABC4XYZL05B" ||
			!strings.Contains(target, "RegionalDomainName") || !strings.Contains(target, "RegionalHostedZoneId") {
			t.Errorf("%s: got %v", id, r)
		}
	}
	if n := len(resources(front, "AWS::Route53::RecordSet")); n != 2 {
		t.Errorf("got %d records, want A and AAAA", n)
	}
	for _, stack := range []awscdk.Stack{one, two} {
		if api := only(t, stack, "AWS::ApiGateway::RestApi"); api["DisableExecuteApiEndpoint"] != true {
			t.Errorf("API: got %v, want the execute-api endpoint disabled", api)
		}
	}
	if m := only(t, one, "AWS::ApiGateway::BasePathMapping"); m["BasePath"] != nil ||
		!strings.Contains(fmt.Sprint(m["Stage"]), "DeploymentStageprod") {
		t.Errorf("mapping of the root: got %v, want the stage without a base path", m)
	}
	if a := only(t, one, "AWS::WAFv2::WebACLAssociation"); a["WebACLArn"] != acl("eu-west-1") ||
		!strings.Contains(fmt.Sprint(a["ResourceArn"]), ":apigateway:eu-west-1::/restapis/") {
		t.Errorf("web ACL association: got %v, want the stage with the ACL of eu-west-1", a)
	}
	if m := only(t, two, "AWS::ApiGateway::BasePathMapping"); m["BasePath"] != "partners" {
		t.Errorf("base path mapping: got %v, want partners", m)
	}
	if m := only(t, two, "AWS::ApiGatewayV2::ApiMapping"); m["ApiMappingKey"] != "shop/partners" ||
		!strings.Contains(fmt.Sprint(m["Stage"]), "DeploymentStageprod") {
		t.Errorf("API mapping: got %v, want shop/partners of the stage", m)
	}

	at := func(id string, d secureapi.Domain) func() {
		return func() { shop(in(id), func(p *secureapi.Props) { p.Domain = &d }) }
	}
	refused(t, at("Three", secureapi.Domain{Of: domain}),
		`the base path "/" of the domain "api.example.com" is also that of One/Api`)
	refused(t, at("Four", secureapi.Domain{Of: domain, BasePaths: []string{"orders"}}),
		`route "GET /orders" of One/Api, which the domain "api.example.com" has at "/", is never reached`)
	refused(t, at("Five", secureapi.Domain{Name: "api.example.com", Certificate: certificate(front, "eu-west-1")}),
		`Five/Api: Domain.Name "api.example.com" is also the name of the domain Front/Domain`)
	refused(t, at("Six", secureapi.Domain{Name: "b.example.com", Certificate: certificate(front, "eu-north-1")}),
		"Domain.Certificate is in the region eu-north-1, and the stack in eu-west-1: a REGIONAL domain needs a "+
			"certificate of the stack's region")
	refused(t, func() { shop(in("Seven"), func(p *secureapi.Props) { p.WebACL = acl("eu-north-1") }) },
		"WebACL is of the region eu-north-1, and the API of eu-west-1, whose web ACLs its stage takes: give one of that "+
			"region")
	refused(t, func() { secureapi.NewDomain(in("Eight"), "Domain", &secureapi.Domain{NoExecuteAPI: true}) },
		"Eight/Domain: Of, BasePaths, Rules and NoExecuteAPI are an API's own: set them in the Domain of its Props")
	refused(t, func() { secureapi.NewDomain(in("Nine"), "Domain", &secureapi.Domain{Name: "b.example.com"}) },
		`Nine/Domain: Domain.Certificate is nil: give the certificate of "b.example.com" in AWS Certificate Manager`)
	refused(t, func() { secureapi.NewDomain(in("Ten"), "Domain", nil) }, "the domain is nil: give it a Name and a "+
		"Certificate")
	refused(t, func() { shop(in("Eleven"), nil).Domain() }, "Domain: the API has no domain: set Props.Domain")
}

// One API has its own domain, with a Regional enhanced security policy. Another uses an imported domain, whose settings
// are unknown.
func TestOwnAndImportedDomain(t *testing.T) {
	app := newApp()
	in := func(id string) awscdk.Stack { return awscdk.NewStack(app, &id, nil) }
	own, joined := in("Own"), in("Joined")
	shop(own, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{
			Name:           "api.example.com",
			Certificate:    certificate(own, "eu-west-1"),
			Zone:           awsroute53.HostedZone_FromHostedZoneId(own, jsii.String("Zone"), jsii.String("Z23ABC4XYZL05B")),
			SecurityPolicy: awsapigateway.SecurityPolicy_TLS13_1_3_2025_09,
		}
	})
	api := shop(joined, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{
			BasePaths: []string{"orders"},
			Of: awsapigateway.DomainName_FromDomainNameAttributes(joined,
				jsii.String("Shared"), &awsapigateway.DomainNameAttributes{
					DomainName:                  jsii.String("shared.example.com"),
					DomainNameAliasTarget:       jsii.String("d-1.execute-api.eu-west-1.amazonaws.com"),
					DomainNameAliasHostedZoneId: jsii.String("Z1"),
				}),
		}
	})
	d := only(t, own, "AWS::ApiGateway::DomainName")
	if d["SecurityPolicy"] != "SecurityPolicy_TLS13_1_3_2025_09" || d["EndpointAccessMode"] != "STRICT" {
		t.Errorf("domain: got %v, want the TLS 1.3 policy of 2025-09 and STRICT", d)
	}
	if api := only(t, own, "AWS::ApiGateway::RestApi"); api["SecurityPolicy"] != d["SecurityPolicy"] ||
		api["EndpointAccessMode"] != "STRICT" {
		t.Errorf("API: got %v, want the domain's security policy", api)
	}
	if api := only(t, own, "AWS::ApiGateway::RestApi"); api["DisableExecuteApiEndpoint"] != nil {
		t.Errorf("API: got %v, want the execute-api endpoint enabled", api)
	}
	if api := only(t, joined, "AWS::ApiGateway::RestApi"); api["DisableExecuteApiEndpoint"] != true {
		t.Errorf("API of an imported domain, which may require certificates: got %v, "+
			"want the execute-api endpoint disabled", api)
	}
	if url := api.DomainURL(); url != "https://shared.example.com/orders/" {
		t.Errorf("DomainURL: got %s, want https://shared.example.com/orders/", url)
	}
}

// Base paths that differ only in a slash are different. A base path may be known only at deployment.
func TestSimilarBasePaths(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{Name: "api.example.com", Certificate: certificate(stack, "eu-west-1"),
			BasePaths: []string{
				"a/b", "a-b", *awscdk.NewCfnParameter(stack, jsii.String("Path"), nil).ValueAsString(),
			}}
	})
	var got []string
	for _, m := range resources(stack, "AWS::ApiGateway::BasePathMapping") {
		got = append(got, fmt.Sprint(m["BasePath"]))
	}
	for _, m := range resources(stack, "AWS::ApiGatewayV2::ApiMapping") {
		got = append(got, fmt.Sprint(m["ApiMappingKey"]))
	}
	slices.Sort(got)
	if want := []string{"a-b", "a/b", "map[Ref:Path]"}; !slices.Equal(got, want) {
		t.Errorf("base paths: got %v, want %v", got, want)
	}
}

// The stack's parameters set the domain settings that AWS SAM has, where the construct accepts parameters.
func TestDomainFromParameters(t *testing.T) {
	stack := newStack()
	parameter := func(id string) string {
		return *awscdk.NewCfnParameter(stack, &id, nil).ValueAsString()
	}
	shop(stack, func(p *secureapi.Props) {
		p.Domain = &secureapi.Domain{
			Name: parameter("Name"),
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String(parameter("CertificateArn"))),
			Zone: awsroute53.HostedZone_FromHostedZoneId(stack, jsii.String("Zone"), jsii.String(parameter("ZoneId"))),
			Records: &secureapi.AliasRecords{
				Region: "eu-west-2", SetIdentifier: "london", EvaluateTargetHealth: true,
			},
			SecurityPolicy: awsapigateway.SecurityPolicy(parameter("Policy")),
			MutualTLS:      &secureapi.MutualTLS{URI: parameter("TrustStore"), Version: "0"},
			BasePaths:      []string{"get", "post"},
		}
	})
	ref := func(id string) any { return map[string]any{"Ref": id} }
	domain := only(t, stack, "AWS::ApiGateway::DomainName")
	delete(domain, "EndpointConfiguration")
	if diff := cmp.Diff(map[string]any{
		"DomainName":              ref("Name"),
		"RegionalCertificateArn":  ref("CertificateArn"),
		"SecurityPolicy":          ref("Policy"),
		"MutualTlsAuthentication": map[string]any{"TruststoreUri": ref("TrustStore"), "TruststoreVersion": "0"},
	}, domain); diff != "" {
		t.Errorf("domain (-want +got):\n%s", diff)
	}
	kinds := map[any]bool{}
	for _, r := range resources(stack, "AWS::Route53::RecordSet") {
		kinds[r["Type"]] = true
		if r["Region"] != "eu-west-2" || r["SetIdentifier"] != "london" ||
			r["AliasTarget"].(map[string]any)["EvaluateTargetHealth"] != true {
			t.Errorf("record: got %v", r)
		}
	}
	if diff := cmp.Diff(map[any]bool{"A": true, "AAAA": true}, kinds); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if n := len(resources(stack, "AWS::ApiGateway::BasePathMapping")); n != 2 {
		t.Errorf("got %d base paths, want 2", n)
	}
}

func TestSecurityPolicy(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.SecurityPolicy, p.EndpointAccessMode = awsapigateway.SecurityPolicy_TLS13_1_3_2025_09,
			awsapigateway.EndpointAccessMode_BASIC
	})
	api := only(t, stack, "AWS::ApiGateway::RestApi")
	if api["SecurityPolicy"] != "SecurityPolicy_TLS13_1_3_2025_09" || api["EndpointAccessMode"] != "BASIC" {
		t.Errorf("API: got %v, want the given policy and access mode", api)
	}
	if with, without := deployment(t, func(p *secureapi.Props) {
		p.SecurityPolicy = awsapigateway.SecurityPolicy_TLS13_1_3_2025_09
	}), deployment(t, nil); with == without {
		t.Errorf("deployment: got %q with and without the security policy, which a deployment applies", with)
	}
}
