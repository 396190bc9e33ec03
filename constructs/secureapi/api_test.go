package secureapi_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestRestApiPropsAreKept(t *testing.T) {
	given := &awsapigateway.RestApiProps{
		Description:   jsii.String("mine"),
		DeployOptions: &awsapigateway.StageOptions{Description: jsii.String("my stage"), MetricsEnabled: jsii.Bool(true)},
	}
	before := *given
	stageBefore := *given.DeployOptions
	stack := newStack()
	shop(stack, func(p *secureapi.Props) { p.RestApiProps = given })
	if !reflect.DeepEqual(*given, before) || !reflect.DeepEqual(*given.DeployOptions, stageBefore) {
		t.Error("New changed the caller's props")
	}
	if got := only(t, stack, "AWS::ApiGateway::RestApi"); got["Description"] != "mine" ||
		fmt.Sprint(got["EndpointConfiguration"]) != "map[Types:[REGIONAL]]" {
		t.Errorf("RestApi: got %v, want the description given and a REGIONAL endpoint", got)
	}
	stage := only(t, stack, "AWS::ApiGateway::Stage")
	settings, _ := json.Marshal(stage["MethodSettings"])
	want := `"MetricsEnabled":true,"ResourcePath":"/*","ThrottlingBurstLimit":500,"ThrottlingRateLimit":1000`
	if stage["Description"] != "my stage" || stage["StageName"] != "prod" || !strings.Contains(string(settings), want) {
		t.Errorf("stage: got %v with the settings %s, want the description given and the defaults beside it", stage, settings)
	}
}

func TestPanicNamesConstruct(t *testing.T) {
	refused(
		t,
		func() { shop(newStack(), func(p *secureapi.Props) { p.Routes = []secureapi.Route{{}} }) },
		`secureapi: Shop/Api: route: pattern "": want a verb`,
	)
}

func TestAPIIsConstruct(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	backend(api, "Inside")
	if got := *api.Node().FindChild(jsii.String("Inside")).Node().Path(); got != "Shop/Api/Inside" {
		t.Errorf("path: got %q, want Shop/Api/Inside", got)
	}
}

func TestAPIName(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	if got := only(t, stack, "AWS::ApiGateway::RestApi")["Name"]; got != "Shop-Api" {
		t.Errorf("name: got %v, want Shop-Api, because APIs with the same name share their metrics", got)
	}
}

func TestNoID(t *testing.T) {
	refused(
		t,
		func() { secureapi.New(newStack(), "", &secureapi.Props{}) },
		`secureapi: Shop: the id is empty: give the API one that its stack has once, such as "Api"`,
	)
}

func TestNoScope(t *testing.T) {
	refused(
		t,
		func() { secureapi.New(nil, "Api", &secureapi.Props{}) },
		"secureapi: Api: the scope is nil: give it the stack",
	)
}

// A method that returns an optional object panics if the API does not have it. The error names the prop to set.
func TestMissingObjectsPanic(t *testing.T) {
	app := newApp()
	plain := shop(awscdk.NewStack(app, jsii.String("Shop"), nil), nil)
	notDeployed := shop(awscdk.NewStack(app, jsii.String("NotDeployed"), nil), func(p *secureapi.Props) {
		p.RestApiProps = &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)}
	})
	for _, tt := range []struct {
		name string
		do   func()
		want string
	}{
		{"a stage", func() { notDeployed.URL() },
			"secureapi: NotDeployed/Api: URL: the API has no stage, as RestApiProps.Deploy is false"},
		{"a domain", func() { plain.DomainURL() }, "DomainURL: the API has no domain: set Props.Domain"},
		{"a usage plan", func() { plain.UsagePlan("free") },
			`UsagePlan: there is no plan "free" in Props.UsagePlans: it has none`},
		{"a key", func() { plain.Key("mobile") },
			`Key: there is no key "mobile" that the stack makes in Props.UsagePlans: it has none`},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.do, tt.want) })
	}
}
