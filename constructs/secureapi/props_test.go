package secureapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestPropsReachPlan checks that New passes the props to internal/plan. Each case has props that a check refuses,
// and the check's message.
func TestPropsReachPlan(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	n := 0
	in := func(change func(*secureapi.Props)) func() {
		return func() {
			n++
			shop(awscdk.NewStack(app, jsii.String(fmt.Sprintf("Shop%d", n)), nil), change)
		}
	}
	cognito := func(change func(*secureapi.CognitoAuthorizer)) func() {
		return in(func(p *secureapi.Props) {
			a := secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
			change(&a)
			p.Authorizer = a
		})
	}
	release := func(change func(*secureapi.JWT)) func() {
		return in(func(p *secureapi.Props) {
			jwt := tokens().JWT
			jwt.Release = &secureapi.Release{ProvisionedConcurrency: 5, Canary: &secureapi.Canary{}}
			change(jwt)
			p.Authorizer = secureapi.TokenAuthorizer{JWT: jwt}
		})
	}
	for _, tt := range []struct {
		name string
		do   func()
		want string
	}{
		{"the cache's time of a user pool's guard",
			cognito(func(a *secureapi.CognitoAuthorizer) { a.CacheTTL = 2 * time.Hour }),
			"the API's CognitoAuthorizer: CacheTTL 2h0m0s is over API Gateway's maximum of 1h0m0s (3600 seconds)"},
		{"the header of a user pool's guard",
			cognito(func(a *secureapi.CognitoAuthorizer) { a.Header = "X Token" }),
			`the API's CognitoAuthorizer: header "X Token": a header's name does not hold ' '`},
		{"an issuer whose host has one label", in(func(p *secureapi.Props) {
			p.Authorizer = secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{
				{URL: "https://intranet/", Audiences: []string{"orders"}},
			}}
		}), "has a host that is not public"},
		{"no condition", in(func(p *secureapi.Props) {
			p.Routes[1].Access = append(p.Routes[1].Access, secureapi.OnlyIf(nil))
		}), `route "GET /health": its OnlyIf has no condition: give it an awscdk.CfnCondition, or leave it out`},
		{"a nil media type", in(func(p *secureapi.Props) {
			p.RestApiProps = &awsapigateway.RestApiProps{BinaryMediaTypes: &[]*string{jsii.String("image/png"), nil}}
		}), "RestApiProps.BinaryMediaTypes[1] is nil: name a type such as image/png, or leave it out"},
		{"a nil alarm of a canary",
			release(func(j *secureapi.JWT) { j.Release.Canary.Alarms = []awscloudwatch.IAlarm{nil} }),
			"JWT.Release.Canary.Alarms[0] is nil: give it an awscloudwatch.IAlarm, or leave it out"},
		{"less reserved than provisioned", release(func(j *secureapi.JWT) {
			j.FunctionProps = &awslambda.FunctionProps{ReservedConcurrentExecutions: jsii.Number(4)}
		}), "JWT.Release.ProvisionedConcurrency is 5, and FunctionProps.ReservedConcurrentExecutions is 4, which it is a " +
			"part of"},
		{"a nil client of a user pool", in(func(p *secureapi.Props) {
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{secureapi.CognitoIssuer(pool, nil)},
			}}
		}), "CognitoIssuer: client 1 is nil"},
		{"a login that does not fit into the environment", in(func(p *secureapi.Props) {
			login := oktaLogin(stack)
			login.Parameters = map[string]string{"claims": strings.Repeat("x", 4000)}
			p.Authorizer = secureapi.SessionAuthorizer{Login: login}
		}), "of the 4096 bytes of a Lambda function's environment: name fewer Scopes, Parameters, audiences or origins of " +
			"CORS"},
		{"an origin of another stack's function", func() {
			other := awscdk.NewStack(app, jsii.String("Other"), nil)
			function := backend(stack, "Elsewhere")
			secureapi.New(other, "Api", &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{},
				Routes:     []secureapi.Route{secureapi.Handle("GET /orders", function)},
				CORS:       &secureapi.CORS{AllowOrigins: []string{"https://" + *stack.Account() + ".example.com"}},
			})
		}, "CORS: an origin is a CDK token, and the function Shop/Elsewhere of another stack would need it in its " +
			"environment"},
		{"a domain without a scope",
			func() { secureapi.NewDomain(nil, "Domain", &secureapi.Domain{}) },
			"secureapi: Domain: the scope is nil: give it the stack"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.do, tt.want) })
	}
}

// The construct's metadata has the plan's warnings, each with the name that acknowledges
// it.
func TestWarnings(t *testing.T) {
	app := newApp()
	for i, tt := range []struct {
		id   string
		make func(stack awscdk.Stack) *secureapi.API
		want string
	}{
		{secureapi.UncheckedWarning, func(stack awscdk.Stack) *secureapi.API {
			return shop(stack, func(p *secureapi.Props) {
				p.Routes = append(p.Routes, secureapi.Handle("POST /orders", p.Routes[0].Function,
					secureapi.AnyScope("orders:write"), secureapi.Body(secureapi.Schema(map[string]any{
						"type": "object", "properties": map[string]any{"mail": map[string]any{"type": "string", "format": "email"}},
					}).Named("Order"))))
			})
		}, "format"},
		{secureapi.BinaryBodyWarning, func(stack awscdk.Stack) *secureapi.API {
			return shop(stack, func(p *secureapi.Props) {
				p.RestApiProps = &awsapigateway.RestApiProps{BinaryMediaTypes: jsii.Strings("image/png")}
				p.Routes = append(p.Routes, secureapi.Handle("POST /orders", p.Routes[0].Function,
					secureapi.AnyScope("orders:write"),
					secureapi.Body(secureapi.Schema(map[string]any{"type": "object"}).Named("Order"))))
			})
		}, `route "POST /orders" has a Body, and the API has BinaryMediaTypes (image/png)`},
		{secureapi.LoginOriginWarning, func(stack awscdk.Stack) *secureapi.API {
			return loginShop(stack, oktaLogin(stack), func(p *secureapi.Props) {
				p.Domain = &secureapi.Domain{Name: "api.example.com", Certificate: certificate(stack, "eu-west-1")}
			})
		}, `has the Origin "https://shop.example.com", and the API's domain is "api.example.com"`},
	} {
		t.Run(tt.id, func(t *testing.T) {
			api := tt.make(awscdk.NewStack(app, jsii.String(fmt.Sprintf("Shop%d", i)), &awscdk.StackProps{
				Env: &awscdk.Environment{Region: jsii.String("eu-west-1")},
			}))
			for _, entry := range *api.Node().Metadata() {
				text, ok := entry.Data.(string)
				if ok && *entry.Type == "aws:cdk:warning" && strings.Contains(text, tt.want) && strings.Contains(text, tt.id) {
					return
				}
			}
			t.Errorf("got no warning with %q and %q", tt.want, tt.id)
		})
	}
}

// Respond sends the headers of WithHeader. A Content-Type among them replaces
// the default.
func TestRespondHeaders(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Integrate("GET /old",
			secureapi.Respond(301,
				secureapi.WithHeader("Location", "new"), secureapi.WithHeader("Content-Type", "text/html"), "moved"),
			secureapi.Public("moved")))
	})
	for id, m := range resources(stack, "AWS::ApiGateway::Method") {
		if !strings.HasPrefix(id, "ApiRestApioldGET") {
			continue
		}
		got := fmt.Sprint(m["Integration"].(map[string]any)["IntegrationResponses"])
		want := "[map[ResponseParameters:map[method.response.header.Content-Type:'text/html' " +
			"method.response.header.Location:'new'] ResponseTemplates:map[text/html:moved] StatusCode:301]]"
		if got != want {
			t.Errorf("answers: got\n%s\nwant\n%s", got, want)
		}
		return
	}
	t.Error("the template has no such method")
}

// TestPropForms checks that each form of a prop has the same effect.
func TestPropForms(t *testing.T) {
	model := newStack()
	shop(model, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Handle("POST /parcels", p.Routes[0].Function, secureapi.Public("x"),
			secureapi.Body(secureapi.SchemaOf[*parcel]())))
	})
	if got := only(t, model, "AWS::ApiGateway::Model"); got["Name"] != "Parcel" {
		t.Errorf("model of a pointer: got the name %v", got["Name"])
	}

	queue := newStack()
	jobs := awssqs.NewQueue(queue, jsii.String("Jobs"), &awssqs.QueueProps{Fifo: jsii.Bool(true)})
	shop(queue, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.Public("x")))
	})
	sent := false
	for _, m := range resources(queue, "AWS::ApiGateway::Method") {
		sent = sent || strings.Contains(fmt.Sprint(m["Integration"]), "MessageGroupId=$util.urlEncode('api')&")
	}
	if !sent {
		t.Error("messages to a FIFO queue have no common message group")
	}

	table := newStack()
	loginShop(table, func() *secureapi.Login {
		l := oktaLogin(table)
		l.Sessions = &secureapi.TableSessions{MaxAge: 2 * time.Hour}
		l.FunctionProps = &awslambda.FunctionProps{MemorySize: jsii.Number(1024)}
		return l
	}(), nil)
	only(t, table, "AWS::DynamoDB::GlobalTable")
	large := 0
	for _, f := range resources(table, "AWS::Lambda::Function") {
		if f["MemorySize"] == 1024.0 {
			large++
		}
	}
	if large != 1 {
		t.Errorf("got %d functions with the memory of the login's FunctionProps, want one", large)
	}
	refused(t, func() {
		stack := newStack()
		l := oktaLogin(stack)
		l.Sessions = (*secureapi.TableSessions)(nil)
		loginShop(stack, l, nil)
	}, "unsupported Sessions *secureapi.TableSessions: use CookieSessions or TableSessions")

	shared := newStack()
	domain := secureapi.NewDomain(shared, "Domain", &secureapi.Domain{
		Name: "api.example.com", Certificate: certificate(shared, "eu-west-1"),
		SecurityPolicy: awsapigateway.SecurityPolicy_TLS13_1_3_2025_09,
	})
	shop(shared, func(p *secureapi.Props) { p.Domain = &secureapi.Domain{Of: domain} })
	if api := only(t, shared, "AWS::ApiGateway::RestApi"); api["SecurityPolicy"] != "SecurityPolicy_TLS13_1_3_2025_09" ||
		api["EndpointAccessMode"] != "STRICT" {
		t.Errorf("API: got %v, want the security policy of its domain", api)
	}
}
