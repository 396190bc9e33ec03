package secureapi

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// MessageGroup says which messages to a FIFO queue keep their order among themselves, and are taken one after the
// other: "{customer}" those of one value of the route's path parameter, any other text all of them. Default: all, in
// one group.
type MessageGroup string

// SendTo sends the body of each request as a message to an Amazon SQS queue, and answers 202 with the message's id:
// {"messageId": "..."}. No function runs.
//
//	secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.AnyScope("jobs:write"))
//
// The body is the message as the caller wrote it, without a check that it is JSON. A request without a body, as of a
// GET, sends {}, which API Gateway has in place of an empty body; a [Body] with a required member refuses it. Requests
// with another Content-Type than application/json get 415. The body cannot add attributes, a delay or another queue to
// the call. What SQS refuses as bad, such as a body that is too large, is answered with 400, and any other failure with
// 500; SQS's own words do not reach callers. The message has nothing of the caller's identity: put a function in
// between if the consumer needs it.
//
// The queue may be of another stack, encrypted, and of another region of the account. In a FIFO queue the order is that
// of arrival, in the group that a [MessageGroup] names; a queue without content-based deduplication takes each request
// as a message of its own.
//
// It writes an AWS::ApiGateway::Method with an integration of the type AWS, and an AWS::IAM::Role beside it that may
// send to this queue alone.
//
// Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html and, for the
// rights to an encrypted queue,
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html. For requests
// without a body: https://github.com/localstack/localstack/pull/12413, whose tests ran on AWS.
func SendTo(queue awssqs.IQueue, group ...MessageGroup) awsapigateway.Integration {
	fail := func(err error) { panic(fmt.Errorf("secureapi: SendTo: %w", err)) }
	if queue == nil {
		fail(errors.New("the queue is nil: give it an awssqs.IQueue"))
	}
	fifo := isTrue(queue.Fifo())
	var in plan.MessageGroup
	switch {
	case len(group) > 1:
		fail(fmt.Errorf("there are %d MessageGroups, and a message is in one: leave the others out", len(group)))
	case len(group) == 1 && !fifo:
		fail(fmt.Errorf("the queue is not a FIFO queue, and its messages have no MessageGroup: leave %q out, or set Fifo "+
			"on the queue", string(group[0])))
	case len(group) == 1:
		in = plan.MessageGroup(group[0])
		if err := in.Check(); err != nil {
			fail(err)
		}
	case fifo:
		in = plan.DefaultMessageGroup
	}
	l := newLateIntegration(func(method awsapigateway.Method) *awsapigateway.IntegrationConfig {
		call := serviceCall{
			service:  "sqs",
			path:     *queue.Env().Account + "/" + *queue.QueueName(),
			of:       queue.Env(),
			permits:  "sqs:SendMessage",
			resource: queue.QueueArn(),
			headers: map[string]string{
				"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
			},
			template: plan.SendMessage(in, deduplicates(queue)),
			responses: answered("202",
				`{"messageId": "$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"}`),
		}
		config, role := call.integrate(method)
		if key := queue.EncryptionMasterKey(); key != nil {
			key.Grant(role, jsii.String("kms:Decrypt"), jsii.String("kms:GenerateDataKey"))
		}
		return config
	})
	l.check = func(p route.Pattern) error { return in.CheckPath(p) }
	return l
}

// deduplicates reports whether a queue is known to tell messages apart by their content.
func deduplicates(queue awssqs.IQueue) bool {
	made, ok := queue.Node().DefaultChild().(awssqs.CfnQueue)
	if !ok {
		return false
	}
	on, _ := made.ContentBasedDeduplication().(bool)
	return on
}
