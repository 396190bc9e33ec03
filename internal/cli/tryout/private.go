package tryout

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// allowedVPC returns a VPC endpoint that the resource policy of a private API allows, or else a VPC; "" if it names
// neither.
func allowedVPC(api *apimodel.API) string {
	policy, err := iampolicy.Parse(string(api.Policy))
	if err != nil || !slices.Contains(api.EndpointTypes, "PRIVATE") {
		return ""
	}
	for _, key := range []string{"aws:SourceVpce", "aws:SourceVpc"} {
		for _, s := range policy.Statements {
			for _, c := range s.Conditions {
				// Values that are allowed if they are equal, or denied if they are not.
				allows := (s.Effect == iampolicy.Deny) == strings.HasPrefix(c.Operator, "StringNot")
				if allows && strings.EqualFold(c.Key, key) && len(c.Values) > 0 {
					return c.Values[0]
				}
			}
		}
	}
	return ""
}
