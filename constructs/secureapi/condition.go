package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// OnlyIf creates a route only if a condition of the stack holds:
//
//	live := awscdk.NewCfnCondition(stack, jsii.String("Live"), &awscdk.CfnConditionProps{Expression: ...})
//	secureapi.Handle("GET /reports", reports, secureapi.OnlyIf(live))
//
// It sets the Condition of the route's AWS::ApiGateway::Method. If all routes of the function have the same condition,
// it also sets that of the function's AWS::Lambda::Permission, so the function may have the condition too. The path's
// resources and preflight method always exist. [Props.Condition] applies to the API as a whole, and then both
// conditions have to hold. An API without a method does not deploy, so OnlyIf on every route is refused unless
// Props.Condition or, for its preflights, [Props.CORS] is set.
//
// A stage serves the methods of its deployment. The template makes a new deployment when the table changes, but not
// when a parameter of the condition changes. After such a change, deploy the API again, for example with "aws
// apigateway create-deployment". OnlyIf cannot be combined with [Throttle] or [CacheResponse]. Default: none; the route
// always exists.
//
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
func OnlyIf(condition awscdk.CfnCondition) Access {
	if condition == nil {
		return restriction{plan.OnlyIf{}}
	}
	return restriction{plan.OnlyIf{Path: *condition.Node().Path(), Condition: condition}}
}
