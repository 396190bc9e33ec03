package monitor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
	"github.com/gatehouse-cdk/gatehouse/internal/monitor/monitortest"
)

// documented are AWS's own metrics by namespace, each with what AWS says of it.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
var documented = map[string]map[string]string{
	monitor.APIGateway: {
		"4XXError": "The number of client-side errors captured in a given period. The Average statistic represents the " +
			"4XXError error rate",
		"5XXError": "The number of server-side errors captured in a given period. The Average statistic represents the " +
			"5XXError error rate",
		"Count": "The total number API requests in a given period.",
		"IntegrationLatency": "The time between when API Gateway relays a request to the backend and when it receives a " +
			"response from the backend. Unit: Millisecond",
		"Latency": "The time between when API Gateway receives a request from a client and when it returns a response to " +
			"the client. Unit: Millisecond",
	},
	monitor.Lambda: {
		"Duration": "The amount of time that your function code spends processing an event. Duration also supports " +
			"percentile statistics.",
		"Errors": "The number of invocations that result in a function error. Function errors include exceptions that your " +
			"code throws and exceptions that the Lambda runtime throws.",
		"Invocations": "The number of times that your function code is invoked, including successful invocations and " +
			"invocations that result in a function error.",
		"Throttles": "The number of invocation requests that are throttled.",
	},
}

// dimensions are those that AWS documents for these metrics by default. API Gateway's dimensions by method are extra.
// Source: as above, and https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
var dimensions = map[string][]string{
	monitor.APIGateway: {
		"ApiName",        // "Filters API Gateway metrics for the REST API with the specified API name."
		"ApiName, Stage", // "... for the API stage resource with the specified API name and stage name."
	},
	monitor.Lambda: {
		"FunctionName",           // "View aggregate metrics for all versions and aliases of a function."
		"FunctionName, Resource", // "View metrics for a version or alias of a function."
	},
}

// TestMetricsOfAWSAreDocumented checks that AWS documents each metric of AWS that an alarm or a dashboard of the
// snapshots uses, with these dimensions. Other tests compare the functions' metrics with what the functions write.
func TestMetricsOfAWSAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for file, uses := range monitortest.Snapshots(t, "../../test/testdata") {
		for _, u := range uses {
			if u.Namespace == metrics.Namespace {
				continue
			}
			_, by, _ := strings.Cut(u.String(), " by ")
			if documented[u.Namespace][u.Name] == "" || !slices.Contains(dimensions[u.Namespace], by) {
				t.Errorf("%s: %s: AWS does not document %s in %s", file, u.By, u, u.Namespace)
			}
			seen[u.Name] = true
		}
	}
	for namespace, all := range documented {
		for name := range all {
			if !seen[name] {
				t.Errorf("no alarm or graph of the snapshots uses %s in %s: remove it from the list", name, namespace)
			}
		}
	}
}
