package integration

import (
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Route is what matters of a route and its API to the integration that answers it.
type Route struct {
	Pattern   route.Pattern
	Signed    bool     // whether its callers sign their requests with Signature Version 4
	Streams   bool     // whether the table streams its answers
	Cached    bool     // whether the stage caches its answers
	CacheKeys []string // the request parameters that they are cached by, such as "method.request.path.id"

	Caller       *Caller // the caller that headers name; nil without ForwardCaller, or if the call of a service has it
	TellsCallers bool    // whether a route of the API names its caller by headers

	CORS       *corsconfig.Config // nil if pages of other origins do not call the API
	BinaryJSON bool               // whether the API takes a JSON body for binary data
}

// Caller is the caller of a route as mapping expressions, such as "context.authorizer.principalId".
type Caller struct {
	Principal string
	Issuer    string // "" if the guard does not tell who issued the principal
	Own       bool   // whether a function of the app's own writes the principal
}
