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

func TestRestApiPropsPassThroughUnchanged(t *testing.T) {
	given := &awsapigateway.RestApiProps{
		Description:   jsii.String("mine"),
		DeployOptions: &awsapigateway.StageOptions{Description: jsii.String("my stage"), MetricsEnabled: jsii.Bool(true)},
	}
	before := *given
	stageBefore := *given.DeployOptions
	stack := newStack()
	shop(stack, func(p *secureapi.Props) { p.RestApiProps = given })
	if !reflect.DeepEqual(*given, before) || !reflect.DeepEqual(*given.DeployOptions, stageBefore) {
		t.Error("the caller's props were changed")
	}
	if got := only(t, stack, "AWS::ApiGateway::RestApi"); got["Description"] != "mine" ||
		fmt.Sprint(got["EndpointConfiguration"]) != "map[Types:[REGIONAL]]" {
		t.Errorf("RestApi %v: want the description given and a REGIONAL endpoint", got)
	}
	stage := only(t, stack, "AWS::ApiGateway::Stage")
	settings, _ := json.Marshal(stage["MethodSettings"])
	want := `"MetricsEnabled":true,"ResourcePath":"/*","ThrottlingBurstLimit":500,"ThrottlingRateLimit":1000`
	if stage["Description"] != "my stage" || stage["StageName"] != "prod" || !strings.Contains(string(settings), want) {
		t.Errorf("stage %v with settings %s: want the description given and the defaults beside it", stage, settings)
	}
}

func TestAPanicNamesTheConstruct(t *testing.T) {
	refused(
		t,
		func() { shop(newStack(), func(p *secureapi.Props) { p.Routes = []secureapi.Route{{}} }) },
		`secureapi: Shop/Api: route: pattern "": want a verb`,
	)
}

func TestTheAPIIsAScope(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	backend(api, "Inside")
	if got := *api.Node().FindChild(jsii.String("Inside")).Node().Path(); got != "Shop/Api/Inside" {
		t.Errorf("path %q, want Shop/Api/Inside", got)
	}
}

func TestAPIsHaveNamesOfTheirOwn(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	if got := only(t, stack, "AWS::ApiGateway::RestApi")["Name"]; got != "Shop-Api" {
		t.Errorf("name %v, want Shop-Api: metrics of two APIs with one name are mixed", got)
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

// TestWhatAnAPIDoesNotHave checks that a method that cannot return its object says which prop to set.
func TestWhatAnAPIDoesNotHave(t *testing.T) {
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
			`UsagePlan: there is no plan "free" in Props.UsagePlans: there are none`},
		{"a key", func() { plain.Key("mobile") },
			`Key: there is no key "mobile" that the stack makes in Props.UsagePlans: there are none`},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.do, tt.want) })
	}
}
