package secureapi

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// StartExecution starts an execution of an AWS Step Functions state machine with the body of each request as its input,
// and answers 202 with the execution's name: {"executionId": "..."}. It does not wait for the execution, of a standard
// machine or an express one; see [StartSyncExecution]. No function runs.
//
//	secureapi.Integrate("POST /orders", secureapi.StartExecution(fulfil), secureapi.AnyScope("orders:write"))
//
// The execution's name is the id of the request, which access logs and the header x-amzn-RequestId have, and which a
// caller may choose by that header: Step Functions refuses a name that it has had, with another input. The body has to
// be JSON, and without one the input is {}: what Step Functions refuses is answered with 400, any other failure with
// 500, and Step Functions' own words, which name the account and the machine, do not reach callers. A request with
// another Content-Type than application/json gets 415. The input has nothing of the caller's identity.
//
// The body stands in the call as one JSON string: it cannot name another machine. CDK's own
// awsapigateway.StepFunctionsIntegration_StartExecution is for express machines and writes the body into an object
// beside other members, which a body may add itself.
//
// It writes an AWS::ApiGateway::Method with an integration of the type AWS, and an AWS::IAM::Role beside it that may
// start this machine alone. The machine is of the API's account: the synthesis panics if it is known to be of another
// one.
//
// Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func StartExecution(machine awsstepfunctions.IStateMachine) awsapigateway.Integration {
	if machine == nil {
		panic(errors.New("secureapi: StartExecution: the state machine is nil: give it an awsstepfunctions.IStateMachine"))
	}
	return starts(machine, "StartExecution", answered("202", plan.ExecutionStarted))
}

// StartSyncExecution starts an execution of an express state machine as [StartExecution] does, waits for it, and
// answers 200 with its output, which is JSON. An execution that fails is answered with 500, and one that takes longer
// than its own time-out with 504; the error and its cause do not reach callers. API Gateway waits for 29 seconds.
//
// It panics if the machine is known to be a standard one, which has no such call.
//
// Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
func StartSyncExecution(machine awsstepfunctions.IStateMachine) awsapigateway.Integration {
	if machine == nil {
		panic(errors.New("secureapi: StartSyncExecution: the state machine is nil: give it an " +
			"awsstepfunctions.IStateMachine"))
	}
	made, ok := machine.Node().DefaultChild().(awsstepfunctions.CfnStateMachine)
	if ok && (made.StateMachineType() == nil || *made.StateMachineType() == "STANDARD") {
		panic(fmt.Errorf("secureapi: StartSyncExecution: %s is a standard state machine, and only express ones are waited "+
			"for: set its StateMachineType to EXPRESS, or use StartExecution", *machine.Node().Path()))
	}
	return starts(machine, "StartSyncExecution", answered("200", plan.SyncOutput))
}

// starts makes the integration that starts a machine by an action of Step Functions, which is also the name of the
// function that was called.
func starts(
	machine awsstepfunctions.IStateMachine, action string, responses []*awsapigateway.IntegrationResponse,
) awsapigateway.Integration {
	return newLateIntegration(func(method awsapigateway.Method) *awsapigateway.IntegrationConfig {
		checkMachine(action, machine, method)
		config, _ := serviceCall{
			service:   "states",
			action:    action,
			of:        machine.Env(),
			permits:   "states:" + action,
			resource:  machine.StateMachineArn(),
			template:  plan.StartExecution(*machine.StateMachineArn()),
			responses: responses,
		}.integrate(method)
		return config
	})
}

// checkMachine refuses a machine of another account: the role that API Gateway assumes is of the API's, and a state
// machine has no policy of its own that could permit it.
// Source: https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html, "Resource-based
// policies: No"
func checkMachine(word string, machine awsstepfunctions.IStateMachine, method awsapigateway.Method) {
	if of, here, is := another(*machine.Env().Account, *awscdk.Stack_Of(method).Account()); is {
		panic(fmt.Errorf("secureapi: %s: %s is in account %s and the API in %s, whose roles cannot start it: put "+
			"the machine into the API's account, or route to a function that starts it from the machine's "+
			"account", word, *machine.Node().Path(), of, here))
	}
}
