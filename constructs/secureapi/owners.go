package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// OwnersWarning is the id of the warning that a [PathParameter] is compared with a claim of tokens of several issuers. A
// claim such as sub says who the caller is within its issuer alone, so a caller of one issuer would get what belongs to
// a caller of another. It is also that of [JWT.UsageKeyClaim] where tokens of several issuers name API keys, as one of
// them could name the key of another one's customer. A requirement of one issuer on the route, [Claim]("iss").Is, ends
// it. Once the claim is known to name the same callers in the tokens of all issuers, or each issuer its own customers:
//
//	reason := jsii.String("the tenants of both issuers are ours")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.OwnersWarning), reason)
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
const OwnersWarning = "gatehouse:ownersOfSeveralIssuers"

// warnOfSharedOwners warns of routes and of API keys that take a caller of one issuer for one of another: see
// [OwnersWarning].
func (b *builder) warnOfSharedOwners() {
	for _, warning := range []string{b.plan.SharedOwners(OwnersWarning), b.plan.SharedKeys(OwnersWarning)} {
		if warning != "" {
			annotation.Warn(b.api, OwnersWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
		}
	}
}
