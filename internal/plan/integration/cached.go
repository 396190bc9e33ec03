package integration

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// paramOfTemplate matches the request parameters in a mapping template.
var paramOfTemplate = regexp.MustCompile(`\$\{?input\.params\(\s*['"]([^'"]+)['"]\s*\)`)

// callerOfTemplate matches the values of the caller in a mapping template.
var callerOfTemplate = regexp.MustCompile(`\$\{?context\.(?:identity|authorizer)\b[A-Za-z0-9._-]*`)

// checkCached refuses an integration that forwards a value of the request that is not part of the cache key, or a value
// of the caller. Otherwise a request could get the cached answer to another request or caller.
func (r Route) checkCached(i Integration) error {
	if !r.Cached {
		return nil
	}
	keys := slices.Concat(r.CacheKeys, i.CacheKeys)
	kept := func(in, name string) bool {
		return slices.ContainsFunc(keys, func(key string) bool {
			_, of, _ := strings.Cut(strings.TrimPrefix(key, "method.request."), ".")
			return of == name && (in == "" || strings.HasPrefix(key, "method.request."+in+".")) ||
				in != "path" && in != "querystring" && strings.EqualFold(key, "method.request.header."+name)
		})
	}
	var errs []error
	unkept := func(in, name string) {
		word := map[string]string{"header": "CacheKeyHeader", "querystring": "CacheKeyQuery"}[in]
		if word == "" {
			word = "CacheKeyQuery or CacheKeyHeader"
		}
		errs = append(errs, fmt.Errorf("it has CacheResponse, and its integration sends the request's %s on, which is "+
			"not a part of the cache key, so one request would get the answer to another: give CacheResponse %s", name, word))
	}
	caller := func(what string) {
		errs = append(errs, fmt.Errorf("it has CacheResponse, and its integration sends %s on, which may differ between "+
			"callers, so one caller would get the answer of another: leave one of the two out", what))
	}
	for _, to := range slices.Sorted(maps.Keys(i.Parameters)) {
		from := i.Parameters[to]
		in, name, _ := strings.Cut(strings.TrimPrefix(from, "method.request."), ".")
		in = strings.TrimPrefix(in, "multivalue")
		switch {
		case strings.HasPrefix(from, "context.identity."), strings.HasPrefix(from, "context.authorizer."),
			strings.HasPrefix(from, "method.request.body"):
			caller(from)
		case strings.HasPrefix(from, "method.request.") && !kept(in, name):
			unkept(in, name)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(i.Requests)) {
		for _, named := range paramOfTemplate.FindAllStringSubmatch(i.Requests[kind], -1) {
			if !kept("", named[1]) {
				unkept("", named[1])
			}
		}
		for _, what := range callerOfTemplate.FindAllString(i.Requests[kind], -1) {
			caller(what)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("route %q: %w", r.Pattern, errors.Join(errs...))
}
