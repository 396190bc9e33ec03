package integration

import (
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Route has the settings of a route and its API that the checks of its integration depend on.
type Route struct {
	Pattern   route.Pattern
	Signed    bool     // whether callers sign requests with Signature Version 4
	Streams   bool     // whether the route is Streamed
	Cached    bool     // whether the stage caches the answers
	CacheKeys []string // the request parameters in the cache key, such as "method.request.path.id"

	Caller       *Caller // the caller to name in headers; nil without ForwardCaller, or if a service call has the caller
	TellsCallers bool    // whether a route of the API names its caller in headers

	CORS       *corsconfig.Config // nil without CORS
	BinaryJSON bool               // whether the API's binary media types match application/json
}

// Caller is the caller of a route as mapping expressions, such as "context.authorizer.principalId".
type Caller struct {
	Principal string
	Issuer    string // "" if the guard does not return an issuer
	Own       bool   // whether the app's own authorizer function returns the principal
}
