package secureapi

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Stage is the stage that an API is deployed to. The zero value is a stage "prod" with throttling and access logs.
type Stage struct {
	// Name is the stage's name, the first part of the URL's path: letters, digits, - and _. It may be a CDK token, such as
	// a parameter of the stack; the stage's logical ID then does not depend on it. CORS together with a ResourcePolicy and
	// guarded routes needs a literal name. Default: prod.
	Name string

	// RateLimit and BurstLimit throttle each method: requests per second on average, and requests at once. Above them API
	// Gateway answers 429. Defaults: 1000 and 500. NoThrottling leaves only the account's limits.
	RateLimit, BurstLimit int
	NoThrottling          bool

	// AccessLogRetention is how long access logs are kept. Default: three months. NoAccessLogs turns them off.
	//
	// API Gateway writes logs only if the account has a CloudWatch role for it in the region, which is set once per
	// account and region. Without the role the deployment fails: "CloudWatch Logs role ARN must be set in account settings
	// to enable logging". RestApiProps.CloudWatchRole makes the stack create one.
	AccessLogRetention awslogs.RetentionDays
	NoAccessLogs       bool

	// Tracing turns on AWS X-Ray. Default: false.
	Tracing bool

	// FlushAuthorizerCache empties the authorizers' caches after a deployment that changed the API, an access table or the
	// settings of an included authorizer, but not if only a function's code changed. Otherwise, earlier answers stay valid
	// for up to a CacheTTL, also on routes that are new or now require more. It adds a custom resource with a function and
	// a role to the stack. Default: false.
	// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html
	FlushAuthorizerCache bool

	// CacheSize is the size, in GB, of the cache for routes with [CacheResponse]: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or
	// 237. AWS bills it by the hour. Default: 0.5, and no cache if no route has CacheResponse.
	CacheSize string

	// Canary sends a share of the requests to another deployment. Default: none.
	Canary *StageCanary
}

// StageCanary sends a share of a stage's requests to the deployment with which the canary was created (CanarySetting).
// CloudFormation moves the stage to later deployments but leaves the canary at its own. Requests to the canary keep
// meeting the routes, authorizers and models of that deployment, so access that a new table removes stays open for
// them. Remove the canary to end that.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
type StageCanary struct {
	// Percent is the share of requests, from 0 to 100. Default: 0; the canary gets none.
	Percent float64

	// Variables are the stage variables that differ for the canary (StageVariableOverrides). Default: none.
	Variables map[string]string

	// UseStageCache makes the canary share the stage's response cache. Default: false.
	UseStageCache bool
}

// The default limits of a [Stage].
const (
	defaultRateLimit  = 1000
	defaultBurstLimit = 500
)

// accessLogID is the construct ID of the access log's group.
const accessLogID = "AccessLog"

// plan converts the stage into the form that is checked.
func (s Stage) plan() plan.Stage {
	return plan.Stage{
		Name:                 s.Name,
		RateLimit:            s.RateLimit,
		BurstLimit:           s.BurstLimit,
		NoThrottling:         s.NoThrottling,
		SetsRetention:        s.AccessLogRetention != "",
		NoAccessLogs:         s.NoAccessLogs,
		Tracing:              s.Tracing,
		FlushAuthorizerCache: s.FlushAuthorizerCache,
		CacheSize:            s.CacheSize,
		Canary:               s.Canary.plan(),
	}
}

// options returns CDK's stage options: the caller's own, with ours for what they do not set.
func (s Stage) options(at *site, given *awsapigateway.StageOptions, logFormat string) *awsapigateway.StageOptions {
	var o awsapigateway.StageOptions
	if given != nil {
		o = *given
	}
	if o.StageName == nil {
		o.StageName = jsii.String(cmp.Or(s.Name, plan.DefaultStage))
	}
	if cdktoken.Unresolved(*o.StageName) {
		o.StageName = jsii.String(stageOfToken) // see nameStage
	}
	if !s.NoThrottling {
		if o.ThrottlingRateLimit == nil {
			o.ThrottlingRateLimit = jsii.Number(float64(cmp.Or(s.RateLimit, defaultRateLimit)))
		}
		if o.ThrottlingBurstLimit == nil {
			o.ThrottlingBurstLimit = jsii.Number(float64(cmp.Or(s.BurstLimit, defaultBurstLimit)))
		}
	}
	if !s.NoAccessLogs && o.AccessLogDestination == nil {
		group := awslogs.NewLogGroup(at.scope, jsii.String(accessLogID), &awslogs.LogGroupProps{
			Retention: cmp.Or(s.AccessLogRetention, awslogs.RetentionDays_THREE_MONTHS),
		})
		o.AccessLogDestination = awsapigateway.NewLogGroupLogDestination(group)
	}
	if o.AccessLogDestination != nil && o.AccessLogFormat == nil {
		o.AccessLogFormat = awsapigateway.AccessLogFormat_Custom(&logFormat)
	}
	if o.TracingEnabled == nil && s.Tracing {
		o.TracingEnabled = jsii.Bool(true)
	}
	return &o
}

// stageOfToken is CDK's name for a stage whose name is a token. CDK makes the name a part of a construct ID, which
// cannot contain a token.
const stageOfToken = "stage"

func (c *StageCanary) plan() *plan.StageCanary {
	if c == nil {
		return nil
	}
	return &plan.StageCanary{Percent: c.Percent, Variables: c.Variables}
}

// accessLogFields are the members of an access log line. Values that may quote a request are left out, because AWS does
// not document that their quotes are escaped, and they could break the line's JSON: the caller's user agent, and the
// error texts of waf, authenticate and authorize. Their statuses show which step refused a request, "error" shows why.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
var accessLogFields = [][2]string{
	{"requestId", "$context.requestId"},
	{"extendedRequestId", "$context.extendedRequestId"},
	{"time", "$context.requestTime"},
	{"ip", "$context.identity.sourceIp"},
	{"verb", "$context.httpMethod"},
	{"route", "$context.resourcePath"},
	{"path", "$context.path"},
	{"status", "$context.status"},
	{"principal", "$context.authorizer.principalId"},
	{"subject", claimOfSubject},
	{"caller", "$context.identity.userArn"},
	{"account", "$context.identity.accountId"},
	{"apiKeyId", "$context.identity.apiKeyId"},
	{"wafStatus", "$context.waf.status"},
	{"wafAnswer", "$context.wafResponseCode"},
	{"authenticateStatus", "$context.authenticate.status"},
	{"authorizerRequestId", "$context.authorizer.requestId"},
	{"authorizerInvocation", "$context.authorizer.integrationStatus"},
	{"authorizerStatus", "$context.authorizer.status"},
	{"authorizerError", "$context.authorizer.error"},
	{"authorizerLatency", "$context.authorizer.latency"},
	{"authorizeStatus", "$context.authorize.status"},
	{"error", "$context.error.message"},
	{"errorType", "$context.error.responseType"},
	{"integrationRequestId", "$context.integration.requestId"},
	{"integrationStatus", "$context.integration.status"},
	{"integrationError", "$context.integration.error"},
	{"integrationLatency", "$context.integration.latency"},
	{"latency", "$context.responseLatency"},
	{"length", "$context.responseLength"},
	{"trace", "$context.xrayTraceId"},
}

const claimOfSubject = "$context.authorizer.claims.sub"

// accessLogFormat returns the format of an access log line. If claims are JSON text, as with a JWT authorizer, the
// format leaves them out. In quotes, their own quotes would break the line and let a token add members to it. Without
// quotes, a missing claim, which is a dash, would break the line.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html
func accessLogFormat(jsonClaims bool) string {
	var members []string
	for _, f := range accessLogFields {
		if f[1] != claimOfSubject || !jsonClaims {
			members = append(members, fmt.Sprintf("%q:%q", f[0], f[1]))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}
