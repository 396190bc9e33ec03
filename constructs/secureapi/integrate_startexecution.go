package secureapi

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/gatehouse-cdk/gatehouse/internal/mappingtemplate"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// StartExecution starts an execution of an AWS Step Functions state machine with the body of each request as input. It
// answers 202 with the execution's name, {"executionId": "..."}, and does not wait for the execution to end. The
// machine may be a standard or an express one. No function runs. See [StartSyncExecution] for one that waits.
//
//	secureapi.Integrate("POST /orders", secureapi.StartExecution(fulfil), secureapi.AnyScope("orders:write"))
//
// The execution's name is the ID of the request, which access logs and the header x-amzn-RequestId show. A caller may
// choose it by sending that header; Step Functions refuses a name that it has already seen with another input. The body
// has to be JSON; without a body the input is {}. If Step Functions rejects the request, the answer is 400; any other
// failure is a 500. Callers do not see Step Functions' own message, which names the account and the machine. API
// Gateway answers 415 if the Content-Type is not application/json. With [ForwardCaller], the input has the caller and
// the body as a text.
//
// The call holds the body as one JSON string, so a body cannot choose another machine. CDK's own
// awsapigateway.StepFunctionsIntegration_StartExecution supports express machines only and copies the body into an
// object, to which the body can add members.
//
// StartExecution writes an AWS::ApiGateway::Method with an AWS integration, and an AWS::IAM::Role that may start this
// machine only. The machine has to be in the API's account; synthesis panics if it is known to be in another.
//
// Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func StartExecution(machine awsstepfunctions.IStateMachine) awsapigateway.Integration {
	if machine == nil {
		panic(errors.New("secureapi: StartExecution: the state machine is nil: give it an awsstepfunctions.IStateMachine"))
	}
	return startIntegration(machine, "StartExecution", serviceResponses("202", mappingtemplate.ExecutionStarted))
}

// StartSyncExecution starts an execution of an express state machine as [StartExecution] does, waits for it to end, and
// answers 200 with its output as JSON. If the execution fails, the answer is 500; if it exceeds its own timeout, 504.
// Callers do not see the error or its cause. API Gateway waits for 29 seconds.
//
// It panics if the machine is known to be a standard one, which does not support this call.
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
	return startIntegration(machine, "StartSyncExecution", serviceResponses("200", mappingtemplate.SyncOutput))
}

// startIntegration returns the integration that starts a state machine by an action of Step Functions. The action's
// name is also the name of the function that the user called.
func startIntegration(
	machine awsstepfunctions.IStateMachine, action string, responses []*awsapigateway.IntegrationResponse,
) awsapigateway.Integration {
	return newLateIntegration(func(method awsapigateway.Method, caller *plan.Caller) *awsapigateway.IntegrationConfig {
		checkMachine(action, machine, method)
		config, _ := serviceCall{
			service:   "states",
			action:    action,
			of:        machine.Env(),
			permits:   "states:" + action,
			resource:  machine.StateMachineArn(),
			template:  mappingtemplate.StartExecution(*machine.StateMachineArn(), caller),
			responses: responses,
		}.integrate(method)
		return config
	})
}

// checkMachine refuses a state machine of another account. API Gateway assumes a role of the API's account, and a state
// machine has no policy of its own that could permit that role.
// Source: https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html, "Resource-based
// policies: No"
func checkMachine(word string, machine awsstepfunctions.IStateMachine, method awsapigateway.Method) {
	if of, here, is := differ(*machine.Env().Account, *awscdk.Stack_Of(method).Account()); is {
		panic(fmt.Errorf("secureapi: %s: %s is in account %s and the API in %s, whose roles cannot start it: put "+
			"the machine into the API's account, or route to a function that starts it from the machine's "+
			"account", word, *machine.Node().Path(), of, here))
	}
}
