package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

// checkBackend looks for a route's function that the API's stack cannot permit API Gateway to invoke. API Gateway itself
// invokes functions of other accounts and regions, but AWS::Lambda::Permission is made where its stack is: it fails for a
// function of another region ("Functions from 'us-west-1' are not reachable in this region"), and of another account only
// the owner can give one. The permission for a function of this app would be made in the API's stack in any case. Of imported
// functions the rules permission-elsewhere and function-elsewhere find what the finished template has.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-console.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-cross-account-lambda-integrations.html,
// https://github.com/aws/serverless-application-model/issues/59
func (b *builder) checkBackend(r plannedRoute) {
	const out = "import it by its ARN with awslambda.Function_FromFunctionAttributes and SkipPermissions, and let apigateway.amazonaws.com invoke it there"
	if !b.ofAnotherStack(r.Function) {
		return
	}
	env := r.Function.Env()
	if of, here, is := another(*env.Account, *b.stack.Account()); is {
		b.fail("route %q: its function is of account %s and the API of %s, where no permission for it can be made: %s", r.pattern, of, here, out)
	}
	if of, here, is := another(*env.Region, *b.stack.Region()); is {
		b.fail("route %q: its function is in %s and the API in %s, where no permission for it can be made: deploy both in one region, or %s", r.pattern, of, here, out)
	}
}

// ofAnotherAccount reports whether a function belongs to an account other than the API's, where both are known.
func (b *builder) ofAnotherAccount(f awslambda.IFunction) (of, here string, is bool) {
	return another(*f.Env().Account, *b.stack.Account())
}

// another reports whether two names of accounts or regions differ, where both are known.
func another(of, here string) (string, string, bool) {
	return of, here, of != here && !unresolved(of) && !unresolved(here)
}

// ofAnotherStack reports whether a function belongs to a stack of this app other than the API's.
func (b *builder) ofAnotherStack(f awslambda.IFunction) bool {
	other, known := b.elsewhere[f]
	if !known {
		stack := f.Stack()
		other = stack != b.stack && *stack.Node().Addr() != *b.stack.Node().Addr()
		b.elsewhere[f] = other
	}
	return other
}
