package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// OwnersWarning is the id of the warning that a [PathParameter] is compared with a claim of tokens of several issuers.
// A claim such as sub says who the caller is within its issuer alone, so a caller of one issuer would get what belongs
// to a caller of another. A requirement of one issuer on the route, [Claim]("iss").Is, ends it. Once the claim is known
// to name the same callers in the tokens of all issuers:
//
//	reason := jsii.String("the tenants of both issuers are ours")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.OwnersWarning), reason)
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
const OwnersWarning = "gatehouse:ownersOfSeveralIssuers"

// UsageKeysWarning is the id of the warning that tokens of several issuers name API keys, by [JWT.UsageKeyClaim]: one
// of them could name the key of another one's customer. A requirement of one issuer on each route that needs a key,
// [Claim]("iss").Is, ends it. Once each issuer is known to write the keys of its own customers alone:
//
//	reason := jsii.String("both issuers write the keys of their own customers")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.UsageKeysWarning), reason)
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
const UsageKeysWarning = "gatehouse:usageKeysOfSeveralIssuers"

// warnOfSharedOwners warns of routes and of API keys that take a caller of one issuer for one of another.
func (b *builder) warnOfSharedOwners() {
	warn := func(id, warning string) {
		if warning != "" {
			annotation.Warn(b.api, id, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
		}
	}
	warn(OwnersWarning, b.plan.SharedOwners(OwnersWarning))
	warn(UsageKeysWarning, b.plan.SharedKeys(UsageKeysWarning))
}
