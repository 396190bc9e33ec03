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
		// A body of GET has no meaning by RFC 9110, section 9.3.1, and API Gateway takes none for {}.
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

// modelForm is what models may be called.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html: "Model names can
// only contain alphanumeric characters."
var modelForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// nameError says what is wrong with a name that API Gateway does not take, or has already.
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
