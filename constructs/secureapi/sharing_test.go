package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// What AWS SAM has for a domain, with parameters of the stack where it takes them.
func TestDomainOfParameters(t *testing.T) {
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
		t.Errorf("the domain (-want +got):\n%s", diff)
	}
	kinds := map[any]bool{}
	for _, r := range resources(stack, "AWS::Route53::RecordSet") {
		kinds[r["Type"]] = true
		if r["Region"] != "eu-west-2" || r["SetIdentifier"] != "london" ||
			r["AliasTarget"].(map[string]any)["EvaluateTargetHealth"] != true {
			t.Errorf("the record is %v", r)
		}
	}
	if diff := cmp.Diff(map[any]bool{"A": true, "AAAA": true}, kinds); diff != "" {
		t.Errorf("the records (-want +got):\n%s", diff)
	}
	if n := len(resources(stack, "AWS::ApiGateway::BasePathMapping")); n != 2 {
		t.Errorf("%d base paths, want 2", n)
	}
}

func TestSecurityPolicyOfTheAPI(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.SecurityPolicy, p.EndpointAccessMode = awsapigateway.SecurityPolicy_TLS13_1_3_2025_09,
			awsapigateway.EndpointAccessMode_BASIC
	})
	api := only(t, stack, "AWS::ApiGateway::RestApi")
	if api["SecurityPolicy"] != "SecurityPolicy_TLS13_1_3_2025_09" || api["EndpointAccessMode"] != "BASIC" {
		t.Errorf("the API is %v", api)
	}
	if with, without := deployment(t, func(p *secureapi.Props) {
		p.SecurityPolicy = awsapigateway.SecurityPolicy_TLS13_1_3_2025_09
	}), deployment(t, nil); with == without {
		t.Errorf("the deployment %q does not change with the policy, which takes effect with one", with)
	}
}

func TestStageCanary(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Stage.Canary = &secureapi.StageCanary{Percent: 12.5, Variables: map[string]string{"mode": "new"},
			UseStageCache: true}
	})
	if diff := cmp.Diff(map[string]any{
		"PercentTraffic": 12.5, "StageVariableOverrides": map[string]any{"mode": "new"}, "UseStageCache": true,
	}, only(t, stack, "AWS::ApiGateway::Stage")["CanarySetting"]); diff != "" {
		t.Errorf("the canary (-want +got):\n%s", diff)
	}
}

func TestSharedUsagePlan(t *testing.T) {
	stack := newStack()
	f := backend(stack, "F")
	routes := []secureapi.Route{secureapi.Handle("GET /", f, secureapi.KeyOnly("counted"))}
	first := secureapi.New(stack, "First", &secureapi.Props{Routes: routes,
		UsagePlans: []secureapi.UsagePlan{{Name: "shared", Keys: []secureapi.Key{{Name: "acme"}}}}})
	secureapi.New(stack, "Second", &secureapi.Props{Routes: routes,
		UsagePlans: []secureapi.UsagePlan{{Of: first.UsagePlan("shared")}}})
	stages := only(t, stack, "AWS::ApiGateway::UsagePlan")["ApiStages"].([]any)
	apis := map[any]bool{}
	for _, s := range stages {
		apis[s.(map[string]any)["ApiId"].(map[string]any)["Ref"]] = true
	}
	if len(stages) != 2 || len(apis) != 2 {
		t.Errorf("the plan is for %v, want one stage of each API", stages)
	}
	if n := len(resources(stack, "AWS::ApiGateway::UsagePlanKey")); n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
}

// The type of an endpoint may be a parameter of the stack, which CDK's L2 does not take.
func TestEndpointOfAParameter(t *testing.T) {
	stack := newStack()
	parameter := func(id string) string { return *awscdk.NewCfnParameter(stack, &id, nil).ValueAsString() }
	given := &awsapigateway.EndpointConfiguration{
		Types:         &[]awsapigateway.EndpointType{awsapigateway.EndpointType(parameter("Type"))},
		IpAddressType: awsapigateway.IpAddressType(parameter("Addresses")),
	}
	shop(stack, func(p *secureapi.Props) {
		p.RestApiProps = &awsapigateway.RestApiProps{EndpointConfiguration: given}
	})
	if diff := cmp.Diff(map[string]any{
		"Types": []any{map[string]any{"Ref": "Type"}}, "IpAddressType": map[string]any{"Ref": "Addresses"},
	}, only(t, stack, "AWS::ApiGateway::RestApi")["EndpointConfiguration"]); diff != "" {
		t.Errorf("the endpoint (-want +got):\n%s", diff)
	}
	if *given == (awsapigateway.EndpointConfiguration{}) || (*given.Types)[0] == awsapigateway.EndpointType_REGIONAL {
		t.Error("the caller's props are changed")
	}
}
