package monitor

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// Row is a row of a dashboard, from left to right.
type Row struct {
	Heading string // Markdown; has its own row above the graphs
	Graphs  []Graph
}

// Graph shows series over time.
type Graph struct {
	Title string
	Left  []Series
	Right []Series // with a scale of their own

	Unit string // of the left scale
}

// Dashboard returns the rows of an API's dashboard: what callers see first, followed by each function that could be the
// cause.
func Dashboard(api API) []Row {
	rows := []Row{{
		Heading: fmt.Sprintf("# %s\n[What to do when an alarm goes off](%s#alarms)", api.Path, api.Docs),
		Graphs: []Graph{
			{
				Title: "Requests",
				Unit:  "requests",
				Left:  []Series{stageMetric("Count", sum).labelled("all")},
				Right: []Series{
					stageMetric("4XXError", sum).labelled("4xx"),
					stageMetric("5XXError", sum).labelled("5xx"),
				},
			},
			{
				Title: "Errors as a share",
				Unit:  "of 1",
				Left: []Series{
					stageMetric("4XXError", "Average").labelled("4xx"),
					stageMetric("5XXError", "Average").labelled("5xx"),
				},
			},
			{
				Title: "Latency",
				Unit:  "ms",
				Left: []Series{
					stageMetric("Latency", "p50").labelled("p50, in all"),
					stageMetric("Latency", "p99").labelled("p99, in all"),
					stageMetric("IntegrationLatency", "p99").labelled("p99 of integrations"),
				},
			},
		},
	}}
	for i, f := range api.Functions {
		rows = append(rows, ofFunction(i, f))
	}
	return rows
}

func ofFunction(i int, f Function) Row {
	row := Row{Heading: "## " + heading(f.Name)}
	switch {
	case !f.Metrics:
	case f.Role == Authorizer:
		row.Graphs = append(row.Graphs, ofAuthorizer(i, f)...)
	case f.Role == Login:
		row.Graphs = append(row.Graphs, ofLogin(i)...)
	}
	runs := []Series{
		lambdaMetric(i, "Invocations", sum).labelled("runs"),
		lambdaMetric(i, "Throttles", sum).labelled("throttled"),
	}
	if crashes, known := new(alarms).crashes(i, f); known {
		runs = append(runs, crashes)
	}
	row.Graphs = append(row.Graphs,
		Graph{Title: "Runs of the function", Unit: "runs", Left: runs},
		Graph{
			Title: "Time of a run",
			Unit:  "ms",
			Left: []Series{
				lambdaMetric(i, "Duration", "p50").labelled("p50"),
				lambdaMetric(i, "Duration", "p99").labelled("p99"),
			},
		})
	return row
}

// heading returns a function's name for the beginning of a line.
func heading(name string) string {
	const article = "the "
	if len(name) > len(article) && name[:len(article)] == article {
		return "The " + name[len(article):]
	}
	return name
}

func ofAuthorizer(i int, f Function) []Graph {
	verifying := Graph{
		Title: "Verifying a token",
		Unit:  "ms",
		Left:  []Series{gatehouseMetric(i, metrics.VerifyMs, "p99").labelled("p99")},
	}
	if f.Hooked {
		verifying.Title = "Verifying a token, asking the hook"
		verifying.Left = []Series{
			gatehouseMetric(i, metrics.VerifyMs, "p99").labelled("p99 of verifying"),
			gatehouseMetric(i, metrics.HookMs, "p99").labelled("p99 of the hook"),
		}
	}
	count := func(name string) Series { return gatehouseMetric(i, name, sum).labelled(name) }
	return []Graph{
		{
			Title: "Decisions",
			Unit:  "decisions",
			Left: []Series{
				count(metrics.Allowed),
				count(metrics.Denied),
				count(metrics.Unauthorized),
				count(metrics.Failed),
			},
		},
		{Title: "401 by reason", Unit: "decisions", Left: []Series{search(i, metrics.Unauthorized, metrics.Reason)}},
		{
			Title: "403 and 500 by reason",
			Unit:  "decisions",
			Left:  []Series{search(i, metrics.Denied, metrics.Reason), search(i, metrics.Failed, metrics.Reason)},
		},
		verifying,
		{
			Title: "Fetches of keys",
			Unit:  "fetches",
			Left: []Series{
				count(metrics.KeyFetches),
				search(i, metrics.KeyFetchFailures, metrics.Issuer),
			},
			Right: []Series{gatehouseMetric(i, metrics.KeyFetchMs, "p99").labelled("p99, ms")},
		},
	}
}

func ofLogin(i int) []Graph {
	count := func(name, label string) Series { return gatehouseMetric(i, name, sum).labelled(label) }
	return []Graph{
		{
			Title: "Logins",
			Unit:  "logins",
			Left: []Series{
				count(metrics.Begun, "begun"),
				count(metrics.LoggedIn, "logged in"),
				count(metrics.Refused, "refused"),
				count(metrics.Failed, "failed"),
			},
		},
		{
			Title: "Refused and failed by reason",
			Unit:  "requests",
			Left:  []Series{search(i, metrics.Refused, metrics.Reason), search(i, metrics.Failed, metrics.Reason)},
		},
	}
}

// search returns a search for the metrics with a name, by the values of a dimension as they occur. Graphs support it,
// and alarms do not.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
func search(i int, name, by string) Series {
	return Series{
		Metric: gatehouseMetric(i, name, sum).by(by, ""),
		Label:  name,
		Expression: fmt.Sprintf(`SEARCH('{%s,%s,%s} MetricName="%s" %s="%%s"', 'Sum', 300)`,
			metrics.Namespace, metrics.Function, by, name, metrics.Function),
	}
}
