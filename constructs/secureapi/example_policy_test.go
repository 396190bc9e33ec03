package secureapi_test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Two offices may call, with the exception of one room. The tokens are asked for as well.
func ExampleResourcePolicy() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders)},
		ResourcePolicy: &secureapi.ResourcePolicy{
			AllowCIDRs: []string{"203.0.113.0/24", "198.51.100.0/25"},
			DenyCIDRs:  []string{"203.0.113.64/28"},
		},
	})
	show(stack, "AWS::ApiGateway::RestApi", "Policy")
	// Output:
	// Policy={
	//   "Statement": [
	//     {
	//       "Action": "execute-api:Invoke",
	//       "Condition": {
	//         "NotIpAddress": {
	//           "aws:SourceIp": [
	//             "203.0.113.0/24",
	//             "198.51.100.0/25"
	//           ]
	//         }
	//       },
	//       "Effect": "Deny",
	//       "Principal": "*",
	//       "Resource": "execute-api:/*"
	//     },
	//     {
	//       "Action": "execute-api:Invoke",
	//       "Condition": {
	//         "IpAddress": {
	//           "aws:SourceIp": [
	//             "203.0.113.64/28"
	//           ]
	//         }
	//       },
	//       "Effect": "Deny",
	//       "Principal": "*",
	//       "Resource": "execute-api:/*"
	//     }
	//   ],
	//   "Version": "2012-10-17"
	// }
}

// All of a browser's answers carry the headers: those of the functions, the preflights, and API Gateway's own errors.
func ExampleCORS() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders)},
		CORS:       &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}, MaxAge: time.Hour},
	})
	show(stack, "AWS::ApiGateway::GatewayResponse", "ResponseType", "ResponseParameters")
	// Output:
	// ResponseType="DEFAULT_4XX"
	//   ResponseParameters={
	//     "gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example.com'",
	//     "gatewayresponse.header.Vary": "'Origin'"
	//   }
	// ResponseType="DEFAULT_5XX"
	//   ResponseParameters={
	//     "gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example.com'",
	//     "gatewayresponse.header.Vary": "'Origin'"
	//   }
}

func ExampleStage() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders)},
		Stage: secureapi.Stage{
			Name:      "v1",
			RateLimit: 100, BurstLimit: 200, // of each method, a second; beyond them callers get 429
			AccessLogRetention: awslogs.RetentionDays_ONE_YEAR,
			Tracing:            true,
		},
	})
	show(stack, "AWS::ApiGateway::Stage", "StageName", "TracingEnabled", "MethodSettings")
	// Output:
	// StageName="v1"
	//   TracingEnabled=true
	//   MethodSettings=[
	//     {
	//       "DataTraceEnabled": false,
	//       "HttpMethod": "*",
	//       "ResourcePath": "/*",
	//       "ThrottlingBurstLimit": 200,
	//       "ThrottlingRateLimit": 100
	//     }
	//   ]
}
