package secureapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// isolated returns a function with tenant isolation.
func isolated(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime:       awslambda.Runtime_NODEJS_22_X(),
		Handler:       jsii.String("index.handler"),
		Code:          awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
		TenancyConfig: awslambda.TenancyConfig_PER_TENANT(),
	})
}

// mapped returns the source of X-Amz-Tenant-Id of each method of a stack, by its construct's name.
func mapped(stack awscdk.Stack) map[string]any {
	out := map[string]any{}
	for logical, m := range resources(stack, "AWS::ApiGateway::Method") {
		parameters, _ := m["Integration"].(map[string]any)["RequestParameters"].(map[string]any)
		if from, ok := parameters["integration.request.header.X-Amz-Tenant-Id"]; ok {
			out[strings.TrimPrefix(logical[:len(logical)-8], "ApiRestApi")] = from
		}
	}
	return out
}

// TestTenant has a route for each guard, and for each way to make a method.
func TestTenant(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	tenant := func(claim string) secureapi.Access { return secureapi.Tenant(secureapi.Claim(claim)) }
	f := isolated(stack, "Documents")
	shop(stack, func(p *secureapi.Props) {
		pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
		p.Authorizers = map[string]secureapi.Authorizer{
			"own":  secureapi.TokenAuthorizer{Function: backend(stack, "Decide")},
			"pool": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
		}
		alias := f.AddAlias(jsii.String("live"), nil)
		p.Routes = append(p.Routes,
			secureapi.Integrate("POST /jobs", secureapi.InvokeAsync(f), tenant("org"), secureapi.ForwardCaller()),
			secureapi.Handle("GET /a", f, tenant("org")),
			secureapi.Handle("GET /b", f, tenant("org"), secureapi.AnyScope("b")),
			secureapi.Handle("GET /c", f, tenant("custom:team")),
			secureapi.Handle("GET /d", f, secureapi.GuardedBy("own"), secureapi.AuthorizerTenant("tenantId")),
			secureapi.Handle("GET /e", f, secureapi.GuardedBy("pool"), tenant("custom:tenant")),
			secureapi.Handle("GET /f", alias, tenant("org"), secureapi.Streamed()),
			secureapi.Handle("GET /h/{org}", f, secureapi.PathParameter("org").In(secureapi.Claim("orgs")),
				secureapi.Tenant(secureapi.PathParameter("org")), secureapi.RequireQuery("page")),
			secureapi.Route{
				Pattern: "GET /g", Function: f, Access: []secureapi.Access{tenant("org")},
				IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{
					Timeout:           awscdk.Duration_Seconds(jsii.Number(5)),
					RequestParameters: &map[string]*string{"integration.request.header.X-Stage": jsii.String("'prod'")},
				},
			},
		)
	})
	want := map[string]any{
		"aGET": "context.authorizer.tenantId_org",
		"bGET": "context.authorizer.tenantId_org",
		"cGET": "context.authorizer.tenantId_custom_3Ateam",
		"dGET": "context.authorizer.tenantId",
		"eGET": "context.authorizer.claims.custom:tenant",
		"fGET": "context.authorizer.tenantId_org",
		"gGET": "context.authorizer.tenantId_org",

		"horgGET":  "method.request.path.org",
		"jobsPOST": "context.authorizer.tenantId_org",
	}
	if diff := cmp.Diff(want, mapped(stack)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for logical, m := range resources(stack, "AWS::ApiGateway::Method") {
		parameters, _ := m["Integration"].(map[string]any)["RequestParameters"].(map[string]any)
		if strings.HasPrefix(logical, "ApiRestApigGET") && parameters["integration.request.header.X-Stage"] != "'prod'" {
			t.Errorf("GET /g: got %v, want also the app's own parameters", parameters)
		}
		if strings.HasPrefix(logical, "ApiRestApijobsPOST") &&
			parameters["integration.request.header.X-Amz-Invocation-Type"] != "'Event'" {
			t.Errorf("POST /jobs: got %v, want also the app's own parameters", parameters)
		}
		declared, _ := m["RequestParameters"].(map[string]any)
		if strings.HasPrefix(logical, "ApiRestApihorgGET") && !cmp.Equal(declared, map[string]any{
			"method.request.path.org": true, "method.request.querystring.page": true,
		}) {
			t.Errorf("GET /h/{org}: got the declared parameters %v", declared)
		}
	}
	plan := resourceMetadata(stack, "AWS::ApiGateway::RestApi")["gatehouse:plan"].(map[string]any)
	if tenants, _ := plan["tenants"].(map[string]any); len(tenants) != len(want) {
		t.Errorf("tenants of the plan: got %v", tenants)
	}
	app.Synth(nil) // no rule reports it
}

// The default tenant is used for functions with tenant isolation, also behind an alias.
func TestDefaultTenant(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	shop(stack, func(p *secureapi.Props) {
		f := isolated(stack, "Documents")
		p.DefaultAccess = []secureapi.Access{secureapi.Tenant(secureapi.Claim("org"))}
		p.Routes = append(p.Routes,
			secureapi.Handle("GET /a", f),
			secureapi.Handle("GET /b", f.AddAlias(jsii.String("live"), nil), secureapi.AnyScope("b")),
		)
		p.Routes = append(p.Routes, secureapi.With([]secureapi.Access{secureapi.Tenant(secureapi.Claim("team"))},
			secureapi.Handle("GET /c", f), secureapi.Handle("GET /d", f))...)
	})
	want := map[string]any{
		"aGET": "context.authorizer.tenantId_org", "bGET": "context.authorizer.tenantId_org",
		"cGET": "context.authorizer.tenantId_team", "dGET": "context.authorizer.tenantId_team",
	}
	if diff := cmp.Diff(want, mapped(stack)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	app.Synth(nil)
}

// The plan has the source of tenants for each kind of guard. The tests of internal/plan
// check the other errors.
func TestTenantOfGuards(t *testing.T) {
	for _, tt := range []struct {
		name  string
		guard func(awscdk.Stack) secureapi.Authorizer
		want  string // of the refusal; "" if the tenant is mapped
	}{
		{"TOKEN", func(awscdk.Stack) secureapi.Authorizer { return tokens() }, ""},
		{"REQUEST", func(awscdk.Stack) secureapi.Authorizer { return cached() }, ""},
		{"JWT", func(awscdk.Stack) secureapi.Authorizer {
			return secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{{
				URL:       "https://idp.example.com/",
				Audiences: []string{"a"},
			}}}
		}, "as JSON text with quotes, which Lambda does not accept as a tenant ID"},
		{"IAM", func(awscdk.Stack) secureapi.Authorizer { return secureapi.IAMAuthorizer{} }, "a signature has no claims"},
		{"own TOKEN", func(s awscdk.Stack) secureapi.Authorizer {
			return secureapi.TokenAuthorizer{Function: backend(s, "Decide")}
		}, `name its key, as in AuthorizerTenant("tenantId")`},
		{"own REQUEST", func(s awscdk.Stack) secureapi.Authorizer {
			return secureapi.RequestAuthorizer{Function: backend(s, "Decide"), CacheTTL: secureapi.NoCache}
		}, `name its key, as in AuthorizerTenant("tenantId")`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			build := func() {
				secureapi.New(stack, "Api", &secureapi.Props{
					Authorizer: tt.guard(stack),
					Routes: []secureapi.Route{
						secureapi.Handle("GET /a", isolated(stack, "F"), secureapi.Tenant(secureapi.Claim("org"))),
					},
				})
			}
			if tt.want != "" {
				refused(t, build, tt.want, `secureapi: Shop/Api: route "GET /a": it has Tenant(Claim("org"))`)
				return
			}
			build()
			if got := mapped(stack)["aGET"]; got != "context.authorizer.tenantId_org" {
				t.Errorf("got the sources %v", got)
			}
		})
	}
}

// An issuer without TokenUse also accepts ID tokens, whose attributes a user may be able to write.
func TestTenantOfWritableAttribute(t *testing.T) {
	for name, issuer := range map[string]func(awscdk.Stack) secureapi.Issuer{
		"of a pool": func(stack awscdk.Stack) secureapi.Issuer {
			pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
			i := secureapi.CognitoIssuer(pool, pool.AddClient(jsii.String("Client"), nil))
			i.TokenUse = ""
			return i
		},
		"of a URL": func(awscdk.Stack) secureapi.Issuer {
			return secureapi.Issuer{
				URL:       "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1Cd2Ef3",
				Audiences: []string{"a"},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := newStack()
			refused(t, func() {
				shop(stack, func(p *secureapi.Props) {
					p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{issuer(stack)}}}
					p.Routes = []secureapi.Route{
						secureapi.Handle("GET /a", isolated(stack, "F"), secureapi.Tenant(secureapi.Claim("email"))),
					}
				})
			}, "users write the attribute email themselves")
		})
	}
}

// The included function also provides the tenant of a session.
func TestTenantOfSession(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		sessions(p)
		p.Routes = append(p.Routes,
			secureapi.Handle("GET /a", isolated(stack, "F"), secureapi.Tenant(secureapi.Claim("org"))))
	})
	if diff := cmp.Diff(map[string]any{"aGET": "context.authorizer.tenantId_org"}, mapped(stack)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTenantRules has errors that only the finished template shows.
func TestTenantRules(t *testing.T) {
	tenant := secureapi.Tenant(secureapi.Claim("org"))
	for _, tt := range []struct {
		name   string
		change func(*secureapi.Props, awscdk.Stack, awslambda.Function)
		add    func(*secureapi.API, awslambda.Function)
		rule   string
		want   string
	}{
		{"a tenant for a function without tenant isolation", func(p *secureapi.Props, _ awscdk.Stack, _ awslambda.Function) {
			p.Routes[0].Access = append(p.Routes[0].Access, tenant)
		}, nil, "tenant-isolation", "the method GET /orders passes a tenant ID to the function Orders"},
		{"a function with it without a tenant", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f))
		}, nil, "tenant-isolation", "with Tenant(Claim(...)) on the route"},
		{"an alias of it on a public route", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f.AddAlias(jsii.String("live"), nil), secureapi.Public("x")))
		}, nil, "tenant-isolation", "the method GET /a invokes the function F"},
		{"a function that answers preflights", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Handle("OPTIONS /a", f, secureapi.Public("preflights")))
		}, nil, "tenant-isolation", "the method OPTIONS /a invokes the function F"},
		{"an authorizer", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Authorizers = map[string]secureapi.Authorizer{"own": secureapi.TokenAuthorizer{Function: f}}
			p.Routes = append(p.Routes, secureapi.Handle("GET /b", p.Routes[0].Function, secureapi.GuardedBy("own")))
		}, nil, "tenant-isolation", "the authorizer invokes the function F"},
		{"provisioned concurrency", func(p *secureapi.Props, stack awscdk.Stack, f awslambda.Function) {
			alias := awslambda.NewCfnAlias(stack, jsii.String("Live"), &awslambda.CfnAliasProps{
				FunctionName: f.FunctionName(), FunctionVersion: jsii.String("1"), Name: jsii.String("live"),
			})
			alias.AddPropertyOverride(jsii.String("ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"), 1)
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, tenant))
		}, nil, "tenant-isolation", "has provisioned concurrency and tenant isolation"},
		{"a function URL", func(p *secureapi.Props, stack awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, tenant))
			awslambda.NewCfnUrl(stack, jsii.String("Url"), &awslambda.CfnUrlProps{
				AuthType: jsii.String("AWS_IAM"), TargetFunctionArn: f.FunctionArn(),
			})
		}, nil, "tenant-isolation", "has a function URL and tenant isolation"},
		{"a method that is added later", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, tenant))
		}, func(api *secureapi.API, f awslambda.Function) {
			api.RestAPI.Root().AddMethod(jsii.String("GET"), awsapigateway.NewLambdaIntegration(f, nil),
				&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
		}, "tenant-isolation", "the method GET / invokes the function F"},
		{"a tenant from a header of the caller", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Route{Pattern: "GET /a", Function: f,
				IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{RequestParameters: &map[string]*string{
					"integration.request.header.X-Amz-Tenant-Id": jsii.String("method.request.header.x-tenant-id"),
				}},
				MethodOptions: &awsapigateway.MethodOptions{RequestParameters: &map[string]*bool{
					"method.request.header.x-tenant-id": jsii.Bool(true),
				}},
			})
		}, nil, "tenant-from-request", "from method.request.header.x-tenant-id, which the caller writes"},
		{"a tenant that is changed", func(p *secureapi.Props, _ awscdk.Stack, f awslambda.Function) {
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, tenant))
		}, func(api *secureapi.API, _ awslambda.Function) {
			api.Method("GET /a").AddPropertyOverride(
				jsii.String(`Integration.RequestParameters.integration\.request\.header\.X-Amz-Tenant-Id`), "'acme'")
		}, "changed-tenant", "has its tenant from context.authorizer.tenantId_org by the table, and from 'acme' in the " +
			"template"},
		{"an attribute that users can write", func(p *secureapi.Props, stack awscdk.Stack, f awslambda.Function) {
			pool := awscognito.NewUserPool(stack, jsii.String("Pool"), &awscognito.UserPoolProps{
				CustomAttributes: &map[string]awscognito.ICustomAttribute{
					"tenant": awscognito.NewStringAttribute(&awscognito.StringAttributeProps{Mutable: jsii.Bool(true)}),
				},
			})
			pool.AddClient(jsii.String("Client"), &awscognito.UserPoolClientOptions{
				WriteAttributes: awscognito.NewClientAttributes().WithCustomAttributes(jsii.String("tenant")),
			})
			p.Authorizers = map[string]secureapi.Authorizer{"pool": secureapi.CognitoAuthorizer{
				UserPools: []awscognito.IUserPool{pool}}}
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, secureapi.GuardedBy("pool"),
				secureapi.Tenant(secureapi.Claim("custom:tenant"))))
		}, nil, "tenant-from-request", "which users may write by WriteAttributes of the app client PoolClient"},
		{"such an attribute in ID tokens", func(p *secureapi.Props, stack awscdk.Stack, f awslambda.Function) {
			pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
			client := pool.AddClient(jsii.String("Client"), &awscognito.UserPoolClientOptions{
				WriteAttributes: awscognito.NewClientAttributes().WithCustomAttributes(jsii.String("tenant")),
			})
			issuer := secureapi.CognitoIssuer(pool, client)
			issuer.TokenUse = "id"
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{issuer}}}
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, secureapi.Tenant(secureapi.Claim("custom:tenant"))))
		}, nil, "tenant-from-request", "which users may write by WriteAttributes of the app client PoolClient"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			f := isolated(stack, "F")
			api := shop(stack, func(p *secureapi.Props) { tt.change(p, stack, f) })
			if tt.add != nil {
				tt.add(api, f)
			}
			refused(t, func() { awscdk.App_Of(stack).Synth(nil) }, tt.want, "Rule Gatehouse::"+tt.rule, "Suggested fix: ")
		})
	}
}

// A stage serves the mapping of its deployment, so a change of the tenant creates a new deployment.
func TestTenantChangesDeployment(t *testing.T) {
	of := func(claim string) string {
		return deployment(t, func(p *secureapi.Props) {
			f := isolated(awscdk.Stack_Of(p.Routes[0].Function), "F")
			p.Routes = append(p.Routes, secureapi.Handle("GET /a", f, secureapi.Tenant(secureapi.Claim(claim))),
				secureapi.Handle("GET /b", f, secureapi.Tenant(secureapi.Claim("org"))))
		})
	}
	if one, other := of("org"), of("team"); one == other {
		t.Errorf("two tables: got the same deployment %s", one)
	}
}
