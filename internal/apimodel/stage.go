package apimodel

import (
	"time"
)

// GatewayResponse is how an API answers a request that no integration answers.
type GatewayResponse struct {
	ID
	Type       string            // such as "UNAUTHORIZED" or "DEFAULT_4XX"
	StatusCode int               // 0 for the default of the type
	Parameters map[string]string // such as "gatewayresponse.header.Vary": "'Origin'"
	Templates  map[string]string // by content type; nil for the default
}

// Stage is a name under which an API is called. A local run serves the API as in the template, regardless of the
// stage's deployment.
type Stage struct {
	ID
	Name         string // the first segment of the path
	DeploymentID string // the stand-in for its id
	Variables    map[string]string
	Canary       string // the CanarySetting as in the template; "" without one
	AccessLog    string // the format of the access log; "" without one

	ResponseCaches []ResponseCache // the cache settings of methods; none without a cache cluster
	Throttles      []Throttle      // the limits of methods
}

// ResponseCache is a stage's setting for caching the answers of methods. A cached answer serves every request with the
// same cache key, regardless of the caller.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
type ResponseCache struct {
	Verb, Path string        // of the methods that it applies to; "*" for all
	TTL        time.Duration // default 300 s; 0 if nothing is cached
}

// Throttle is a stage's limit for requests to methods. It applies to each method separately, and to all callers
// together. For a method of ANY it names a verb.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html: "Per-API,
// per-stage throttling limits are applied at the API method level for a stage."
type Throttle struct {
	Verb, Path string // of the requests that it limits; "*" for all
	Rate       Rate
}

// Throttled returns the stage's own limit for requests with a verb to a path; nil without one. A limit for all methods
// does not count: it protects the account from the whole world, and a local run has one caller.
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
