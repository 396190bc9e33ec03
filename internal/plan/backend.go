package plan

import (
	"errors"
)

// checkBackend refuses a route without a backend, or with two.
func (r Route) checkBackend() []error {
	switch {
	case r.Integrated && r.Function != 0:
		return []error{errors.New("it has a Function and an Integration, and one of them answers: leave one out")}
	case r.Integrated && r.LambdaOptions:
		return []error{errors.New("its IntegrationOptions are of a Function, and an Integration answers it: give them to " +
			"the integration itself")}
	case !r.Integrated && r.Function == 0:
		return []error{errors.New("its function is nil: give it an awslambda.IFunction, such as gofunction.New " +
			"returns, or an Integration")}
	}
	return nil
}
