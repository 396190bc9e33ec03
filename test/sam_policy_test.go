package test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// statementOf returns a statement for all callers.
func statementOf(effect awsiam.Effect, action, resource string, conditions map[string]any) awsiam.PolicyStatement {
	p := &awsiam.PolicyStatementProps{
		Effect: effect, Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
		Actions: jsii.Strings(action), Resources: jsii.Strings(resource),
	}
	if conditions != nil {
		p.Conditions = &conditions
	}
	return awsiam.NewPolicyStatement(p)
}

// SAM's statements name routes. Those of Gatehouse name the API if they are about all of its routes.
var policySamples = []sample{
	{
		name: "api_with_resource_policy",
		also: []string{"api_with_conditional_resource_policy"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Routes: g.public("GET /one", "POST /two", "PUT /three", "ANY /any"),
				ResourcePolicy: &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
					statementOf(awsiam.Effect_ALLOW, "execute-api:Invoke", "execute-api:/*/*/*", nil),
				}},
			}
		},
		want: plus(openAs("GET /one", "POST /two", "PUT /three", "ANY /any"), map[string]string{
			"policy 0": `Allow * execute-api:Invoke execute-api:/*/*/*`, "policy 1": "",
		}),
	},
	{
		name: "api_with_resource_policy_global",
		also: []string{"api_with_resource_policy_global_implicit"},
		props: func(g *given) *secureapi.Props {
			action := awscdk.Fn_ConditionIf(g.condition("C1").LogicalId(), "execute-api:Invoke", "execute-api:Blah").ToString()
			return &secureapi.Props{
				Routes: g.public("GET /"),
				ResourcePolicy: &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
					statementOf(awsiam.Effect_ALLOW, *action, "execute-api:/*/*/*", nil),
				}},
			}
		},
		want: map[string]string{
			"GET /":    "NONE",
			"policy 0": `Allow * {"Fn::If":["C1","execute-api:Invoke","execute-api:Blah"]} execute-api:/*/*/*`,
		},
	},
	{
		name: "api_with_ip_range_whitelist",
		also: []string{"api_with_ip_range_blacklist"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Routes:         g.public("PUT /get"),
				ResourcePolicy: &secureapi.ResourcePolicy{AllowCIDRs: []string{"1.2.3.4"}, DenyCIDRs: []string{"1.2.3.5"}},
			}
		},
		want: map[string]string{
			"PUT /get": "NONE",
			"policy 0": "Allow * execute-api:Invoke execute-api:/*",
			"policy 1": `Deny * execute-api:Invoke execute-api:/* if={"NotIpAddress":{"aws:SourceIp":["1.2.3.4/32"]}}`,
			"policy 2": `Deny * execute-api:Invoke execute-api:/* if={"IpAddress":{"aws:SourceIp":["1.2.3.5/32"]}}`,
		},
	},
	{
		name: "api_with_source_vpc_whitelist",
		also: []string{"api_with_source_vpc_blacklist"},
		props: func(g *given) *secureapi.Props {
			const put, fetch = "execute-api:/prod/PUT/get", "execute-api:/prod/POST/fetch"
			outside := map[string]any{"StringNotEquals": map[string]any{
				"aws:SourceVpc": []string{g.parameter("Vpc1"), "vpc-5678"},
			}}
			return &secureapi.Props{
				Routes: g.public("PUT /get", "POST /fetch"),
				ResourcePolicy: &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
					statementOf(awsiam.Effect_ALLOW, "execute-api:Invoke", put, nil),
					statementOf(awsiam.Effect_DENY, "execute-api:Invoke", put, outside),
					statementOf(awsiam.Effect_ALLOW, "execute-api:Invoke", fetch, nil),
					statementOf(awsiam.Effect_DENY, "execute-api:Invoke", fetch, outside),
				}},
			}
		},
		want: map[string]string{
			"PUT /get": "NONE", "POST /fetch": "NONE",
			"policy 0": "Allow * execute-api:Invoke execute-api:/prod/PUT/get",
			"policy 1": `Deny * execute-api:Invoke execute-api:/prod/PUT/get if={"StringNotEquals":{"aws:SourceVpc":` +
				`[{"Ref":"Vpc1"},"vpc-5678"]}}`,
			"policy 2": "Allow * execute-api:Invoke execute-api:/prod/POST/fetch",
			"policy 3": `Deny * execute-api:Invoke execute-api:/prod/POST/fetch if={"StringNotEquals":{"aws:SourceVpc":` +
				`[{"Ref":"Vpc1"},"vpc-5678"]}}`,
		},
	},
	{
		name: "api_with_aws_account_whitelist",
		also: []string{"api_with_aws_account_blacklist", "state_machine_with_implicit_api_globals",
			"api_swagger_integration_with_ref_intrinsic_api_id", "api_swagger_integration_with_string_api_id"},
		props: func(g *given) *secureapi.Props {
			return &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{},
				Routes:     g.table(nil, "PUT /get", "ANY /any"),
				ResourcePolicy: &secureapi.ResourcePolicy{
					AllowAccounts: []string{"123456789012"}, DenyAccounts: []string{"678901234567"},
				},
			}
		},
		want: map[string]string{"PUT /get": "AWS_IAM", "ANY /any": "AWS_IAM", "policy 0": "Allow * execute-api:Invoke " +
			`execute-api:/* if={"StringEquals":{"aws:PrincipalAccount":["123456789012"]}}`,
			"policy 1": `Deny * execute-api:Invoke execute-api:/* if={"StringEquals":{"aws:PrincipalAccount":["678901234567"]}}`,
			"policy 2": ""},
	},
	{
		name: "state_machine_with_api_resource_policy",
		props: func(g *given) *secureapi.Props {
			addresses := secureapi.FromCIDRs("1.2.3.4")
			return &secureapi.Props{Routes: []secureapi.Route{
				g.starts("GET /one", open, addresses), g.starts("POST /two", open, addresses), g.starts("PUT /three", open),
			}}
		},
		want: map[string]string{
			"GET /one": startsBy("NONE"), "POST /two": startsBy("NONE"), "PUT /three": startsBy("NONE"),
			"policy 0": "Allow * execute-api:Invoke execute-api:/*",
			"policy 1": "Deny * execute-api:Invoke " +
				"not=arn:aws:execute-api:AWS::Region:AWS::AccountId:??????????/prod/*/three* " +
				`if={"NotIpAddress":{"aws:SourceIp":["1.2.3.4/32"]}}`,
		},
	},
}
