package plan

import "time"

// CacheResponse caches a route's answers in API Gateway.
type CacheResponse struct {
	TTL time.Duration
	By  []CacheKey // in addition to the path's parameters
}

// CacheKey is a request parameter that is part of the cache key of an answer.
type CacheKey struct {
	In   string // "querystring" or "header"
	Name string
}

func (CacheResponse) isAccess() {}
