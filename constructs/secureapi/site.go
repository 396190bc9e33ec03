package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// site is where an API's constructs are created. It caches CDK's answers, because each question is a call into another
// process.
type site struct {
	scope constructs.Construct // the API
	path  string               // the API's construct path, for errors
	node  constructs.Node
	stack awscdk.Stack
	rest  awsapigateway.RestApi // nil until it is created
	id    *string               // of rest; see restID

	kept map[*plan.Login]keptSessions // the sessions of logins

	elsewhere map[awslambda.IFunction]bool // whether a function belongs to another stack
}

func newSite(scope constructs.Construct, path string) *site {
	return &site{
		scope:     scope,
		path:      path,
		node:      scope.Node(),
		stack:     awscdk.Stack_Of(scope),
		kept:      map[*plan.Login]keptSessions{},
		elsewhere: map[awslambda.IFunction]bool{},
	}
}

// restID returns the ID of the API.
func (s *site) restID() *string {
	if s.id == nil {
		s.id = s.rest.RestApiId()
	}
	return s.id
}

func (s *site) fail(format string, a ...any) {
	panic(fmt.Errorf("secureapi: %s: %w", s.path, fmt.Errorf(format, a...)))
}

// ofAnotherStack reports whether a function belongs to a stack of this app other than the API's.
func (s *site) ofAnotherStack(f awslambda.IFunction) bool {
	other, known := s.elsewhere[f]
	if !known {
		stack := f.Stack()
		other = stack != s.stack && *stack.Node().Addr() != *s.stack.Node().Addr()
		s.elsewhere[f] = other
	}
	return other
}

// ofAnotherAccount reports whether a function belongs to an account other than the API's, if both are known. A function
// that the API's stack creates does not. An imported one may, and is not an awslambda.Function.
func (s *site) ofAnotherAccount(f awslambda.IFunction) (of, here string, is bool) {
	if _, made := f.(awslambda.Function); made && !s.ofAnotherStack(f) {
		return "", "", false
	}
	return differ(*f.Env().Account, *s.stack.Account())
}

// differ reports whether two names of accounts or regions differ, if both are known.
func differ(of, here string) (string, string, bool) {
	return of, here, of != here && !cdktoken.Unresolved(of) && !cdktoken.Unresolved(here)
}
