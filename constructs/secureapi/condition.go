package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// OnlyIf makes a route where a condition of the stack holds:
//
//	live := awscdk.NewCfnCondition(stack, jsii.String("Live"), &awscdk.CfnConditionProps{Expression: ...})
//	secureapi.Handle("GET /reports", reports, secureapi.OnlyIf(live))
//
// It is the Condition of the route's AWS::ApiGateway::Method, and of the function's AWS::Lambda::Permission if all
// routes of the function have the same one, so that the function may have it too. The resources of the path and a
// preflight are there in any case. [Props.Condition] is for the API as a whole, and both have to hold then. An API
// without a method does not deploy, so OnlyIf on every route is refused without it.
//
// A stage serves the methods of its deployment, which the template makes anew for a change of the table and not for one
// of a parameter that the condition looks at: deploy the API again after such a change, as by "aws apigateway
// create-deployment". It is refused beside [Throttle] and [CacheResponse]. Default: none, so that the route is there
// always.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
func OnlyIf(condition awscdk.CfnCondition) Access {
	if condition == nil {
		return restriction{plan.OnlyIf{}}
	}
	return restriction{plan.OnlyIf{Path: *condition.Node().Path(), Condition: condition}}
}
