package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// OwnersWarning is the ID of the warning that a [PathParameter] is compared with a claim of tokens from several
// issuers, or that a [Tenant] is taken from one. A claim such as sub identifies a caller only within its issuer, so a
// caller of one issuer could reach what belongs to a caller of another. To fix this, restrict the route to one issuer
// with Claim("iss").Is. If the claim identifies the same callers at all issuers, acknowledge the warning:
//
//	reason := jsii.String("the tenants of both issuers are ours")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.OwnersWarning), reason)
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
const OwnersWarning = "gatehouse:ownersOfSeveralIssuers"

// UsageKeysWarning is the ID of the warning that tokens of several issuers name API keys ([JWT.UsageKeyClaim]). One
// issuer could then name the key of another issuer's customer. To fix this, restrict each route that needs a key to one
// issuer with Claim("iss").Is. If each issuer writes only the keys of its own customers, acknowledge the warning:
//
//	reason := jsii.String("both issuers write the keys of their own customers")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.UsageKeysWarning), reason)
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
const UsageKeysWarning = "gatehouse:usageKeysOfSeveralIssuers"

// warnOfSharedOwners warns of routes and API keys that confuse callers of different issuers.
func (b *builder) warnOfSharedOwners() {
	warn := func(id, warning string) {
		if warning != "" {
			annotation.Warn(b.api, id, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
		}
	}
	warn(OwnersWarning, b.plan.SharedOwners(OwnersWarning))
	warn(UsageKeysWarning, b.plan.SharedKeys(UsageKeysWarning))
}
