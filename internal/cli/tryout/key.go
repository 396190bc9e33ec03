package tryout

import "github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"

// Owner describes whose key it is, and what its owner may call.
func Owner(k checks.AccessKey) string {
	if k.Principal == nil {
		return "developer, who may call everything"
	}
	return k.Principal.ID.String() + ", limited by its policies"
}
