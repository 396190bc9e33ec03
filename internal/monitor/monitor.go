// Package monitor decides which alarms, graphs and queries an API has, in plain values. Package secureapi turns them
// into CDK's objects.
//
// It imports neither CDK nor jsii, and does not inspect an API: [API] describes what can be watched. Package metrics
// defines the metrics that the included functions write. Those of API Gateway and Lambda are AWS's.
package monitor

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// API describes what can be watched of an API.
type API struct {
	Path      string     // of the construct, for descriptions and names
	Docs      string     // the address of the page on operating, to which an alarm's anchor is added
	Functions []Function // those that guard the API, and its logins
	AccessLog bool       // whether the stack has its log group
}

// Function is a function other than those of the routes.
type Function struct {
	Name string // for descriptions: "the API's TokenAuthorizer"

	// ID returns the construct ID of something that belongs to the function.
	ID func(what string) string

	Role    Role
	Metrics bool     // whether it writes the metrics of package metrics
	Hooked  bool     // whether it may have a hook, unlike the included authorizer's main
	Reasons []string // the reasons for 401s that have a default share; see [Thresholds.UnauthorizedPercent]
}

// Role is the purpose of a function.
type Role int

const (
	Authorizer    Role = iota // the included authorizer
	OwnAuthorizer             // the user's own, whose 401s are ordinary errors for Lambda
	Login
)

// guards reports whether the function decides on requests.
func (r Role) guards() bool { return r == Authorizer || r == OwnAuthorizer }

// The namespaces of AWS's own metrics.
const (
	APIGateway = "AWS/ApiGateway"
	Lambda     = "AWS/Lambda"
)

// Metric is a metric of the API's stage, or of one of its functions.
type Metric struct {
	Namespace, Name, Statistic string

	// Function is the index of the function in API.Functions. It has no meaning for [APIGateway].
	Function int

	// Dimensions are the dimensions besides the name of the stage or function.
	Dimensions map[string]string
}

// Series is the line of a graph, or the value that an alarm compares: a metric, or an expression of metrics.
type Series struct {
	Metric
	Label string

	// Expression is metric math; "" for the metric alone. A "%s" in it stands for the name of the function. Source:
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
	Expression string
	Uses       map[string]Metric // by their names in the expression
}

// By returns the dimension whose value is the name of the metric's function.
func (m Metric) By() string {
	if m.Namespace == Lambda {
		return "FunctionName"
	}
	return metrics.Function
}

func stageMetric(name, statistic string) Metric {
	return Metric{Namespace: APIGateway, Name: name, Statistic: statistic}
}

func lambdaMetric(function int, name, statistic string) Metric {
	return Metric{Namespace: Lambda, Name: name, Statistic: statistic, Function: function}
}

func gatehouseMetric(function int, name, statistic string) Metric {
	return Metric{Namespace: metrics.Namespace, Name: name, Statistic: statistic, Function: function}
}

func (m Metric) by(dimension, value string) Metric {
	m.Dimensions = map[string]string{dimension: value}
	return m
}

func (m Metric) labelled(label string) Series { return Series{Metric: m, Label: label} }

// sum is the statistic for counts.
const sum = "Sum"

// camel converts a reason into a part of a construct ID: "unknown_key" becomes "UnknownKey".
func camel(reason string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(reason, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
