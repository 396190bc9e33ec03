package secureapi

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Release controls how new versions of an included authorizer take effect. API Gateway invokes an alias "live"
// (AWS::Lambda::Alias) that refers to the newest version. A change to the code, the access table or the settings
// creates a new version. The zero value is the alias only.
type Release struct {
	// ProvisionedConcurrency is the number of execution environments that AWS keeps initialized, with the issuers' keys
	// already fetched. AWS bills each by the hour. Default: none.
	// Source: https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
	ProvisionedConcurrency int

	// Canary first sends a share of the requests to a new version, and rolls the version back when an alarm goes off.
	// Default: the new version gets all requests at once.
	Canary *Canary
}

// Canary is a canary deployment with AWS CodeDeploy: an AWS::CodeDeploy::Application with a deployment group, a
// deployment configuration, a role and two alarms. The first alarm goes off when a decision fails and a caller gets a
// 500 (the metric "failed" in the namespace Gatehouse); NoMetrics omits it. The second goes off when 5 % of the API's
// answers in a minute are 5xx, for example because the function does not start.
//
// During the deployment both versions decide. A right that the new table removes stays valid for Interval longer, and a
// new route answers 403 to callers whose requests still go to the old version.
//
// Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html
type Canary struct {
	// Percent is the share of requests that the new version decides first. Default: 10.
	Percent int

	// Interval is the time until the new version decides all requests: whole minutes, up to 48 hours. Default: 5 minutes.
	Interval time.Duration

	// Alarms are further alarms that roll the new version back. Default: none.
	Alarms []awscloudwatch.IAlarm
}

// liveAlias is the name of the alias.
const liveAlias = "live"

// plan describes the release in plain values. It returns nil for nil.
func (r *Release) plan(props *awslambda.FunctionProps) *plan.Release {
	if r == nil {
		return nil
	}
	out := &plan.Release{Provisioned: r.ProvisionedConcurrency}
	if props != nil {
		out.Reserved = props.ReservedConcurrentExecutions
	}
	if c := r.Canary; c != nil {
		out.Canary = &plan.Canary{Percent: c.Percent, Interval: c.Interval}
		for i, a := range c.Alarms {
			if a == nil {
				out.Canary.NilAlarms = append(out.Canary.NilAlarms, i)
			}
		}
	}
	return out
}

// alias creates the alias of a function, and what shifts it.
func (r *Release) alias(s *site, g *plan.Guard, f awslambda.Function, measured bool) awslambda.Alias {
	props := &awslambda.AliasProps{AliasName: jsii.String(liveAlias), Version: f.CurrentVersion()}
	if r.ProvisionedConcurrency > 0 {
		props.ProvisionedConcurrentExecutions = jsii.Number(r.ProvisionedConcurrency)
	}
	alias := awslambda.NewAlias(s.scope, jsii.String(g.IDOf("AuthorizerAlias")), props)
	if r.Canary != nil {
		r.Canary.shift(s, g, f, alias, measured)
	}
	return alias
}

// shift makes AWS CodeDeploy shift the alias. Its constructs are L1, because CDK's package with the L2 also has those
// for servers and containers, which every stack would compile.
func (c *Canary) shift(s *site, g *plan.Guard, f awslambda.Function, alias awslambda.Alias, measured bool) {
	percent, minutes := (&plan.Canary{Percent: c.Percent, Interval: c.Interval}).Shift()
	deploy := func(id, kind string, properties map[string]any) awscdk.CfnResource {
		return awscdk.NewCfnResource(s.scope, jsii.String(g.IDOf(id)), &awscdk.CfnResourceProps{
			Type: jsii.String("AWS::CodeDeploy::" + kind), Properties: &properties,
		})
	}
	config := deploy("AuthorizerCanary", "DeploymentConfig", map[string]any{
		"ComputePlatform": "Lambda",
		"TrafficRoutingConfig": map[string]any{
			"Type":            "TimeBasedCanary",
			"TimeBasedCanary": map[string]any{"CanaryPercentage": percent, "CanaryInterval": minutes},
		},
	})
	application := deploy("AuthorizerRelease", "Application", map[string]any{"ComputePlatform": "Lambda"})
	role := awsiam.NewRole(s.scope, jsii.String(g.IDOf("AuthorizerReleaseRole")), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("codedeploy.amazonaws.com"), nil),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("service-role/AWSCodeDeployRoleForLambdaLimited")),
		},
	})
	var alarms []map[string]any
	for _, a := range c.alarms(s, g, f, measured) {
		alarms = append(alarms, map[string]any{"Name": a.AlarmName()})
	}
	group := deploy("AuthorizerReleases", "DeploymentGroup", map[string]any{
		"ApplicationName":      application.Ref(),
		"DeploymentConfigName": config.Ref(),
		"ServiceRoleArn":       role.RoleArn(),
		"DeploymentStyle": map[string]any{
			"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL",
		},
		"AlarmConfiguration": map[string]any{"Enabled": true, "Alarms": alarms},
		"AutoRollbackConfiguration": map[string]any{
			"Enabled": true, "Events": []string{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"},
		},
	})
	alias.Node().DefaultChild().(awslambda.CfnAlias).CfnOptions().SetUpdatePolicy(&awscdk.CfnUpdatePolicy{
		CodeDeployLambdaAliasUpdate: &awscdk.CfnCodeDeployLambdaAliasUpdate{
			ApplicationName: application.Ref(), DeploymentGroupName: group.Ref(),
		},
	})
}

// alarms returns the alarms that roll a version back. The function's Errors in AWS/Lambda cannot be used, because each
// 401 is an error.
func (c *Canary) alarms(s *site, g *plan.Guard, f awslambda.Function, measured bool) []awscloudwatch.IAlarm {
	minute := awscdk.Duration_Minutes(jsii.Number(1))
	alarm := func(id, what string, metric awscloudwatch.IMetric, threshold float64) awscloudwatch.IAlarm {
		return awscloudwatch.NewAlarm(s.scope, jsii.String(g.IDOf(id)), &awscloudwatch.AlarmProps{
			AlarmDescription:   jsii.String(fmt.Sprintf("%s: %s", s.path, what)),
			Metric:             metric,
			Threshold:          &threshold,
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
			EvaluationPeriods:  jsii.Number(1),
			TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
		})
	}
	all := []awscloudwatch.IAlarm{alarm("AuthorizerReleaseErrors", "too many of the API's answers are 5xx",
		s.rest.MetricServerError(&awscloudwatch.MetricOptions{Statistic: jsii.String("Average"), Period: minute}), 0.05)}
	if measured {
		all = append(all, alarm("AuthorizerReleaseFailures", "decisions of the authorizer fail",
			awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
				Namespace:     jsii.String(metrics.Namespace),
				MetricName:    jsii.String(metrics.Failed),
				DimensionsMap: &map[string]*string{metrics.Function: f.FunctionName()},
				Statistic:     jsii.String("Sum"),
				Period:        minute,
			}), 1))
	}
	return append(all, c.Alarms...)
}
