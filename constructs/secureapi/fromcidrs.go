package secureapi

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// FromCIDRs restricts a route to callers from these IPv4 or IPv6 addresses: "203.0.113.0/24", or a single address. It
// adds to the route's guard or [Public]. Callers from elsewhere get a 403 before an authorizer runs. A PRIVATE API
// compares the address inside the VPC (aws:VpcSourceIp). Any other API compares the public address (aws:SourceIp);
// behind a proxy or a CDN, that is the address of the proxy. Ranges may be CDK tokens. If [ResourcePolicy.AllowCIDRs]
// is set, callers have to match both.
//
// FromCIDRs becomes a Deny in the API's resource policy for all paths except those of the other routes, so no spelling
// of the route's path avoids it. Because * in a policy matches slashes, a route that another pattern would cover is
// refused: "GET /admin" beside "GET /{proxy+}", for example. Preflight requests are answered for every address.
func FromCIDRs(ranges ...string) Access {
	return restriction{plan.FromCIDRs{Ranges: slices.Clone(ranges)}}
}
