package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// integrationRoutes returns routes without a function, and one whose answers API Gateway caches.
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
		secureapi.Integrate("GET /stock/{id}", stock(stack), secureapi.AnyScope("orders/read"),
			secureapi.ForwardCaller()),
		secureapi.Handle("GET /toys/{id}", orders, secureapi.Public("the catalogue"),
			secureapi.CacheResponse(time.Minute, secureapi.CacheKeyQuery("page"))),
	}
}

// stock is a load balancer of another stack, in a VPC.
func stock(stack awscdk.Stack) awsapigateway.Integration {
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId:                      jsii.String("vpc-0a1b2c3d4e5f67890"),
		AvailabilityZones:          jsii.Strings("eu-west-1a", "eu-west-1b"),
		PrivateSubnetIds:           jsii.Strings("subnet-0a1b2c3d4e5f67890", "subnet-0fedcba9876543210"),
		PrivateSubnetRouteTableIds: jsii.Strings("rtb-0a1b2c3d4e5f67890", "rtb-0fedcba9876543210"),
	})
	group := jsii.String("sg-0a1b2c3d4e5f67890")
	const at = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:"
	listener := awselasticloadbalancingv2.ApplicationListener_FromApplicationListenerAttributes(stack,
		jsii.String("StockListener"), &awselasticloadbalancingv2.ApplicationListenerAttributes{
			ListenerArn:   jsii.String(at + "listener/app/stock/50dc6c495c0c9188/0467ef3c8400ae65"),
			SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("StockGroup"), group, nil),
		})
	return secureapi.ForwardTo(listener, &secureapi.ForwardToProps{
		VPCLink: awsapigatewayv2.NewVpcLink(stack, jsii.String("StockLink"), &awsapigatewayv2.VpcLinkProps{Vpc: vpc}),
		LoadBalancer: awselasticloadbalancingv2.ApplicationLoadBalancer_FromApplicationLoadBalancerAttributes(stack,
			jsii.String("StockBalancer"), &awselasticloadbalancingv2.ApplicationLoadBalancerAttributes{
				LoadBalancerArn: jsii.String(at + "loadbalancer/app/stock/50dc6c495c0c9188"),
				SecurityGroupId: group,
			}),
		Port:             443,
		SecureServerName: "stock.internal.example.com",
	})
}
