package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// forbiddenHeaders are the headers that the integration request of AWS and AWS_PROXY must not set.
var forbiddenHeaders = []string{
	"Authorization",
	"Connection",
	"Content-Length",
	"Expect",
	"Proxy-Authenticate",
	"TE",
	"Transfer-Encoding",
	"X-Amzn-Trace-Id",
}

// Forbidden are the parameter mappings of an AWS_PROXY integration that set forbidden headers. API Gateway applies no
// mappings of an AWS_PROXY integration, but fails on these.
//
// Source: recorded on AWS for ILLEGAL_INTEGRATION_REQUESTS_AWS in
// https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/apigateway/next_gen/execute_api/handlers/integration_request.py
type Forbidden []forbidden

type forbidden struct {
	header string
	get    func(s *Source, f *Failure) (string, bool) // nil if it is not known whether the value exists
}

// NewForbidden reads the RequestParameters of an integration.
func NewForbidden(i *apimodel.Integration) (list Forbidden) {
	if i.Type != apimodel.IntegrationProxy {
		return nil
	}
	for _, to := range slices.Sorted(maps.Keys(i.RequestParameters)) {
		header, ok := strings.CutPrefix(to, "integration.request.header.")
		if !ok ||
			!slices.ContainsFunc(forbiddenHeaders, func(name string) bool { return strings.EqualFold(name, header) }) {
			continue
		}
		get, err := parseValue(i.RequestParameters[to], true)
		if err != nil {
			get = nil
		}
		list = append(list, forbidden{header, get})
	}
	return list
}

// Check returns API Gateway's answer to a request for which one of the mappings has, or may have, a value; else nil.
func (list Forbidden) Check(s *Source) *Failure {
	for _, one := range list {
		if one.get != nil {
			if value, ok := one.get(s, &Failure{}); !ok || value == "" {
				continue
			}
		}
		return Internal(
			500,
			fmt.Sprintf(
				"the integration's RequestParameters set the header %s, which API Gateway does not allow: leave it out",
				one.header,
			),
		)
	}
	return nil
}
