package identity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// inHeader is API Gateway's prefix for the names of headers.
const inHeader = "method.request.header."

// CheckHeader returns what is wrong with the name of a header. It accepts a name that is not known yet.
func CheckHeader(name string) error {
	if cdktoken.Unresolved(name) {
		return nil
	}
	if bare, found := strings.CutPrefix(name, inHeader); found {
		return fmt.Errorf("header %q: want its name alone: %q", name, bare)
	}
	return httpname.CheckHeader(name)
}

// CheckExpression refuses a validation expression that Java does not compile. It accepts an expression that uses a
// feature which Go's expressions lack, such as look-around, and leaves it to API Gateway.
func CheckExpression(expression string) error {
	if cdktoken.Unresolved(expression) {
		return nil
	}
	if _, err := regexes.Whole(expression); err != nil && !errors.Is(err, regexes.ErrUnsupported) {
		return fmt.Errorf("ValidationExpression %q: %w", expression, err)
	}
	return nil
}
