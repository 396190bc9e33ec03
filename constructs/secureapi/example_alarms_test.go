package secureapi_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The pager hears of what callers notice, a little earlier than by default. Clients of this API are often out for a
// night and come back with an expired token, which is no reason to wake up.
func ExampleAPI_Alarms() {
	stack := newStack()
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", backend(stack, "Orders"), secureapi.AnyScope("orders:read")),
		},
	})
	api.Alarms(awssns.NewTopic(stack, jsii.String("Pager"), nil), secureapi.AlarmProps{
		Period:              time.Minute,
		ServerErrorPercent:  1,
		UnauthorizedPercent: map[string]float64{"expired": secureapi.NoAlarm},
	})
	api.Dashboard()

	alarms := resources(stack, "AWS::CloudWatch::Alarm")
	for _, id := range slices.Sorted(maps.Keys(alarms)) {
		if a := alarms[id]; a["Namespace"] == "AWS/ApiGateway" {
			fmt.Println(a["MetricName"], a["Threshold"])
		}
	}
	// Output:
	// IntegrationLatency 5000
	// 5XXError 0.01
}
