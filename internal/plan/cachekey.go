package plan

import "time"

// CacheResponse has API Gateway keep a route's answers.
type CacheResponse struct {
	TTL time.Duration
	By  []CacheKey // beside the path's parameters
}

// CacheKey is a parameter of the request that answers are kept by.
type CacheKey struct {
	In   string // "querystring" or "header"
	Name string
}

func (CacheResponse) isAccess() {}
