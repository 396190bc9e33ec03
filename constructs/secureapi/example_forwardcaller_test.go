package secureapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// A backend learns the caller from headers that no caller of the API can write, not even on the public route.
func ExampleForwardCaller() {
	stack := newStack()
	stock := awsapigateway.NewHttpIntegration(jsii.String("https://stock.example.com"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{JWT: tokens().JWT},
		Routes: []secureapi.Route{
			secureapi.Integrate("GET /about", stock, secureapi.Public("a page")),
			secureapi.Integrate("GET /stock", stock, secureapi.ForwardCaller()),
		},
	})
	found := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, id := range slices.Sorted(maps.Keys(found)) {
		integration := (*found[id])["Properties"].(map[string]any)["Integration"].(map[string]any)
		text, _ := json.MarshalIndent(integration["RequestParameters"], "", "  ")
		fmt.Println(string(text))
	}
	// Output:
	// {
	//   "integration.request.header.CallerIssuer": "'not given'",
	//   "integration.request.header.CallerPrincipalId": "'not given'"
	// }
	// {
	//   "integration.request.header.CallerIssuer": "context.authorizer.issuer",
	//   "integration.request.header.CallerPrincipalId": "context.authorizer.principalId"
	// }
}
