package secureapi

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// FromCIDRs restricts a route to callers from ranges of addresses, IPv4 or IPv6: "203.0.113.0/24", or one address. It
// stands beside a route's guard or [Public], and a caller from elsewhere gets 403 before any authorizer runs. On a
// PRIVATE API the address inside the VPC counts (aws:VpcSourceIp), otherwise the public one (aws:SourceIp), which
// behind a proxy or a CDN is that one's. Entries may be CDK tokens. Where [ResourcePolicy.AllowCIDRs] is set, a caller
// has to be in both.
//
// It becomes a Deny in the API's resource policy for all but the paths of the other routes, so that no spelling of the
// route's path evades it. Since the * of a policy crosses slashes, a route is refused that another one's pattern would
// cover: "GET /admin" beside "GET /{proxy+}", for one. Preflights are answered to every address.
func FromCIDRs(ranges ...string) Access {
	return restriction{plan.FromCIDRs{Ranges: slices.Clone(ranges)}}
}
