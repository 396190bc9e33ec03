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

	CORS       *corsconfig.Config // nil if pages of other origins do not call the API
	BinaryJSON bool               // whether the API takes a JSON body for binary data
}
