package secureapi_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// A stage serves its deployment, so every change must create a new one, for any feature flags of the consumer's app
// (aws-cdk#5354, #8024, #16554).
func TestChangesDeployment(t *testing.T) {
	const flag = "@aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId"
	origins := func(o ...string) func(*secureapi.Props) {
		return func(p *secureapi.Props) { p.CORS = &secureapi.CORS{AllowOrigins: o} }
	}
	ranges := func(r ...string) func(*secureapi.Props) {
		return func(p *secureapi.Props) { p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: r} }
	}
	guard := func(a secureapi.Authorizer) func(*secureapi.Props) {
		return func(p *secureapi.Props) { p.Authorizer = a }
	}
	with := func(change func(*secureapi.TokenAuthorizer)) func(*secureapi.Props) {
		a := tokens()
		change(&a)
		return guard(a)
	}
	answer := func(body string, origins ...string) func(*secureapi.Props) {
		return func(p *secureapi.Props) {
			p.Routes = append(p.Routes, secureapi.Integrate("GET /version", secureapi.Respond(200, body), secureapi.Public("x")))
			p.CORS = &secureapi.CORS{AllowOrigins: append(origins, "https://c.example.com")}
		}
	}
	elsewhere := newStack()
	links := 0
	forwarded := func(link, balancer string) func(*secureapi.Props) {
		return func(p *secureapi.Props) {
			links++
			p.Routes = append(p.Routes, secureapi.Integrate("GET /stock", privateBackend(elsewhere, fmt.Sprint(links), link,
				balancer), secureapi.Public("x")))
		}
	}
	for _, on := range []bool{false, true} {
		t.Run(fmt.Sprint("flag ", on), func(t *testing.T) {
			asItWas := deployment(t, nil, flag, on)
			seen := map[string]string{asItWas: "no change"}
			for _, c := range []struct {
				name   string
				change func(*secureapi.Props)
			}{
				{"a policy", ranges("203.0.113.0/24")},
				{"another policy", ranges("198.51.100.0/24")},
				{"gateway responses", origins("https://a.example.com")},
				{"other gateway responses", origins("https://b.example.com")},
				{"a fixed answer", answer("1")},
				{"another fixed answer", answer("2")},
				{"a fixed answer for other pages", answer("2", "https://d.example.com")},
				{"a load balancer", forwarded("abc123", "app/orders/1")},
				{"another load balancer", forwarded("abc123", "app/orders/2")},
				{"another VPC link", forwarded("def456", "app/orders/2")},
				{"another TTL", with(func(a *secureapi.TokenAuthorizer) { a.CacheTTL = time.Minute })},
				{"no cache", with(func(a *secureapi.TokenAuthorizer) { a.CacheTTL = secureapi.NoCache })},
				{"another header", with(func(a *secureapi.TokenAuthorizer) { a.Header = "X-Token" })},
				{"another expression", with(func(a *secureapi.TokenAuthorizer) { a.ValidationExpression = "^Bearer .+$" })},
				{"another kind", guard(secureapi.RequestAuthorizer{JWT: tokens().JWT})},
				{"other sources", guard(secureapi.RequestAuthorizer{JWT: tokens().JWT, IdentitySources: []secureapi.IdentitySource{
					secureapi.IdentityHeader("Authorization"), secureapi.IdentityQuery("tenant")}})},
			} {
				id := deployment(t, c.change, flag, on)
				if other, same := seen[id]; same {
					t.Errorf("%q and %q: got the same deployment %s", c.name, other, id)
				}
				seen[id] = c.name
			}
			if again := deployment(t, nil, flag, on); again != asItWas {
				t.Errorf("the same API twice: got the deployments %s and %s", asItWas, again)
			}
			reversed := func(p *secureapi.Props) { p.Routes[0], p.Routes[1] = p.Routes[1], p.Routes[0] }
			if moved := deployment(t, reversed, flag, on); moved != asItWas {
				t.Errorf("a moved line of the table: got the deployment %s, want %s", moved, asItWas)
			}
			// The policy names the routes that need an Allow, and is part of the deployment.
			twoOpen := func(p *secureapi.Props) {
				ranges("203.0.113.0/24")(p)
				p.Routes = append(
					p.Routes,
					secureapi.Handle("GET /version", p.Routes[0].Function, secureapi.Public("shown on the status page")),
				)
			}
			backwards := func(p *secureapi.Props) { twoOpen(p); slices.Reverse(p.Routes) }
			if was, moved := deployment(t, twoOpen, flag, on), deployment(t, backwards, flag, on); moved != was {
				t.Errorf("a moved line of a table with a policy: got the deployment %s, want %s", moved, was)
			}
		})
	}
}

// The deployment depends once on each method, of the table and of the app, unless the app sets the dependencies
// itself.
func TestDeploymentDependsOnMethods(t *testing.T) {
	dependsOn := func(stack awscdk.Stack) (ids []string) {
		t.Helper()
		found := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Deployment"), nil)
		for _, r := range found {
			list, _ := (*r)["DependsOn"].([]any)
			for _, id := range list {
				ids = append(ids, id.(string))
			}
		}
		return ids
	}
	stack := newStack()
	const shared = "PUT /orders" // the L2 makes the other methods, the first of the function and of the authorizer
	api := shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Handle(shared, p.Routes[0].Function, secureapi.AnyScope("orders:write")))
	})
	deployment := api.RestAPI.LatestDeployment()
	deployment.Node().AddDependency(api.Method(shared), stack.Node().FindChild(jsii.String("Orders")))
	got := dependsOn(stack)
	want := slices.Sorted(maps.Keys(resources(stack, "AWS::ApiGateway::Method")))
	want = append(want, slices.Sorted(maps.Keys(resources(stack, "AWS::ApiGateway::Authorizer")))...)
	for id := range resources(stack, "AWS::Lambda::Function") {
		if id[:6] == "Orders" {
			want = append(want, id)
		}
	}
	for _, id := range want {
		if n := len(slices.DeleteFunc(slices.Clone(got), func(x string) bool { return x != id })); n != 1 {
			t.Errorf("DependsOn: got %d times %s, want once: %q", n, id, got)
		}
	}
	deployment.Node().DefaultChild().(awsapigateway.CfnDeployment).AddOverride(
		jsii.String("DependsOn"),
		jsii.Strings(want[0]),
	)
	again(stack)
	if got := dependsOn(stack); !slices.Equal(got, want[:1]) {
		t.Errorf("overridden DependsOn: got %q, want %q", got, want[:1])
	}
}
