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
		t.Errorf("got the calls %v, want one for each deployment and none when it is deleted", props)
	}
	text, err := json.Marshal(props["Update"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheCacheIsEmptied(t *testing.T) {
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
			t.Errorf("the call %s does not have %s", call, want)
		}
	}
	// The call waits for the stage to serve the new deployment and for the function to have the new table.
	all := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String(flushes), nil)
	for _, r := range all {
		needs, err := json.Marshal((*r)["DependsOn"])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"ApiRestApiDeploymentStageprod`, `"ApiAuthorizerFunction`} {
			if !strings.Contains(string(needs), want) {
				t.Errorf("it waits for %s, and not for %s", needs, want)
			}
		}
	}
	// The call's policy depends on nothing, so IAM has propagated it by the time of the call.
	for id, r := range *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::IAM::Policy"), nil) {
		if needs := (*r)["DependsOn"]; strings.HasPrefix(id, "ApiFlushAuthorizerCache") && needs != nil {
			t.Errorf("the policy waits for %v", needs)
		}
	}
	// The function that makes the call may do nothing else.
	statement := regexp.MustCompile(
		`"Action":"apigateway:DELETE","Effect":"Allow","Resource":\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":apigateway:",\{"Ref":"AWS::Region"\},"::/restapis/",\{"Ref":"ApiRestApi\w+"\},"/stages/prod/cache/authorizers"\]\]\}`,
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
				t.Errorf("the policy %s is %s", id, text)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d policies for it, want one", found)
	}
}

// TestWhenTheCacheIsEmptied checks that each change of who may call what empties the cache, and that no other change
// does.
func TestWhenTheCacheIsEmptied(t *testing.T) {
	asItWas := flushed(t, nil)
	for _, c := range []struct {
		name   string
		change func(*secureapi.Props)
		again  bool
	}{
		{"nothing", nil, false},
		{"a line that moves", func(p *secureapi.Props) { p.Routes[0], p.Routes[1] = p.Routes[1], p.Routes[0] }, false},
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
				t.Errorf("emptied again: %v, want %v\nwas %s\nis  %s", got != asItWas, c.again, asItWas, got)
			}
		})
	}
}

// Two groups differ from one group whose name has a comma.
func TestNamesWithCommasAreToldApart(t *testing.T) {
	of := func(groups ...string) string {
		return flushed(t, func(p *secureapi.Props) { p.Routes[0].Access = []secureapi.Access{secureapi.AnyGroup(groups...)} })
	}
	if two := of("Sales", "EMEA"); two == of("Sales, EMEA") {
		t.Errorf("both are %s", two)
	}
}

// TestTwoCachesAreEmptied has two APIs in a stack, for which CDK makes one function, and guards without a function of
// their own.
func TestTwoCachesAreEmptied(t *testing.T) {
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
		t.Errorf("%d calls, want one for each API", got)
	}
	groups := 0
	for id := range resources(stack, "AWS::Logs::LogGroup") {
		if strings.HasPrefix(id, "FlushAuthorizerCacheLogs") {
			groups++
		}
	}
	if groups != 1 {
		t.Errorf("%d log groups for one function", groups)
	}
}
