package cloudassembly

import "time"

// ResponseCache is a stage's setting of which methods' answers API Gateway keeps. A kept answer serves every request of the
// same cache key, regardless of the caller.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
type ResponseCache struct {
	Verb, Path string        // of the methods; "*" for all
	TTL        time.Duration // default 300 s; 0 if nothing is kept
}

const responseTTL = 300 * time.Second

// Caches is how long the stage keeps a method's answers, 0 for not at all. The setting of the method itself comes first; one
// of all verbs is about GET alone, which a method of ANY answers too.
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

// readResponseCaches reads the settings of a stage's cache. Without a cluster a stage has none, and
// AWS::ApiGateway::Deployment can turn it on for the stage as a whole too.
func (r *reader) readResponseCaches(s *Stage) {
	r = r.notice()
	if !r.bool("CacheClusterEnabled") {
		return
	}
	if r.bool("CachingEnabled") {
		s.ResponseCaches = append(s.ResponseCaches, ResponseCache{Verb: "*", Path: "*", TTL: r.responseTTL()})
	}
	for _, in := range r.objects("MethodSettings") {
		c := ResponseCache{Verb: in.text("HttpMethod"), Path: settingPath(in.text("ResourcePath"))}
		if in.bool("CachingEnabled") {
			c.TTL = in.responseTTL()
			in.problem("the responses of %s %s are not cached", c.Verb, c.Path)
		}
		s.ResponseCaches = append(s.ResponseCaches, c)
	}
}

func (r *reader) responseTTL() time.Duration {
	if s := r.integer("CacheTtlInSeconds"); s != nil {
		return time.Duration(*s) * time.Second
	}
	return responseTTL
}
