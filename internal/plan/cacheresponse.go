package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var _ Word = CacheResponse{}

func (CacheResponse) word() string { return "CacheResponse" }

// maxResponseTTL is the longest time that a stage caches an answer.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
const maxResponseTTL = time.Hour

func (c CacheResponse) addTo(r *PlannedRoute) (errs []error) {
	if r.Cache != nil {
		return []error{errors.New("it has CacheResponse twice: leave one of them out")}
	}
	r.Cache = &c
	if c.TTL <= 0 || c.TTL > maxResponseTTL || c.TTL%time.Second != 0 {
		errs = append(errs, fmt.Errorf("it has CacheResponse(%s): want whole seconds, of 1s to %s", c.TTL, maxResponseTTL))
	}
	for i, k := range c.By {
		switch {
		case k.In == "":
			errs = append(errs, errors.New("its CacheResponse has an empty CacheKey: make it with CacheKeyQuery or "+
				"CacheKeyHeader"))
		case !parameterForm.MatchString(k.Name):
			errs = append(errs, fmt.Errorf("its CacheResponse has the key %q: want the name of a parameter, of letters, digits "+
				"and . _ $ -", k.Name))
		case slices.Contains(c.By[:i], k):
			errs = append(errs, fmt.Errorf("its CacheResponse has the key %q twice: leave one out", k.Name))
		}
	}
	return errs
}

// checkCache refuses to cache answers that are for one caller, or of requests that change something.
func (r *PlannedRoute) checkCache() []error {
	switch {
	case r.Cache == nil:
		return nil
	case r.Guard != nil:
		return []error{fmt.Errorf("it has CacheResponse, and %s guards it: API Gateway does not keep answers by the caller, "+
			"so one caller would get the answer of another: leave it out and cache in the function, or make the route Public",
			r.Guard)}
	case r.KeyOnly:
		return []error{
			errors.New("it has CacheResponse and needs an API key: API Gateway does not keep answers by the key, " +
				"so one caller would get the answer of another: leave one of the two out"),
		}
	case r.Pattern.Verb != "GET":
		return []error{fmt.Errorf("it has CacheResponse, and its verb is %s: API Gateway would keep the answer of a request "+
			"that may change something, or of several verbs as one: leave it out, or write a route for GET", r.Pattern.Verb)}
	case r.Streams:
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
		return []error{
			errors.New("it has CacheResponse and streams its answers, which API Gateway does not keep: leave one " +
				"of the two out"),
		}
	}
	return nil
}

// CacheKeys returns the request parameters that a route's answers are cached by, as API Gateway writes them:
//   - those of the path
//   - each parameter that the table requires
//   - those that CacheResponse names
//   - with CORS the origin, because a function's answer names it
//
// API Gateway adds no parameter on its own. Without the path's, the answer for /toys/1 would also be given for /toys/2.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html and
// https://github.com/hashicorp/terraform-provider-aws/issues/856
func (p *Plan) CacheKeys(r PlannedRoute) (keys []string) {
	if r.Cache == nil {
		return nil
	}
	add := func(key string) {
		if !slices.ContainsFunc(keys, func(have string) bool { return strings.EqualFold(have, key) }) {
			keys = append(keys, key)
		}
	}
	for _, s := range r.Pattern.Segments {
		if s.Kind != route.Literal {
			add("method.request.path." + s.Text)
		}
	}
	for _, key := range r.Parameters {
		add(key)
	}
	for _, k := range r.Cache.By {
		add("method.request." + k.In + "." + k.Name)
	}
	if p.props.CORS != nil {
		add("method.request.header.Origin")
	}
	return keys
}

// cacheSizes are the sizes that a stage's cache may have, in GB.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html (cacheClusterSize)
var cacheSizes = []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}

// CacheSize returns the size of the stage's cache, or "" if there is no cache.
func (p *Plan) CacheSize() string {
	if !slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.Cache != nil }) {
		return ""
	}
	if size := p.props.Stage.CacheSize; size != "" {
		return size
	}
	return cacheSizes[0]
}

// checkCaches refuses settings for a cache that the stage does not have, and settings given twice.
func (p *Plan) checkCaches() (errs []error) {
	size, r := p.props.Stage.CacheSize, p.props.RestAPI
	if size != "" && !slices.Contains(cacheSizes, size) {
		errs = append(errs, fmt.Errorf("Stage.CacheSize is %q: want one of %s, in GB", size, strings.Join(cacheSizes, ", ")))
	}
	caches := p.CacheSize() != ""
	if size != "" && !caches {
		errs = append(
			errs,
			errors.New("Stage.CacheSize is set, and no route has CacheResponse, so that a cache would be paid "+
				"for and not used: leave it out"),
		)
	}
	if caches && r != nil && (r.CacheCluster || r.NoCacheCluster) {
		errs = append(errs, errors.New("RestApiProps.DeployOptions set CacheClusterEnabled or CacheClusterSize, and routes "+
			"have CacheResponse, which makes the cache: leave them out, and set Stage.CacheSize for its size"))
	}
	return errs
}
