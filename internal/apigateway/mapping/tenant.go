package mapping

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Tenant is the mapping of the tenant ID that an AWS_PROXY integration passes to its function. The zero value passes
// none.
type Tenant struct {
	get func(*Source) ([]string, *Failure)
}

// NewTenant reads the RequestParameters of an integration. It returns an error for a mapping that this gateway cannot
// evaluate.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
func NewTenant(i *apimodel.Integration) (t Tenant, err error) {
	if from := i.Tenant(); from != "" && i.Type == apimodel.IntegrationProxy {
		t.get, err = parseRequestValue(from)
	}
	return t, err
}

// ID returns the tenant ID of a request, or "" for none. Several values of a query parameter become one text.
func (t Tenant) ID(s *Source) (string, *Failure) {
	if t.get == nil {
		return "", nil
	}
	values, f := t.get(s)
	return strings.Join(values, ","), f
}
