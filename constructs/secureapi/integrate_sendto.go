package secureapi

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/mappingtemplate"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// MessageGroup sets which messages to a FIFO queue stay in order and are processed one after the other. "{customer}"
// groups messages by the value of that path parameter. Any other text is one group for all messages. Default: one group
// for all.
type MessageGroup string

// SendTo sends the body of each request as a message to an Amazon SQS queue, and answers 202 with the message's ID:
// {"messageId": "..."}. No function runs.
//
//	secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.AnyScope("jobs:write"))
//
// The message is the body exactly as the caller wrote it; nothing checks that it is JSON. For a request without a body,
// such as a GET, API Gateway sends {}; a [Body] with a required member refuses such a request. API Gateway answers 415
// if the Content-Type is not application/json. The body cannot add attributes or a delay, or choose another queue. If
// SQS rejects the request, for example because the body is too large, the answer is 400; any other failure is a 500.
// Callers do not see SQS's own message. With [ForwardCaller], the message has the caller as attributes.
//
// The queue may be encrypted, in another stack, or in another region of the account. In a FIFO queue, messages keep
// their order of arrival within the group that a [MessageGroup] names. If the queue has no content-based deduplication,
// each request becomes a message of its own.
//
// SendTo writes an AWS::ApiGateway::Method with an AWS integration, and an AWS::IAM::Role that may send to this queue
// only.
//
// Sources:
//   - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
//   - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html (encryption)
//   - https://github.com/localstack/localstack/pull/12413 (requests without a body; its tests ran on AWS)
func SendTo(queue awssqs.IQueue, group ...MessageGroup) awsapigateway.Integration {
	fail := func(err error) { panic(fmt.Errorf("secureapi: SendTo: %w", err)) }
	if queue == nil {
		fail(errors.New("the queue is nil: give it an awssqs.IQueue"))
	}
	fifo := isTrue(queue.Fifo())
	var in mappingtemplate.MessageGroup
	switch {
	case len(group) > 1:
		fail(fmt.Errorf("there are %d MessageGroups, and a message is in one: leave the others out", len(group)))
	case len(group) == 1 && !fifo:
		fail(fmt.Errorf("the queue is not a FIFO queue, and its messages have no MessageGroup: leave %q out, or set Fifo "+
			"on the queue", string(group[0])))
	case len(group) == 1:
		in = mappingtemplate.MessageGroup(group[0])
		if err := in.Check(); err != nil {
			fail(err)
		}
	case fifo:
		in = mappingtemplate.DefaultMessageGroup
	}
	l := newLateIntegration(func(method awsapigateway.Method, caller *plan.Caller) *awsapigateway.IntegrationConfig {
		call := serviceCall{
			service:  "sqs",
			path:     *queue.Env().Account + "/" + *queue.QueueName(),
			of:       queue.Env(),
			permits:  "sqs:SendMessage",
			resource: queue.QueueArn(),
			headers: map[string]string{
				"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
			},
			template: mappingtemplate.SendMessage(in, deduplicates(queue), caller),
			responses: serviceResponses("202",
				`{"messageId": "$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"}`),
		}
		config, role := call.integrate(method)
		if key := queue.EncryptionMasterKey(); key != nil {
			key.Grant(role, jsii.String("kms:Decrypt"), jsii.String("kms:GenerateDataKey"))
		}
		return config
	})
	l.check = func(p route.Pattern) error { return in.CheckPath(p) }
	l.checkCaller = func() error {
		if fifo && deduplicates(queue) {
			return fmt.Errorf("the queue %s deduplicates by the body, not by attributes, so the message of one caller would be "+
				"dropped after the same body of another: leave ContentBasedDeduplication out", *queue.Node().Path())
		}
		return nil
	}
	return l
}

// deduplicates reports whether a queue is known to tell messages apart by their bodies: SQS hashes "the body of the
// message (but not the attributes of the message)".
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
// (MessageDeduplicationId)
func deduplicates(queue awssqs.IQueue) bool {
	made, ok := queue.Node().DefaultChild().(awssqs.CfnQueue)
	if !ok {
		return false
	}
	on, _ := made.ContentBasedDeduplication().(bool)
	return on
}
