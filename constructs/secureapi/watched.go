package secureapi

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// watched has what can be watched of an API, and the CDK objects for it.
type watched struct {
	api       *API
	plain     monitor.API
	functions []awslambda.IFunction // the functions of plain.Functions
	accessLog awslogs.ILogGroup     // nil if the API has no log group of its own
	stage     *map[string]*string   // the dimensions of the stage; nil for CDK's
}

// watch collects what can be watched. The parameter method is what the user called, for errors.
func (a *API) watch(method string) *watched {
	if a.plan.Stage == "" {
		a.fail(method, "the API has no stage with metrics, because RestApiProps.Deploy is false")
	}
	w := &watched{api: a, plain: monitor.API{Path: *a.Node().Path(), Docs: operatingPage()}}
	for _, g := range a.plan.Guards {
		switch at := a.authorizers[g]; {
		case at.included.function != nil:
			w.add(at.included.function, monitor.Function{
				Name:    g.String(),
				ID:      g.IDOf,
				Role:    monitor.Authorizer,
				Metrics: at.included.metrics,
				Hooked:  at.included.hooked,
				Reasons: watchedReasons(g, at.included),
			})
		case at.own != nil:
			w.add(at.own, monitor.Function{Name: g.String(), ID: g.IDOf, Role: monitor.OwnAuthorizer})
		}
	}
	for i, l := range a.plan.Logins {
		w.add(a.logins[i], monitor.Function{
			Name:    l.String(),
			ID:      l.ID,
			Role:    monitor.Login,
			Metrics: !l.Of.(*Login).NoMetrics,
		})
	}
	if group, made := a.Node().TryFindChild(jsii.String(accessLogID)).(awslogs.ILogGroup); made {
		w.accessLog, w.plain.AccessLog = group, true
	}
	w.stage = a.plainDimensions()
	return w
}

// plainDimensions returns the stage's dimensions for an API whose name has non-ASCII letters, which API Gateway leaves
// out of them. It returns nil for any other API, whose dimensions CDK knows.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html ("API
// Gateway removes non-ASCII characters from the ApiName dimension ... If the APIName contains no ASCII characters, the
// API ID is used as the ApiName.")
func (a *API) plainDimensions() *map[string]*string {
	name := *a.RestAPI.RestApiName()
	plain := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, name)
	of := &plain
	switch plain {
	case name:
		return nil
	case "":
		of = a.RestAPI.RestApiId()
	}
	return &map[string]*string{"ApiName": of, "Stage": a.RestAPI.DeploymentStage().StageName()}
}

func (w *watched) add(f awslambda.IFunction, plain monitor.Function) {
	w.functions = append(w.functions, f)
	w.plain.Functions = append(w.plain.Functions, plain)
}

// watchedReasons returns the reasons for 401s that have an alarm by default. A session's authorizer sees a request
// without a session from each visitor who is not logged in, so it has no alarm for that.
func watchedReasons(g *plan.Guard, of included) []string {
	switch {
	case g.Session != nil:
		return []string{"signature", "unknown_key"}
	case of.opaque:
		return []string{"inactive"}
	}
	reasons := []string{"signature", "unknown_key", "audience", "issuer", "expired"}
	if of.clients {
		reasons = append(reasons, "client")
	}
	return reasons
}

// operatingPage returns the address of the page that explains the alarms.
func operatingPage() string {
	return "https://" + module() + "/blob/main/docs/operating.md"
}

// metric returns CDK's object for a metric. AWS's metrics come from CDK's own methods, which support an alias.
func (w *watched) metric(m monitor.Metric, label string, period awscdk.Duration) awscloudwatch.Metric {
	options := &awscloudwatch.MetricOptions{Statistic: &m.Statistic, Period: period}
	if label != "" {
		options.Label = &label
	}
	switch m.Namespace {
	case monitor.APIGateway:
		options.DimensionsMap = w.stage
		return w.api.RestAPI.DeploymentStage().Metric(&m.Name, options)
	case monitor.Lambda:
		return w.functions[m.Function].Metric(&m.Name, options)
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace:     &m.Namespace,
		MetricName:    &m.Name,
		DimensionsMap: w.dimensions(m),
		Statistic:     options.Statistic,
		Period:        options.Period,
		Label:         options.Label,
	})
}

func (w *watched) dimensions(m monitor.Metric) *map[string]*string {
	out := map[string]*string{m.By(): w.functions[m.Function].FunctionName()}
	for name, value := range m.Dimensions {
		out[name] = jsii.String(value)
	}
	return &out
}

// series returns CDK's object for a series.
func (w *watched) series(s monitor.Series, period awscdk.Duration) awscloudwatch.IMetric {
	switch {
	case s.Expression == "":
		return w.metric(s.Metric, s.Label, period)
	case s.Uses == nil:
		return awscloudwatch.NewSearchExpression(&awscloudwatch.SearchExpressionProps{
			Expression: jsii.String(fmt.Sprintf(s.Expression, *w.functions[s.Function].FunctionName())),
			Label:      &s.Label,
			Period:     period,
		})
	}
	uses := map[string]awscloudwatch.IMetric{}
	for name, m := range s.Uses {
		uses[name] = w.metric(m, "", period)
	}
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression:   &s.Expression,
		UsingMetrics: &uses,
		Label:        &s.Label,
		Period:       period,
	})
}

// logGroups returns the names of the log groups that a query reads.
func (w *watched) logGroups(q monitor.Query) (names []*string) {
	if q.AccessLog {
		names = append(names, w.accessLog.LogGroupName())
	}
	for _, i := range q.Functions {
		names = append(names, w.functions[i].(awslambda.Function).LogGroup().LogGroupName())
	}
	return names
}

// queryLines splits a query for the widget of a dashboard.
func queryLines(query string) *[]*string { return jsii.Strings(strings.Split(query, "\n| ")...) }
