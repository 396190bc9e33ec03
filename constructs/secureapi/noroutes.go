package secureapi

// NoRoutesWarning is the ID of the warning that Props.Routes is empty. If this is intended, for example because the
// first route comes later, acknowledge the warning:
//
//	reason := jsii.String("its domain comes first")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.NoRoutesWarning), reason)
const NoRoutesWarning = "gatehouse:noRoutes"

// theOnlyRoute is the pattern of the route of an API that has no others.
const theOnlyRoute = "ANY /"

// withSomeRoute returns props with a route. These are the given props if they have routes. A deployment of an API
// without methods fails with "The REST API doesn't contain any methods". API Gateway answers other paths itself, with
// 403 and "Missing Authentication Token".
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
func withSomeRoute(props *Props) *Props {
	if props == nil || len(props.Routes) > 0 {
		return props
	}
	var access []Access
	if props.Authorizer == nil {
		access = append(access, Public("the table has no routes: it answers 404"))
	}
	given := *props
	given.Routes = []Route{Integrate(theOnlyRoute, Respond(404, map[string]string{"message": "Not Found"}), access...)}
	given.noRoutes = true
	return &given
}
