package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
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

// CheckExpression refuses a validation expression that Java does not compile. One with a part that Go's expressions do
// not have (look-around, for one) is left for API Gateway to judge.
func CheckExpression(expression string) error {
	if Unresolved(expression) {
		return nil
	}
	if _, err := regexes.Whole(expression); err != nil && !errors.Is(err, regexes.ErrUnsupported) {
		return fmt.Errorf("ValidationExpression %q: %w", expression, err)
	}
	return nil
}
