package secureapi_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The stage's name may be a parameter of the stack. References to the stage use the parameter, and policies apply to
// any stage.
func TestStageFromParameter(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(p *secureapi.Props, name string)
	}{
		{"Stage.Name", func(p *secureapi.Props, name string) { p.Stage.Name = name }},
		{"DeployOptions", func(p *secureapi.Props, name string) {
			p.RestApiProps = &awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{StageName: &name}}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			parameter := awscdk.NewCfnParameter(stack, jsii.String("Mode"), &awscdk.CfnParameterProps{Default: "test"})
			build := func(stack awscdk.Stack, name string) (*secureapi.API, string) {
				api := shop(stack, func(p *secureapi.Props) {
					tt.set(p, name)
					p.Stage.FlushAuthorizerCache = true
					p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
					p.Routes = append(p.Routes, secureapi.Handle("GET /near", p.Routes[0].Function,
						secureapi.AnyScope("orders:read"), secureapi.FromCIDRs("203.0.113.7")))
				})
				policy, err := json.Marshal(only(t, stack, "AWS::ApiGateway::RestApi")["Policy"])
				if err != nil {
					t.Fatal(err)
				}
				return api, string(policy)
			}
			api, policy := build(stack, *parameter.ValueAsString())
			stage := only(t, stack, "AWS::ApiGateway::Stage")
			if !reflect.DeepEqual(stage["StageName"], map[string]any{"Ref": "Mode"}) {
				t.Errorf("StageName: got %v, want the parameter Mode", stage["StageName"])
			}
			if !strings.Contains(policy, "execute-api:/*/GET/health") || strings.Contains(policy, "prod") {
				t.Errorf("policy: got %s", policy)
			}
			_, literal := build(newStack(), "mode")
			exempt := regexp.MustCompile(`\?{10}/mode/[^"]*`).FindAllString(literal, -1)
			for _, resource := range exempt {
				if !strings.Contains(strings.ReplaceAll(policy, `",{"Ref":"Mode"},"`, "mode"), resource) {
					t.Errorf("routes for all addresses: want those of a literal stage, %s, in %s", resource, policy)
				}
			}
			if len(exempt) == 0 {
				t.Errorf("literal stage: got no route for all addresses: %s", literal)
			}
			var id string
			for at := range resources(stack, "AWS::ApiGateway::Stage") {
				id = at
			}
			url, err := json.Marshal(stack.Resolve(jsii.String(api.URL())))
			if err != nil || !strings.Contains(string(url), `{"Ref":"`+id+`"}`) {
				t.Errorf("URL: got %s, want the stage %s in it, %v", url, id, err)
			}
		})
	}
}

// A statement may name a literal stage while the name of the API's stage is unknown. They may be equal, so the
// statement is checked.
func TestPolicyOfUnknownStage(t *testing.T) {
	stack := newStack()
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Mode"), nil)
	refused(t, func() {
		shop(stack, func(p *secureapi.Props) {
			p.Stage.Name = *parameter.ValueAsString()
			p.ResourcePolicy = &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
				awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
					Actions:    jsii.Strings("execute-api:Invoke"),
					Resources:  jsii.Strings("execute-api:/prod/GET/orders"),
				}),
			}}
		})
	}, "a statement allows everybody execute-api:/*/GET/orders, which an authorizer guards")
}

// Preflights need an Allow for any stage. Such an Allow could also match a path that contains OPTIONS.
func TestPreflightsOfUnknownStage(t *testing.T) {
	stack := newStack()
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Mode"), nil)
	refused(t, func() {
		shop(stack, func(p *secureapi.Props) {
			p.Stage.Name = *parameter.ValueAsString()
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
			p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
		})
	}, "ResourcePolicy: the stage's name is a CDK token, and the * that stands for it crosses slashes: write the name "+
		"out, leave CORS out, or guard all routes alike")
}

// CDK looks up a value after the app has ended without an error. Until then, the value is a placeholder.
func TestStageFromPendingLookup(t *testing.T) {
	stack := awscdk.NewStack(newApp(), jsii.String("Shop"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
	})
	office := awsssm.StringParameter_ValueFromLookup(stack, jsii.String("/office"), nil, nil)
	refused(t, func() {
		shop(stack, func(p *secureapi.Props) { p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{*office}} })
	}, `"dummy-value-for-/office" is not a CIDR`,
		"use StringParameter_ValueForStringParameter, whose value the deployment resolves")
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
		t.Errorf("canary (-want +got):\n%s", diff)
	}
}
