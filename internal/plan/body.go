package plan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var _ Word = Body{}

func (Body) word() string { return "Body" }

func (b Body) addTo(r *PlannedRoute) []error {
	switch verb := r.Pattern.Verb; {
	case r.Body != nil:
		return []error{errors.New("it has Body twice: join the schemas by allOf or anyOf in one")}
	case b.Err != nil:
		return []error{fmt.Errorf("its Body, of %s: %w", b.Source, b.Err)}
	case slices.Contains([]string{"GET", "HEAD", "OPTIONS", route.Any}, verb) && !b.Model.AcceptsEmpty:
		// A body has no meaning in a GET request (RFC 9110, section 9.3.1), and API Gateway reads a missing body as {}.
		return []error{fmt.Errorf("it takes %s, whose requests have no body, and its Body, of %s, does not accept {}, which "+
			"stands for none: leave Body out, write RequireQuery, or give the verbs with a body routes of their own", verb,
			b.Source)}
	}
	r.Body = &b
	if err := b.nameError(); err != nil {
		return []error{fmt.Errorf("its Body, of %s, %w", b.Source, err)}
	}
	return nil
}

// modelForm matches the names that API Gateway accepts for models.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html: "Model names can
// only contain alphanumeric characters."
var modelForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// nameError returns an error if API Gateway does not accept the model's name, or already uses it.
// Source: the documentation of Model in aws-cdk-lib, aws-apigateway/lib/model.ts, which has Empty and Error
func (b Body) nameError() error {
	switch {
	case len(b.Name) > 128 || !modelForm.MatchString(b.Name):
		return fmt.Errorf("is called %q: a model's name has 1 to 128 letters and digits, and begins with a letter: set one "+
			`with Named("Order")`, b.Name)
	case b.Name == "Empty" || b.Name == "Error":
		return fmt.Errorf("is called %q, and each API has a model of that name from the start: set another one with "+
			`Named("Order")`, b.Name)
	}
	return nil
}
