package secureapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func released(claim string) func(*secureapi.Props) {
	return func(p *secureapi.Props) {
		p.Stage.FlushAuthorizerCache = true
		p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
			Issuers: []secureapi.Issuer{{URL: "https://idp.example.com/", Audiences: []string{"orders"}}},
			Release: &secureapi.Release{ProvisionedConcurrency: 2, Canary: &secureapi.Canary{Percent: 20, Interval: time.Hour}},

			ContextClaims: []string{claim},
		}}
	}
}

// versions returns the logical IDs of the function versions in a template whose authorizer has an alias.
func versions(t *testing.T, stack awscdk.Stack) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(resources(stack, "AWS::Lambda::Version")))
}

func TestRelease(t *testing.T) {
	stack := newStack()
	api := shop(stack, released("email"))
	alias := only(t, stack, "AWS::Lambda::Alias")
	if alias["Name"] != "live" || fmt.Sprint(alias["ProvisionedConcurrencyConfig"]) !=
		"map[ProvisionedConcurrentExecutions:2]" {
		t.Errorf("alias: got %v", alias)
	}
	if *api.AuthorizerAlias("").AliasName() != "live" {
		t.Error("AuthorizerAlias: got another object than the alias in the template")
	}
	var id string
	for of, r := range *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::Lambda::Alias"), nil) {
		id = of
		if policy := fmt.Sprint((*r)["UpdatePolicy"]); !strings.Contains(policy, "CodeDeployLambdaAliasUpdate") ||
			!strings.Contains(policy, "AuthorizerReleases") {
			t.Errorf("UpdatePolicy of the alias: got %s", policy)
		}
	}
	if a := only(t, stack, "AWS::ApiGateway::Authorizer"); !strings.Contains(
		fmt.Sprint(a["AuthorizerUri"]),
		"map[Ref:"+id+"]",
	) {
		t.Errorf("AuthorizerUri: got %v, want the alias", a["AuthorizerUri"])
	}
	permitted := 0
	for _, p := range resources(stack, "AWS::Lambda::Permission") {
		if fmt.Sprint(p["FunctionName"]) == "map[Ref:"+id+"]" {
			permitted++
		}
	}
	if permitted != 1 {
		t.Errorf("got %d permissions for the alias", permitted)
	}
	if c := fmt.Sprint(only(t, stack, "AWS::CodeDeploy::DeploymentConfig")["TrafficRoutingConfig"]); c !=
		"map[TimeBasedCanary:map[CanaryInterval:60 CanaryPercentage:20] Type:TimeBasedCanary]" {
		t.Errorf("canary: got %s", c)
	}
	group := only(t, stack, "AWS::CodeDeploy::DeploymentGroup")
	if alarms := group["AlarmConfiguration"].(map[string]any)["Alarms"].([]any); len(alarms) != 2 {
		t.Errorf("alarms: got %v", alarms)
	}
	if got := fmt.Sprint(group["AutoRollbackConfiguration"]); got !=
		"map[Enabled:true Events:[DEPLOYMENT_FAILURE DEPLOYMENT_STOP_ON_ALARM]]" {
		t.Errorf("AutoRollbackConfiguration: got %s", got)
	}
	failed := 0
	for _, a := range resources(stack, "AWS::CloudWatch::Alarm") {
		if a["Namespace"] == "Gatehouse" && a["MetricName"] == "failed" || a["MetricName"] == "5XXError" {
			failed++
		}
	}
	if failed != 2 {
		t.Errorf("got %d alarms on failures", failed)
	}

	// A change of the function's settings creates a new version.
	again, changed := newStack(), newStack()
	shop(again, released("email"))
	shop(changed, released("tenant"))
	first := versions(t, stack)
	if len(first) != 1 || !slices.Equal(first, versions(t, again)) || slices.Equal(first, versions(t, changed)) {
		t.Errorf("versions: got %v, %v again, and %v with other settings, want another ID only for "+
			"other settings", first, versions(t, again), versions(t, changed))
	}
	refused(t, func() { shop(newStack(), nil).AuthorizerAlias("") }, "AuthorizerAlias: the API's TokenAuthorizer has "+
		"no alias: set Release of its JWT, or of a SessionAuthorizer")
	refused(t, func() {
		shop(newStack(), func(p *secureapi.Props) {
			released("email")(p)
			p.Authorizer.(secureapi.TokenAuthorizer).JWT.Release.Canary.Percent = 100
		})
	}, "the API's TokenAuthorizer: JWT.Release.Canary.Percent is 100: want 1 to 99, or 0 for the default of 10")
}
