package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// integrationRoutes are routes that no function answers, and one whose answers API Gateway keeps.
func integrationRoutes(stack awscdk.Stack, orders awslambda.IFunction) []secureapi.Route {
	dead := awssqs.NewQueue(stack, jsii.String("DeadJobs"), &awssqs.QueueProps{EnforceSSL: jsii.Bool(true)})
	jobs := awssqs.NewQueue(stack, jsii.String("Jobs"), &awssqs.QueueProps{
		EnforceSSL:      jsii.Bool(true),
		DeadLetterQueue: &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(3)},
	})
	fulfil := awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Fulfil"),
		jsii.String("arn:aws:states:eu-west-1:111122223333:stateMachine:fulfil"))
	return []secureapi.Route{
		secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.AnyScope("orders/write")),
		secureapi.Integrate("POST /parcels", secureapi.StartExecution(fulfil), secureapi.AnyScope("orders/write")),
		secureapi.Integrate(
			"GET /version",
			secureapi.Respond(200, map[string]any{"version": 2}),
			secureapi.AnyScope("orders/read"),
		),
		secureapi.Handle("GET /toys/{id}", orders, secureapi.Public("the catalogue"),
			secureapi.CacheResponse(time.Minute, secureapi.CacheKeyQuery("page"))),
	}
}
