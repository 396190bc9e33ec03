package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
)

// Alarms creates CloudWatch alarms that notify a topic, and returns them. They cover the API's 5xx answers and slow
// integrations, each Lambda authorizer, and each [Login]. [AlarmProps] has the thresholds with their defaults and the
// reasons for them. docs/operating.md says what to do about each alarm; the alarm's description links to its section.
//
// If only Amazon Cognito, IAM or a [JWTAuthorizer] guards the API, Alarms creates the API's alarms only: API Gateway
// does not report what these guards refuse, or why. NoMetrics of an authorizer omits the alarms on the authorizer's own
// metrics. A Function of yours has alarms on duration and throttles; its 401s count as errors, so there is no alarm on
// errors. A Function in another account has none.
//
// It panics if the topic is nil or in another region, if a threshold is invalid, if this construct does not deploy the
// API (RestApiProps.Deploy is false), or if it is called twice.
func (a *API) Alarms(topic awssns.ITopic, props ...AlarmProps) []awscloudwatch.Alarm {
	const method = "Alarms"
	if topic == nil {
		a.fail(method, "the topic is nil: pass the awssns.ITopic to notify")
	}
	if of, here, is := differ(*topic.Env().Region, *a.RestAPI.Stack().Region()); is {
		// A deployment would fail with "Invalid region ca-central-1 specified. Only us-west-2 is supported."
		// Source: https://github.com/cds-snc/notification-terraform/pull/128
		a.fail(method,
			"the topic is in %s and the API in %s, and an alarm can only notify topics of its own region: give it one in %[2]s",
			of, here)
	}
	w := a.watch(method)
	if len(a.alarms) > 0 {
		a.fail(method, "it was called before: give all thresholds in one call, and add further actions to the alarms that "+
			"it returns")
	}
	given := optionalProps(a, method, props)
	planned, err := monitor.Alarms(w.plain, given.thresholds())
	if err != nil {
		a.fail(method, "%w", err)
	}
	action := &notify{topic.TopicArn()}
	for _, p := range planned {
		alarm := w.alarm(p)
		alarm.AddAlarmAction(action)
		if given.NotifyOK {
			alarm.AddOkAction(action)
		}
		a.alarms = append(a.alarms, alarm)
	}
	return a.alarms
}

func (w *watched) alarm(p monitor.Alarm) awscloudwatch.Alarm {
	if p.Series.Expression == "" {
		p.Series.Label = "" // CDK writes the metric as the alarm's own properties
	}
	return awscloudwatch.NewAlarm(w.api, &p.ID, &awscloudwatch.AlarmProps{
		AlarmDescription:   &p.Description,
		Metric:             w.series(p.Series, awscdk.Duration_Seconds(jsii.Number(p.Period.Seconds()))),
		Threshold:          &p.Threshold,
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		DatapointsToAlarm:  jsii.Number(p.Datapoints),
		EvaluationPeriods:  jsii.Number(p.Of),
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
}

// notify is the action of an alarm that notifies a topic. CDK's own is in awscloudwatchactions, which depends on the
// packages of load balancers and auto scaling, so that every stack would compile them.
type notify struct{ topic *string }

var _ awscloudwatch.IAlarmAction = (*notify)(nil)

// Bind is called by CDK.
func (n *notify) Bind(constructs.Construct, awscloudwatch.IAlarm) *awscloudwatch.AlarmActionConfig {
	return &awscloudwatch.AlarmActionConfig{AlarmActionArn: n.topic}
}

// optionalProps returns the only one of optional props, or the zero value.
func optionalProps[P any](a *API, method string, props []P) (out P) {
	if len(props) > 1 {
		a.fail(method, "got %d values of type %T: pass one, or none for the defaults", len(props), out)
	}
	for _, p := range props {
		out = p
	}
	return out
}
