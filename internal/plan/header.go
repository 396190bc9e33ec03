package plan

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// inHeader is where headers are, as API Gateway writes it.
const inHeader = "method.request.header."

// CheckHeader reports what is wrong with the name of a header; a name that is not known yet passes.
func CheckHeader(name string) error {
	if Unresolved(name) {
		return nil
	}
	if bare, found := strings.CutPrefix(name, inHeader); found {
		return fmt.Errorf("header %q: want its name alone: %q", name, bare)
	}
	return httpname.CheckHeader(name)
}

// CheckExpression refuses a validation expression that does not compile. API Gateway's dialect has more than Go's
// (look-around, for one), so an expression that uses such a group is left for API Gateway to judge.
func CheckExpression(expression string) error {
	if Unresolved(expression) {
		return nil
	}
	if _, err := regexp.Compile(expression); err != nil && !strings.Contains(expression, "(?") {
		return fmt.Errorf("ValidationExpression %q: %w", expression, err)
	}
	return nil
}
