package secureapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// AWS's documentation and many tutorials show these statements: an Allow of everybody, and a Deny outside a range. They
// fit if every route needs the Allow, as public routes and those of a CognitoAuthorizer do.
func TestPolicyWithExceptedRange(t *testing.T) {
	stack := newStack()
	secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /prices", backend(stack, "Prices"), secureapi.Public("a price list")),
		},
		ResourcePolicy: &secureapi.ResourcePolicy{AllowCIDRs: []string{"123.4.5.6/24"}},
	})
	want := `{"Statement":[` +
		`{"Action":"execute-api:Invoke","Effect":"Allow","Principal":"*","Resource":"execute-api:/*"},` +
		`{"Action":"execute-api:Invoke","Condition":{"NotIpAddress":{"aws:SourceIp":["123.4.5.6/24"]}},` +
		`"Effect":"Deny","Principal":"*","Resource":"execute-api:/*"}` +
		`],"Version":"2012-10-17"}`
	if got := policyOf(t, stack); got != want {
		t.Errorf("policy: got\n\t%s\nwant\n\t%s", got, want)
	}
}

// If a Lambda authorizer's policy does not mention a route, the resource policy decides ("Neither Allow nor Deny |
// Allow | Allow"). A caller of another account can allow itself. So the resource policy must not allow everybody a
// route that a Lambda authorizer or IAM guards.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func TestPolicyAllowsOnlyPublicRoutes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*secureapi.Props)
	}{
		{"a Lambda authorizer", func(p *secureapi.Props) {}},
		{"a Lambda authorizer, by pointer", func(p *secureapi.Props) { a := tokens(); p.Authorizer = &a }},
		{"IAM", iamOnly},
		{"IAM, by pointer", func(p *secureapi.Props) { iamOnly(p); p.Authorizer = &secureapi.IAMAuthorizer{} }},
		{"with preflights", func(p *secureapi.Props) { p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}} }},
		{"with preflights of a route for every verb", func(p *secureapi.Props) {
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}}
			p.Routes[0].Pattern = "ANY /orders"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			shop(stack, func(p *secureapi.Props) {
				tt.change(p)
				p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
			})
			doc, err := iampolicy.Parse(policyOf(t, stack))
			if err != nil {
				t.Fatal(err)
			}
			doc = doc.Expand("arn:aws:execute-api:us-east-1:123456789012:abcdef1234")
			asks := func(method, ip string) iampolicy.Outcome {
				return doc.Evaluate(iampolicy.Request{
					Action: iampolicy.InvokeAction, Resource: "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/" + method,
					Context: iampolicy.Context{"aws:sourceip": {ip}},
				}).Outcome
			}
			if got := asks("GET/health", "203.0.113.7"); got != iampolicy.Allowed {
				t.Errorf("public route: got %v, want it allowed, because API Gateway answers 403 otherwise", got)
			}
			if got := asks("GET/orders", "203.0.113.7"); got != iampolicy.ImplicitDeny {
				t.Errorf("guarded route: got %v, want neither Allow nor Deny", got)
			}
			if got := asks("GET/orders", "198.51.100.1"); got != iampolicy.ExplicitDeny {
				t.Errorf("guarded route from another address: got %v, want it denied", got)
			}
		})
	}
}

func TestPolicyAllowsAccounts(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		iamOnly(p)
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowAccounts: []string{"123456789012"}}
	})
	want := `"Condition":{"StringEquals":{"aws:PrincipalAccount":["123456789012"]}},"Effect":"Allow"`
	if got := policyOf(t, stack); !strings.Contains(got, want) {
		t.Errorf("policy: got %s\nwant %s", got, want)
	}
}

func policyOf(t *testing.T, stack awscdk.Stack) string {
	t.Helper()
	text, err := json.Marshal(only(t, stack, "AWS::ApiGateway::RestApi")["Policy"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPolicySize(t *testing.T) {
	many := make([]string, 600)
	for i := range many {
		many[i] = fmt.Sprintf("203.%d.%d.0/24", i/256, i%256)
	}
	statement := func(effect awsiam.Effect, principal awsiam.IPrincipal, resource string,
		conditions map[string]any) []awsiam.PolicyStatement {
		return []awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect:     effect,
			Principals: &[]awsiam.IPrincipal{principal},
			Actions:    jsii.Strings("execute-api:Invoke"),
			Resources:  &[]*string{&resource},
			Conditions: &conditions,
		})}
	}
	anyone, partner := awsiam.NewStarPrincipal(), awsiam.NewAccountPrincipal(jsii.String("210987654321"))
	insecure := map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}
	for _, tt := range []struct {
		name       string
		cidrs      []string
		statements []awsiam.PolicyStatement
		want       string // "" if it is taken
	}{
		{"too long", many, nil, "characters and API Gateway takes 8192: merge ranges, or name fewer"},
		{
			"denies all",
			[]string{"203.0.113.0/24"},
			[]awsiam.PolicyStatement{denyAll()},
			"a statement denies everything to everybody, so it locks everybody out",
		},
		{
			"names no principal",
			nil,
			[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions:   jsii.Strings("execute-api:Invoke"),
				Resources: jsii.Strings("execute-api:/*"),
			})},
			"a statement has no Principal, which each statement of a resource policy needs",
		},
		{
			"denies all by a whole ARN",
			[]string{"203.0.113.0/24"},
			statement(awsiam.Effect_DENY, anyone, "arn:aws:execute-api:*:*:*", nil),
			"so it locks everybody out",
		},
		{
			"allows nothing",
			nil,
			statement(awsiam.Effect_DENY, anyone, "execute-api:/*", insecure),
			"no statement allows everybody a route that is public",
		},
		{
			"allows a partner only",
			nil,
			statement(awsiam.Effect_ALLOW, partner, "execute-api:/*", nil),
			"no statement allows everybody a route that is public",
		},
		{
			"allows everybody what is guarded",
			nil,
			statement(awsiam.Effect_ALLOW, anyone, "execute-api:/*", nil),
			"a statement allows everybody execute-api:/prod/GET/orders, which an authorizer guards",
		},
		{
			"the same by a whole ARN",
			nil,
			statement(awsiam.Effect_ALLOW, anyone, "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/*", nil),
			"which an authorizer guards",
		},
		{
			"the same in the time of a condition",
			nil,
			statement(awsiam.Effect_ALLOW, anyone, "execute-api:/*", insecure),
			"which an authorizer guards",
		},
		{
			"allows those who sign",
			[]string{"203.0.113.0/24"},
			statement(
				awsiam.Effect_ALLOW,
				anyone,
				"execute-api:/*",
				map[string]any{"StringEquals": map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
			),
			"",
		},
		{"an Allow of a public route", nil, statement(awsiam.Effect_ALLOW, anyone, "execute-api:/prod/GET/health", nil), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			make := func() {
				shop(newStack(), func(p *secureapi.Props) {
					p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: tt.cidrs, Statements: tt.statements}
				})
			}
			if tt.want == "" {
				make()
				return
			}
			refused(t, make, "secureapi: Shop/Api: ResourcePolicy: ", tt.want)
		})
	}
}

func TestPolicyOfPrivateAPI(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.ResourcePolicy = &secureapi.ResourcePolicy{
			AllowCIDRs:        []string{"10.0.0.0/8"},
			AllowVPCEndpoints: []string{"vpce-0a1b2c3d"},
		}
		p.RestApiProps = &awsapigateway.RestApiProps{
			EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
		}
	})
	// Two statements are needed: every VPC has addresses in 10.0.0.0/8, so an address does not identify an endpoint.
	for _, want := range []string{
		`"Condition":{"NotIpAddress":{"aws:VpcSourceIp":["10.0.0.0/8"]}},"Effect":"Deny"`,
		`"Condition":{"StringNotEquals":{"aws:SourceVpce":["vpce-0a1b2c3d"]}},"Effect":"Deny"`,
	} {
		if got := policyOf(t, stack); !strings.Contains(got, want) {
			t.Errorf("policy %s\nwant %s", got, want)
		}
	}
}

// Methods of CDK's RestApi can add statements after the plan has checked the policy.
func TestStatementsAddedByApp(t *testing.T) {
	everybody := func(stack awscdk.Stack, api *secureapi.API, effect awsiam.Effect, resource string) {
		api.RestAPI.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect: effect, Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions: jsii.Strings("execute-api:Invoke"), Resources: jsii.Strings(resource),
		}))
	}
	const lets = "ResourcePolicy, with what was added beside the table: " +
		"a statement allows everybody execute-api:/prod/GET/orders, which an authorizer guards"
	ranges := func(p *secureapi.Props) {
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
	}
	endpoint := awsec2.InterfaceVpcEndpointAwsService_APIGATEWAY
	for _, tt := range []struct {
		name  string
		props func(*secureapi.Props)
		add   func(stack awscdk.Stack, api *secureapi.API)
		want  string // "" if it may be there
	}{
		{"an Allow to a policy", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/*")
		}, lets},
		{"an Allow without a principal", nil, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/*")
		}, lets},
		{"for VPC endpoints only", func(p *secureapi.Props) {
			p.ResourcePolicy = &secureapi.ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"}}
			p.RestApiProps = &awsapigateway.RestApiProps{EndpointConfiguration: &awsapigateway.EndpointConfiguration{
				Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE}}}
		}, func(stack awscdk.Stack, api *secureapi.API) {
			vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
			api.RestAPI.GrantInvokeFromVpcEndpointsOnly(&[]awsec2.IVpcEndpoint{
				vpc.AddInterfaceEndpoint(jsii.String("Endpoint"), &awsec2.InterfaceVpcEndpointOptions{Service: endpoint()})})
		}, lets},
		{"an Allow by the L1 resource", nil, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetPolicy(map[string]any{
				"Statement": map[string]any{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}})
		}, lets},
		{"an added Allow of a public route", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/prod/GET/health")
		}, ""},
		{"an added Allow of a public route, with the account's ARN", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, *stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("execute-api"), Resource: jsii.String("*"), ResourceName: jsii.String("prod/GET/health")}))
		}, ""},
		{"an Allow of all, with the account's own ARN", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, *stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("execute-api"), Resource: jsii.String("*"), ResourceName: jsii.String("prod/GET/*")}))
		}, lets},
		{"an added Allow of a resource that is known at deployment", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			which := awscdk.NewCfnParameter(stack, jsii.String("Which"), nil)
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/prod/GET/"+*which.ValueAsString())
		}, lets},
		{"a Deny of a part", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_DENY, "execute-api:/prod/GET/orders")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			tt.add(stack, shop(stack, tt.props))
			synth := func() { awscdk.App_Of(stack).Synth(nil) }
			if tt.want == "" {
				synth()
				return
			}
			refused(t, synth, tt.want)
		})
	}
}

// A Deny with exceptions still admits some callers.
func TestDenyWithExceptions(t *testing.T) {
	stack := newStack()
	partner := awsiam.NewArnPrincipal(jsii.String("arn:aws:iam::210987654321:role/partner"))
	statement := func(p *awsiam.PolicyStatementProps) awsiam.PolicyStatement {
		p.Actions, p.Resources = jsii.Strings("execute-api:Invoke"), jsii.Strings("execute-api:/*")
		return awsiam.NewPolicyStatement(p)
	}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.IAMAuthorizer{},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", backend(stack, "Orders"))},
		ResourcePolicy: &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
			statement(&awsiam.PolicyStatementProps{Principals: &[]awsiam.IPrincipal{partner}}),
			statement(
				&awsiam.PolicyStatementProps{
					Effect:        awsiam.Effect_DENY,
					NotPrincipals: &[]awsiam.IPrincipal{partner, awsiam.NewAccountPrincipal("210987654321")},
				},
			),
		}},
	})
	awscdk.App_Of(stack).Synth(nil)
}

func TestAllowWithoutStage(t *testing.T) {
	refused(
		t,
		func() {
			shop(newStack(), func(p *secureapi.Props) {
				p.Routes[0].Pattern = "GET /orders/{id}"
				p.RestApiProps = &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)}
				p.ResourcePolicy = &secureapi.ResourcePolicy{DenyCIDRs: []string{"203.0.113.0/24"}}
			})
		},
		"ResourcePolicy: the stage is not known, as RestApiProps.Deploy is false, "+
			"and the * that stands for it crosses slashes",
		"execute-api:/*/GET/orders/?*",
	)
}

// Raw statements replace the generated ones, so they must also allow preflights.
func TestRawStatementsWithoutPreflights(t *testing.T) {
	for _, also := range []string{"execute-api:/prod/OPTIONS/*", ""} {
		synth := func() {
			shop(newStack(), func(p *secureapi.Props) {
				p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
				resources := []string{"execute-api:/prod/GET/health"}
				if also != "" {
					resources = append(resources, also)
				}
				p.ResourcePolicy = &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
					awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
						Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
						Actions:    jsii.Strings("execute-api:Invoke"), Resources: jsii.Strings(resources...),
					})}}
			})
		}
		if also != "" {
			synth()
			continue
		}
		refused(t, synth, "ResourcePolicy: no statement allows everybody the preflights, execute-api:/prod/OPTIONS/*")
	}
}
