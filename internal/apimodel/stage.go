package apimodel

import (
	"time"
)

// GatewayResponse is how an API answers what its integrations do not.
type GatewayResponse struct {
	ID
	Type       string            // such as "UNAUTHORIZED" or "DEFAULT_4XX"
	StatusCode int               // 0 for the default of its type
	Parameters map[string]string // such as "gatewayresponse.header.Vary": "'Origin'"
	Templates  map[string]string // by content type; nil for the default
}

// Stage is a name that an API is called under. A local run serves the API as the template has it now, whichever
// deployment the stage has.
type Stage struct {
	ID
	Name         string // the first segment of the path
	DeploymentID string // the stand-in for its id
	Variables    map[string]string
	Canary       string // its CanarySetting as the template has it; "" without one

	ResponseCaches []ResponseCache // what its settings say of methods; none without a cache cluster
	Throttles      []Throttle      // likewise
}

// ResponseCache is a stage's setting of which methods' answers API Gateway keeps. A kept answer serves every request of
// the same cache key, regardless of the caller.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
type ResponseCache struct {
	Verb, Path string        // of the methods; "*" for all
	TTL        time.Duration // default 300 s; 0 if nothing is kept
}

// Throttle is a stage's limit of the requests to methods, each by itself and of all callers together. One for a method of
// ANY names a verb.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html: "Per-API,
// per-stage throttling limits are applied at the API method level for a stage."
type Throttle struct {
	Verb, Path string // of the requests; "*" for all
	Rate       Rate
}

// Throttled is the limit that the stage sets the requests with a verb to a path apart from all others by; nil without one.
// A limit of all methods protects the account from the whole world, and a local run has one caller, so it does not count.
func (s *Stage) Throttled(verb, path string) *Rate {
	var all, own *Rate
	for i, t := range s.Throttles {
		switch {
		case t.Path == "*":
			all = &s.Throttles[i].Rate
		case t.Path == path && t.Verb == verb:
			own = &s.Throttles[i].Rate
		}
	}
	if own == nil || all != nil && *own == *all {
		return nil
	}
	return own
}
