package apimodel

import (
	"time"
)

// Caches returns how long the stage caches a method's answers; 0 for not at all. The setting of the method itself takes
// precedence. A setting for all verbs applies only to GET, which a method for ANY answers too.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html: "only GET methods have
// caching enabled by default".
func (s *Stage) Caches(m *Method) time.Duration {
	var ttl time.Duration
	for _, c := range s.ResponseCaches {
		if c.Path != "*" && c.Path != m.Path {
			continue
		}
		if c.Verb == m.Verb && c.Path == m.Path {
			return c.TTL
		}
		if c.Verb == m.Verb || c.Verb == "*" && (m.Verb == "GET" || m.Verb == "ANY") {
			ttl = max(ttl, c.TTL)
		}
	}
	return ttl
}
