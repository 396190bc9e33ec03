package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// checkBackend refuses a route's function if the API's stack cannot permit API Gateway to invoke it. API Gateway itself
// can invoke functions of other accounts and regions. But AWS::Lambda::Permission belongs to the place of its stack. It
// fails for a function of another region ("Functions from 'us-west-1' are not reachable in this region"), and only its
// owner can permit a function of another account. The permission for a function of this app is always created in the
// API's stack. For imported functions, the rules permission-elsewhere and function-elsewhere check the finished
// template.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-console.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-cross-account-lambda-integrations.html,
// https://github.com/aws/serverless-application-model/issues/59
func (s *site) checkBackend(pattern route.Pattern, f awslambda.IFunction) {
	const out = "import it by its ARN with awslambda.Function_FromFunctionAttributes and SkipPermissions, and let " +
		"apigateway.amazonaws.com invoke it there"
	if !s.ofAnotherStack(f) {
		return
	}
	env := f.Env()
	if of, here, is := differ(*env.Account, *s.stack.Account()); is {
		s.fail("route %q: its function is of account %s and the API of %s, where no permission for it can be made: %s",
			pattern, of, here, out)
	}
	if of, here, is := differ(*env.Region, *s.stack.Region()); is {
		s.fail("route %q: its function is in %s and the API in %s, where no permission for it can be made: deploy "+
			"both in one region, or %s", pattern, of, here, out)
	}
}
