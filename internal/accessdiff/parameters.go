package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// mostPaths limits the paths that are tried for one class.
const mostPaths = 256

// distinctPaths returns paths of the same routes that differ in the parameters that requirements compare with claims.
// If all parameters of a path are equal, a caller that needs two of them in one claim looks like one that needs one,
// and no caller has a claim that must be both a parameter and another text. So each parameter is tried with each text
// that is required in a claim, and with texts that make any two parameters equal or different. complete is false if
// that gives too many paths.
func (p pair) distinctPaths(verb, path string) (paths []string, complete bool) {
	var places []int
	var texts []string
	for _, s := range []*side{p.is, p.was} {
		if r, ok := s.matched(verb, path); ok {
			at, values := ownedBy(r)
			places, texts = append(places, at...), append(texts, values...)
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(places) < 2 && len(texts) == 0 {
		return nil, true
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(places) == 0 || places[len(places)-1] >= len(segments) {
		return nil, true
	}
	complete = true
	var set func(i, others int)
	set = func(i, others int) {
		if len(paths) >= mostPaths {
			complete = false
			return
		}
		if i == len(places) {
			if made := "/" + strings.Join(segments, "/"); made != path {
				paths = append(paths, made)
			}
			return
		}
		at := places[i]
		was := segments[at]
		for _, text := range texts {
			segments[at] = text
			set(i+1, others)
		}
		// All other values are interchangeable, so only one more than those in use is tried.
		for n := range others + 1 {
			segments[at] = was + strings.Repeat("7", n)
			set(i+1, max(others, n+1))
		}
		segments[at] = was
	}
	set(0, 0)
	return paths, complete
}

// ownedBy returns the segments of a route's path that its requirements compare with claims, and the texts that they
// require in the same claims.
func ownedBy(r matrix.Route) (places []int, texts []string) {
	pattern, err := route.Parse(r.String())
	if err != nil {
		return nil, nil
	}
	claims := map[string]bool{}
	for _, req := range r.Requires {
		for of := range req.Paths {
			claims[of.Claim] = true
			if at := (access.Rule{Pattern: pattern}).Parameter(of.Parameter); at >= 0 {
				places = append(places, at)
			}
		}
	}
	for _, req := range r.Requires {
		for _, of := range append([]access.Requirement{req}, req.Either...) {
			if (of.Kind == access.Claim || of.Kind == access.ClaimHas) && claims[of.Claim] {
				texts = append(texts, slices.DeleteFunc(slices.Clone(of.AnyOf), func(t string) bool {
					return !access.Usable(t)
				})...)
			}
		}
	}
	return places, texts
}
