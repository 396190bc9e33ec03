// Package monitor decides which alarms, graphs and queries an API has, in plain values: package secureapi makes CDK's
// objects of them.
//
// It imports neither CDK nor jsii, and looks at no API: [API] says what there is to watch. Which metrics the included
// functions write is in package metrics; those of API Gateway and Lambda are AWS's.
package monitor

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// API is what there is to watch of an API.
type API struct {
	Path      string     // of the construct, for descriptions and names
	Docs      string     // the address of the page on operating, to which an alarm's anchor is added
	Functions []Function // those that guard the API, and its logins
	AccessLog bool       // whether the stack has its log group
}

// Function is a function beside those of the routes.
type Function struct {
	Name string // for descriptions: "the API's TokenAuthorizer"

	// ID is the construct id of something that belongs to the function.
	ID func(what string) string

	Role    Role
	Metrics bool     // whether it writes those of package metrics
	Hooked  bool     // whether it may have a hook, as the included authorizer's main has none
	Reasons []string // of 401s that have a default share; see [Thresholds.UnauthorizedPercent]
}

// Role is what a function is there for.
type Role int

const (
	Authorizer    Role = iota // the included authorizer
	OwnAuthorizer             // one of the user's own, whose 401s are errors of Lambda like any other
	Login
)

// guards reports whether the function decides on requests.
func (r Role) guards() bool { return r == Authorizer || r == OwnAuthorizer }

// Namespaces of AWS's own metrics.
const (
	APIGateway = "AWS/ApiGateway"
	Lambda     = "AWS/Lambda"
)

// Metric is a metric of the API's stage, or of one of its functions.
type Metric struct {
	Namespace, Name, Statistic string

	// Function is the index of the function in API.Functions. It does not count in [APIGateway].
	Function int

	// Dimensions are those besides the stage's and the function's name.
	Dimensions map[string]string
}

// Series is a line of a graph, or what an alarm compares: a metric, or an expression of metrics.
type Series struct {
	Metric
	Label string

	// Expression is metric math; "" for the metric alone. A "%s" in it stands for the name of the function. Source:
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
	Expression string
	Uses       map[string]Metric // by their names in the expression
}

// By is the dimension that the name of a metric's function is the value of.
func (m Metric) By() string {
	if m.Namespace == Lambda {
		return "FunctionName"
	}
	return metrics.Function
}

func stage(name, statistic string) Metric {
	return Metric{Namespace: APIGateway, Name: name, Statistic: statistic}
}

func lambda(function int, name, statistic string) Metric {
	return Metric{Namespace: Lambda, Name: name, Statistic: statistic, Function: function}
}

func ours(function int, name, statistic string) Metric {
	return Metric{Namespace: metrics.Namespace, Name: name, Statistic: statistic, Function: function}
}

func (m Metric) by(dimension, value string) Metric {
	m.Dimensions = map[string]string{dimension: value}
	return m
}

func (m Metric) labelled(label string) Series { return Series{Metric: m, Label: label} }

// sum is the statistic of counts.
const sum = "Sum"

// camel writes a reason as a part of a construct id: "unknown_key" is "UnknownKey".
func camel(reason string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(reason, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
