package plan

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// CheckHeader says what is wrong with the name of a header (RFC 9110, section 5.6.2: a token).
func CheckHeader(name string) error {
	if Unresolved(name) {
		return nil
	}
	if name == "" {
		return errors.New("a header without a name")
	}
	if bare, found := strings.CutPrefix(name, inHeader); found {
		return fmt.Errorf("header %q: want its name alone: %q", name, bare)
	}
	for _, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) {
			return fmt.Errorf("header %q: a header's name does not hold %q", name, c)
		}
	}
	return nil
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
