package secureapi_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

const flushes = "Custom::AWS"

// flushed returns the call of the only custom resource of an API, after a change of its props.
func flushed(t *testing.T, change func(*secureapi.Props)) string {
	t.Helper()
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Stage.FlushAuthorizerCache = true
		if change != nil {
			change(p)
		}
	})
	props := only(t, stack, flushes)
	if props["Create"] == nil || props["Delete"] != nil {
		t.Errorf("got the calls %v, want one at create and update, and none at delete", props)
	}
	text, err := json.Marshal(props["Update"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFlushAuthorizerCache(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) { p.Stage.FlushAuthorizerCache = true })
	call := flushed(t, nil)
	for _, want := range []string{
		`flushStageAuthorizersCache`,
		`\"restApiId\":\"`,
		`{"Ref":"ApiRestApi`,
		`\"stageName\":\"`,
		`{"Ref":"ApiRestApiDeploymentStageprod`,
		`{"Ref":"ApiRestApiDeployment`,
	} {
		if !strings.Contains(call, want) {
			t.Errorf("call: got %s, want %s in it", call, want)
		}
	}
	// The call depends on the stage, so that the new deployment serves, and on the function with the new table.
	all := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String(flushes), nil)
	for _, r := range all {
		needs, err := json.Marshal((*r)["DependsOn"])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"ApiRestApiDeploymentStageprod`, `"ApiAuthorizerFunction`} {
			if !strings.Contains(string(needs), want) {
				t.Errorf("DependsOn of the call: got %s, want %s in it", needs, want)
			}
		}
	}
	// The call's policy has no dependencies, so it is created early and IAM has propagated it when the call is made.
	for id, r := range *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::IAM::Policy"), nil) {
		if needs := (*r)["DependsOn"]; strings.HasPrefix(id, "ApiFlushAuthorizerCache") && needs != nil {
			t.Errorf("DependsOn of the policy: got %v, want none", needs)
		}
	}
	// The function that makes the call has no other permission.
	statement := regexp.MustCompile(
		`"Action":"apigateway:DELETE","Effect":"Allow","Resource":\{"Fn::Join":\["",\["arn:",` +
			`\{"Ref":"AWS::Partition"\},":apigateway:",\{"Ref":"AWS::Region"\},"::/restapis/",` +
			`\{"Ref":"ApiRestApi\w+"\},"/stages/prod/cache/authorizers"\]\]\}`,
	)
	found := 0
	for id, policy := range resources(stack, "AWS::IAM::Policy") {
		text, err := json.Marshal(policy)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(id, "ApiFlushAuthorizerCache") {
			found++
			if !statement.MatchString(string(text)) || strings.Count(string(text), `"Action"`) != 1 {
				t.Errorf("policy %s: got %s, want only apigateway:DELETE of the cache", id, text)
			}
		}
	}
	if found != 1 {
		t.Errorf("got %d policies of the function, want one", found)
	}
}

// Each change of the access rules empties the authorizer's cache. Other changes do
// not.
func TestFlushAuthorizerCacheChanges(t *testing.T) {
	asItWas := flushed(t, nil)
	for _, c := range []struct {
		name   string
		change func(*secureapi.Props)
		again  bool
	}{
		{"nothing", nil, false},
		{"a moved line", func(p *secureapi.Props) { p.Routes[0], p.Routes[1] = p.Routes[1], p.Routes[0] }, false},
		{"another retention of the access log", func(p *secureapi.Props) { p.Stage.AccessLogRetention = "ONE_WEEK" }, false},
		{
			"a requirement, for which there is no new deployment",
			func(p *secureapi.Props) { p.Routes[0].Access = []secureapi.Access{secureapi.AnyScope("orders:admin")} },
			true,
		},
		{"a route", func(p *secureapi.Props) {
			p.Routes = append(
				p.Routes,
				secureapi.Handle("DELETE /orders/{id}", p.Routes[0].Function, secureapi.AnyGroup("admins")),
			)
		}, true},
		{"an audience", func(p *secureapi.Props) {
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{{
				URL:       "https://idp.example.com/",
				Audiences: []string{"others"},
			}}}}
		}, true},
		{"a TTL", func(p *secureapi.Props) {
			a := tokens()
			a.CacheTTL = time.Minute
			p.Authorizer = a
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := flushed(t, c.change); (got != asItWas) != c.again {
				t.Errorf("emptied again: got %v, want %v\nbefore: %s\nafter:  %s", got != asItWas, c.again, asItWas, got)
			}
		})
	}
}

// Two groups must differ from one group whose name has a comma.
func TestFlushDistinguishesCommas(t *testing.T) {
	of := func(groups ...string) string {
		return flushed(t, func(p *secureapi.Props) { p.Routes[0].Access = []secureapi.Access{secureapi.AnyGroup(groups...)} })
	}
	if two := of("Sales", "EMEA"); two == of("Sales, EMEA") {
		t.Errorf("two groups and one with a comma: got the same call %s", two)
	}
}

// Two APIs in a stack share the function that empties caches. Their guards are not the included
// function.
func TestFlushOfTwoAPIs(t *testing.T) {
	stack := newStack()
	f := backend(stack, "Orders")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	for id, a := range map[string]secureapi.Authorizer{
		"Own":   secureapi.TokenAuthorizer{Function: backend(stack, "Decide")},
		"Users": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
	} {
		secureapi.New(stack, id, &secureapi.Props{
			Authorizer: a, Stage: secureapi.Stage{FlushAuthorizerCache: true},
			Routes: []secureapi.Route{secureapi.Handle("GET /orders", f)},
		})
	}
	if got := len(resources(stack, flushes)); got != 2 {
		t.Errorf("got %d calls, want one for each API", got)
	}
	groups := 0
	for id := range resources(stack, "AWS::Logs::LogGroup") {
		if strings.HasPrefix(id, "FlushAuthorizerCacheLogs") {
			groups++
		}
	}
	if groups != 1 {
		t.Errorf("got %d log groups for one function", groups)
	}
}
