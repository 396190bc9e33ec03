package secureapi

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
)

// The sizes of widgets. A dashboard has a width of 24.
const (
	dashboardWidth = 24
	widgetHeight   = 6
	perRow         = 3
	alarmsPerLine  = 6 // roughly, in the widget with their states
)

// dashboardName matches the names that CloudWatch accepts.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
var dashboardName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Dashboard creates a CloudWatch dashboard (AWS::CloudWatch::Dashboard) and returns it. The dashboard shows the alarms
// that [API.Alarms] has created so far, and the requests, errors and latencies of the API. For each Lambda authorizer
// and each [Login] it has a row with decisions, refusals by reason, key fetches, invocations and durations. It ends
// with the latest refusals in the access log.
//
// Dashboard also saves CloudWatch Logs Insights queries (AWS::Logs::QueryDefinition): refusals by route and by caller,
// server errors, decisions by reason, key fetches, logins, and all lines of one request. docs/operating.md lists them.
//
// It panics if the name is invalid, if this construct does not deploy the API (RestApiProps.Deploy is false), or if it
// is called twice.
func (a *API) Dashboard(props ...DashboardProps) awscloudwatch.Dashboard {
	const method = "Dashboard"
	p := optionalProps(a, method, props)
	w := a.watch(method)
	if a.Node().TryFindChild(jsii.String(method)) != nil {
		a.fail(method, "it was called before: add widgets to the dashboard that it returned")
	}
	made := &awscloudwatch.DashboardProps{Widgets: w.widgets()}
	if p.Name != "" {
		if !cdktoken.Unresolved(p.Name) && (len(p.Name) > 255 || !dashboardName.MatchString(p.Name)) {
			a.fail(method, "DashboardProps.Name is %q: want 1 to 255 letters, digits, - and _, or none", p.Name)
		}
		made.DashboardName = &p.Name
	}
	if !p.NoQueries {
		w.saveQueries()
	}
	return awscloudwatch.NewDashboard(a, jsii.String(method), made)
}

// widgets returns the rows of the dashboard.
func (w *watched) widgets() *[]*[]awscloudwatch.IWidget {
	var rows []*[]awscloudwatch.IWidget
	add := func(widgets ...awscloudwatch.IWidget) { rows = append(rows, &widgets) }
	period := awscdk.Duration_Minutes(jsii.Number(5))
	for i, row := range monitor.Dashboard(w.plain) {
		add(awscloudwatch.NewTextWidget(&awscloudwatch.TextWidgetProps{
			Markdown: &row.Heading, Width: jsii.Number(dashboardWidth), Height: jsii.Number(2),
			Background: awscloudwatch.TextWidgetBackground_TRANSPARENT, // newer releases of CDK always write it
		}))
		if i == 0 && len(w.api.alarms) > 0 {
			add(w.alarmStatus())
		}
		var graphs []awscloudwatch.IWidget
		for _, g := range row.Graphs {
			if len(graphs) == perRow {
				add(graphs...)
				graphs = nil
			}
			graphs = append(graphs, w.graph(g, period))
		}
		add(graphs...)
	}
	for _, q := range monitor.Queries(w.plain) {
		if q.ID == monitor.RefusalsQuery {
			groups := w.logGroups(q)
			add(awscloudwatch.NewLogQueryWidget(&awscloudwatch.LogQueryWidgetProps{
				Title:         jsii.String("Refusals by route"),
				LogGroupNames: &groups,
				QueryLines:    queryLines(q.Text),
				Width:         jsii.Number(dashboardWidth),
				Height:        jsii.Number(widgetHeight),
			}))
		}
	}
	return &rows
}

func (w *watched) alarmStatus() awscloudwatch.IWidget {
	var alarms []interfacesawscloudwatch.IAlarmRef
	for _, a := range w.api.alarms {
		alarms = append(alarms, a)
	}
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Alarms: &alarms,
		Title:  jsii.String("Alarms"),
		Width:  jsii.Number(dashboardWidth),
		Height: jsii.Number(2 + len(alarms)/alarmsPerLine),
	})
}

func (w *watched) graph(g monitor.Graph, period awscdk.Duration) awscloudwatch.IWidget {
	all := func(given []monitor.Series) *[]awscloudwatch.IMetric {
		var out []awscloudwatch.IMetric
		for _, s := range given {
			out = append(out, w.series(s, period))
		}
		return &out
	}
	props := &awscloudwatch.GraphWidgetProps{
		Title:     &g.Title,
		Width:     jsii.Number(dashboardWidth / perRow),
		Height:    jsii.Number(widgetHeight),
		Left:      all(g.Left),
		LeftYAxis: &awscloudwatch.YAxisProps{Label: &g.Unit, Min: jsii.Number(0), ShowUnits: jsii.Bool(false)},
	}
	if g.Right != nil {
		props.Right = all(g.Right)
		props.RightYAxis = &awscloudwatch.YAxisProps{Min: jsii.Number(0)}
	}
	return awscloudwatch.NewGraphWidget(props)
}
