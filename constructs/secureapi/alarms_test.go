package secureapi_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

const pagerARN = "arn:aws:sns:eu-central-1:123456789012:pager"

func pager(stack awscdk.Stack) awssns.ITopic {
	return awssns.Topic_FromTopicArn(stack, jsii.String("Pager"), jsii.String(pagerARN))
}

// names returns the construct ids of a template's resources of a type, without the hash at the end of a logical id.
func names(stack awscdk.Stack, kind string) []string {
	var out []string
	for id := range resources(stack, kind) {
		out = append(out, strings.TrimPrefix(id[:len(id)-len("12345678")], "Api"))
	}
	slices.Sort(out)
	return out
}

func TestAlarms(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	made := api.Alarms(pager(stack))
	all := resources(stack, "AWS::CloudWatch::Alarm")
	if len(all) != len(made) {
		t.Errorf("got %d alarms from Alarms and %d in the template", len(made), len(all))
	}
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	const address = `https://github\.com/gatehouse-cdk/gatehouse/blob/main/docs/operating\.md`
	anchor := regexp.MustCompile(`^Shop/Api: .*\. ` + address + `#([a-z0-9-]+)$`)
	for id, a := range all {
		if fmt.Sprint(a["AlarmActions"]) != "["+pagerARN+"]" || a["TreatMissingData"] != "notBreaching" ||
			a["ComparisonOperator"] != "GreaterThanOrEqualToThreshold" {
			t.Errorf("%s: got %v, want the topic, notBreaching and GreaterThanOrEqualToThreshold", id, a)
		}
		m := anchor.FindStringSubmatch(fmt.Sprint(a["AlarmDescription"]))
		if m == nil {
			t.Errorf("%s: got AlarmDescription %q, want an address of the documentation in it", id, a["AlarmDescription"])
			continue
		}
		heading := "\n#### " + strings.ReplaceAll(m[1], "-", " ") + "\n"
		if !strings.Contains(strings.ToLower(string(page)), heading) {
			t.Errorf("%s: docs/operating.md has no heading %q", id, strings.TrimSpace(heading))
		}
	}
	template := assertions.Template_FromStack(stack, nil)
	function := map[string]any{"Ref": assertions.Match_StringLikeRegexp(jsii.String("AuthorizerFunction"))}
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Namespace":         "Gatehouse",
		"MetricName":        "failed",
		"Dimensions":        []any{map[string]any{"Name": "functionName", "Value": function}},
		"Statistic":         "Sum",
		"Period":            300,
		"Threshold":         1,
		"DatapointsToAlarm": 1,
	})
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Namespace":         "AWS/Lambda",
		"MetricName":        "Duration",
		"Dimensions":        []any{map[string]any{"Name": "FunctionName", "Value": function}},
		"ExtendedStatistic": "p99",
		"Threshold":         1000,
		"EvaluationPeriods": 3,
	})
	template.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Namespace":  "AWS/ApiGateway",
		"MetricName": "5XXError",
		"Dimensions": []any{
			map[string]any{"Name": "ApiName", "Value": "Shop-Api"},
			map[string]any{"Name": "Stage", "Value": assertions.Match_AnyValue()},
		},
		"Statistic": "Average",
		"Threshold": 0.05,
	})
}

func TestAlarmsOfAuthorizers(t *testing.T) {
	ofAPI := []string{"IntegrationLatencyAlarm", "ServerErrorsAlarm"}
	included := []string{
		"AuthorizerCrashesAlarm", "AuthorizerLatencyAlarm", "AuthorizerThrottlesAlarm", "FailedDecisionsAlarm",
		"IntegrationLatencyAlarm", "KeyFetchesAlarm", "ServerErrorsAlarm", "UnauthorizedAudienceAlarm",
		"UnauthorizedExpiredAlarm", "UnauthorizedIssuerAlarm", "UnauthorizedSignatureAlarm", "UnauthorizedUnknownKeyAlarm",
	}
	lambdaAlone := []string{
		"AuthorizerLatencyAlarm", "AuthorizerThrottlesAlarm", "IntegrationLatencyAlarm", "ServerErrorsAlarm",
	}
	for _, c := range []struct {
		name   string
		change func(awscdk.Stack, *secureapi.Props)
		want   []string
	}{
		{"included", func(awscdk.Stack, *secureapi.Props) {}, included},
		{"included, with an alias", func(_ awscdk.Stack, p *secureapi.Props) { released("email")(p) }, slices.Sorted(
			slices.Values(append(slices.Clone(included), "AuthorizerReleaseErrors", "AuthorizerReleaseFailures")))},
		{"NoMetrics", func(_ awscdk.Stack, p *secureapi.Props) {
			jwt := *tokens().JWT
			jwt.NoMetrics = true
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &jwt}
		}, lambdaAlone},
		{"opaque tokens", func(stack awscdk.Stack, p *secureapi.Props) {
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{{
				URL:       "https://idp.example.com/",
				Audiences: []string{"orders"},
				Introspection: &secureapi.Introspection{
					Endpoint:   "https://idp.example.com/introspect",
					ClientID:   "shop",
					ClientAuth: secureapi.ClientSecret(awssecretsmanager.NewSecret(stack, jsii.String("Client"), nil)),
				},
			}}}}
		}, slices.Sorted(slices.Values(append(slices.DeleteFunc(slices.Clone(included), func(name string) bool {
			return strings.HasPrefix(name, "Unauthorized")
		}), "UnauthorizedInactiveAlarm")))},
		{"a function of the user's own", func(stack awscdk.Stack, p *secureapi.Props) {
			p.Authorizer = secureapi.TokenAuthorizer{Function: backend(stack, "Check")}
			p.Routes[0].Access = nil
		}, lambdaAlone},
		{"a function of another account", func(stack awscdk.Stack, p *secureapi.Props) {
			f := awslambda.Function_FromFunctionArn(stack, jsii.String("Theirs"),
				jsii.String("arn:aws:lambda:eu-central-1:999999999999:function:check"))
			p.Authorizer = secureapi.TokenAuthorizer{Function: f}
			p.Routes[0].Access = nil
		}, ofAPI},
		{"IAM", func(_ awscdk.Stack, p *secureapi.Props) { iamOnly(p) }, ofAPI},
	} {
		t.Run(c.name, func(t *testing.T) {
			stack := awscdk.NewStack(newApp(), jsii.String("Shop"), &awscdk.StackProps{Env: &awscdk.Environment{
				Account: jsii.String("123456789012"), Region: jsii.String("eu-central-1"),
			}})
			api := shop(stack, func(p *secureapi.Props) { c.change(stack, p) })
			api.Alarms(pager(stack))
			if got := names(stack, "AWS::CloudWatch::Alarm"); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			api.Dashboard() // of the same functions
		})
	}
}

// API Gateway leaves the letters beyond ASCII out of an API's name in its metrics. An alarm on the full name would
// never go off, so the alarm uses the name without these letters.
func TestAlarmsOfNonASCIINames(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"orders", "orders"},
		{"Bestellübersicht", "Bestellbersicht"},
		{"注文", "map[Ref:ApiRestApi"},
	} {
		stack := newStack()
		api := shop(stack, func(p *secureapi.Props) {
			p.RestApiProps = &awsapigateway.RestApiProps{RestApiName: jsii.String(c.name)}
		})
		api.Alarms(pager(stack))
		for id, a := range resources(stack, "AWS::CloudWatch::Alarm") {
			if a["Namespace"] != "AWS/ApiGateway" {
				continue
			}
			of := a["Dimensions"].([]any)[0].(map[string]any)
			if of["Name"] != "ApiName" || !strings.HasPrefix(fmt.Sprint(of["Value"]), c.want) {
				t.Errorf("%s: %s: got an alarm of %v, want %s", c.name, id, of, c.want)
			}
		}
	}
}

// Lambda also writes the metrics of an alias, with the alias's name as a dimension.
func TestAlarmsOfAnAlias(t *testing.T) {
	stack := newStack()
	alias := awslambda.NewAlias(stack, jsii.String("Live"), &awslambda.AliasProps{
		AliasName: jsii.String("live"), Version: backend(stack, "Check").CurrentVersion(),
	})
	api := shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.TokenAuthorizer{Function: alias}
		p.Routes[0].Access = nil
	})
	api.Alarms(pager(stack))
	for id, a := range resources(stack, "AWS::CloudWatch::Alarm") {
		if got := fmt.Sprint(a["Dimensions"]); a["Namespace"] == "AWS/Lambda" &&
			(!strings.Contains(got, "Name:FunctionName") || !strings.Contains(got, "Name:Resource")) {
			t.Errorf("%s: got the dimensions %s, want FunctionName and Resource", id, got)
		}
	}
}

func TestAlarmErrors(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	refused(t, func() { api.Alarms(nil) }, "secureapi: Shop/Api: Alarms: the topic is nil: pass the awssns.ITopic")
	refused(t, func() { api.Alarms(pager(stack), secureapi.AlarmProps{Crashes: -3}) },
		"secureapi: Shop/Api: Alarms: AlarmProps.Crashes is -3: want")
	refused(t, func() {
		api.Alarms(awssns.Topic_FromTopicArn(stack, jsii.String("P2"), jsii.String(pagerARN)),
			secureapi.AlarmProps{}, secureapi.AlarmProps{})
	}, "Alarms: got 2 values of type secureapi.AlarmProps: pass one, or none for the defaults")
	topic := awssns.Topic_FromTopicArn(stack, jsii.String("P3"), jsii.String(pagerARN))
	api.Alarms(topic, secureapi.AlarmProps{Period: time.Minute})
	refused(t, func() { api.Alarms(topic) }, "Alarms: it was called before")
	refused(t, func() {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.RestApiProps = &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)}
		}).Alarms(pager(stack))
	}, "Alarms: the API has no stage with metrics, because RestApiProps.Deploy is false")
}

// action is an alarm action that the app implements, as package awscloudwatchactions does.
type action struct{ arn string }

func (a *action) Bind(constructs.Construct, awscloudwatch.IAlarm) *awscloudwatch.AlarmActionConfig {
	return &awscloudwatch.AlarmActionConfig{AlarmActionArn: &a.arn}
}

func TestAlarmsWithImportedTopic(t *testing.T) {
	stack := awscdk.NewStack(newApp(), jsii.String("Shop"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
	})
	api := shop(stack, nil)
	topic := func(region string) awssns.ITopic {
		return awssns.Topic_FromTopicArn(stack, &region, jsii.String("arn:aws:sns:"+region+":123456789012:pager"))
	}
	refused(t, func() { api.Alarms(topic("us-east-1")) },
		"secureapi: Shop/Api: Alarms: the topic is in us-east-1 and the API in eu-west-1, and an alarm can only notify "+
			"topics of its own region: give it one in eu-west-1")
	api.Alarms(topic("eu-west-1"))
}

// Actions that an app adds to the returned alarms do not replace the topic.
func TestAlarmActions(t *testing.T) {
	const mailARN = "arn:aws:sns:eu-central-1:123456789012:mail"
	for _, c := range []struct {
		name  string
		props []secureapi.AlarmProps
		want  string
	}{
		{"by default", nil, "[" + pagerARN + " " + mailARN + "] <nil>"},
		{"NotifyOK", []secureapi.AlarmProps{{NotifyOK: true}}, "[" + pagerARN + " " + mailARN + "] [" + pagerARN + "]"},
	} {
		stack := newStack()
		for _, a := range shop(stack, nil).Alarms(pager(stack), c.props...) {
			a.AddAlarmAction(&action{mailARN})
		}
		for id, a := range resources(stack, "AWS::CloudWatch::Alarm") {
			if got := fmt.Sprint(a["AlarmActions"], a["OKActions"]); got != c.want {
				t.Errorf("%s: %s: got the actions %s, want %s", c.name, id, got, c.want)
			}
		}
	}
}

func TestNoAlarm(t *testing.T) {
	stack := newStack()
	shop(stack, nil).Alarms(pager(stack), secureapi.AlarmProps{
		ServerErrorPercent: secureapi.NoAlarm,
		IntegrationP99:     secureapi.NoAlarm,
		FailedDecisions:    secureapi.NoAlarm,
		KeyFetchFailures:   secureapi.NoAlarm,
		UnauthorizedPercent: map[string]float64{
			"audience":    secureapi.NoAlarm,
			"expired":     secureapi.NoAlarm,
			"issuer":      secureapi.NoAlarm,
			"signature":   secureapi.NoAlarm,
			"unknown_key": 0.5,
		},
		AuthorizerP99: secureapi.NoAlarm,
		Crashes:       secureapi.NoAlarm,
		Throttles:     secureapi.NoAlarm,
	})
	if got := names(stack, "AWS::CloudWatch::Alarm"); !slices.Equal(got, []string{"UnauthorizedUnknownKeyAlarm"}) {
		t.Errorf("got the alarms %q, want only UnauthorizedUnknownKeyAlarm", got)
	}
}

func TestDashboard(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	api.Dashboard(secureapi.DashboardProps{Name: "shop"})
	body := fmt.Sprint(only(t, stack, "AWS::CloudWatch::Dashboard")["DashboardBody"])
	for _, want := range []string{
		"# Shop/Api", "The API's TokenAuthorizer", `"title":"401 by reason"`, "SEARCH('{Gatehouse,functionName,reason}",
		`"title":"Refusals by route"`, "docs/operating.md#alarms",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("dashboard: want %s in\n%s", want, body)
		}
	}
	if strings.Contains(body, `"type":"alarm"`) {
		t.Error("the dashboard shows alarms, but the app made none")
	}
	if name := only(t, stack, "AWS::CloudWatch::Dashboard")["DashboardName"]; name != "shop" {
		t.Errorf("dashboard: got the name %v, want shop", name)
	}
	queries := resources(stack, "AWS::Logs::QueryDefinition")
	if len(queries) != 9 {
		t.Errorf("got %d saved queries, want 9: %q", len(queries), slices.Collect(maps.Keys(queries)))
	}
	for id, q := range queries {
		groups := fmt.Sprint(q["LogGroupNames"])
		if !strings.HasPrefix(fmt.Sprint(q["Name"]), "Shop/Api/") || !strings.Contains(groups, "Ref") {
			t.Errorf("%s: got %v, want a name that starts with Shop/Api/ and a log group", id, q)
		}
	}
	refused(t, func() { api.Dashboard() }, "secureapi: Shop/Api: Dashboard: it was called before")
	refused(t, func() { shop(newStack(), iamOnly).Dashboard(secureapi.DashboardProps{Name: strings.Repeat("s", 256)}) },
		`sss": want 1 to 255 letters, digits, - and _, or none`)
	refused(t, func() { shop(newStack(), iamOnly).Dashboard(secureapi.DashboardProps{Name: "my shop"}) },
		`secureapi: Shop/Api: Dashboard: DashboardProps.Name is "my shop": want 1 to 255 letters, digits, - and _, or none`)
}

func TestDashboardShowsAlarms(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	api.Alarms(pager(stack))
	api.Dashboard(secureapi.DashboardProps{NoQueries: true})
	if body := fmt.Sprint(only(t, stack, "AWS::CloudWatch::Dashboard")["DashboardBody"]); !strings.Contains(body,
		`"type":"alarm"`) {
		t.Error("the dashboard does not show the alarms")
	}
	if queries := resources(stack, "AWS::Logs::QueryDefinition"); len(queries) > 0 {
		t.Errorf("NoQueries: got %d saved queries, want none", len(queries))
	}
}

// If the API has no log group of its own, the dashboard has no log queries.
func TestDashboardWithoutAccessLog(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) { iamOnly(p); p.Stage.NoAccessLogs = true }).Dashboard()
	if queries := resources(stack, "AWS::Logs::QueryDefinition"); len(queries) > 0 {
		t.Errorf("got %d saved queries, want none", len(queries))
	}
	body := fmt.Sprint(only(t, stack, "AWS::CloudWatch::Dashboard")["DashboardBody"])
	if strings.Contains(body, `"type":"log"`) {
		t.Errorf("got a dashboard with a log: %s", body)
	}
}
