package accessdiff

import (
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// same reports whether everything but the routes is the same on both sides. With a resource policy it is never the
// same: what the policy for a token denies depends on all routes, and a resource policy may allow what that policy
// leaves open.
func (p pair) same() bool {
	x, y := p.was.api, p.is.api
	if p.was.policy != nil || p.is.policy != nil {
		return false
	}
	x.Routes, y.Routes = nil, nil
	x.ID = y.ID
	return reflect.DeepEqual(x, y)
}

// gains finds requests that the wider API allows and the other one refuses. unsure are those under conditions that a
// request may not be able to meet.
//
// unlike are pairs of routes where an app's own function decides on one side. There, too, a request is a gain if the
// other API refuses it whatever its guard decides, for example because of the resource policy.
func (p pair) gains() (found, unsure []gain, unlike map[[2]string][2]matrix.Route, complete bool) {
	same := p.same()
	docs := p.documents()
	sure, assumed, all := environments(p.private(), docs...)
	requests, complete := p.requests(docs)
	complete = complete && all
	steps := p.steps
	unlike = map[[2]string][2]matrix.Route{}
	var between []*side
	for _, q := range requests {
		r, ok := p.is.matched(q.verb, q.path)
		old, had := p.was.matched(q.verb, q.path)
		if !ok || p.nothingToTry(r, old, had, same) {
			continue
		}
		if had && old.Preflight {
			had = false
			if !slices.ContainsFunc(p.was.api.Routes, func(o matrix.Route) bool { return o.String() == r.String() }) {
				old = matrix.Route{} // report it as a new route
			}
		}
		callers, all := p.is.candidates(r, q.path, old.Requires, p.was)
		complete = complete && all
		told := map[gainer]bool{}
		for _, c := range append(callers, p.variants(callers, old, had)...) {
			stands := []*caller{c}
			if had && p.unlikeFor(c, old) {
				unlike[[2]string{old.String(), r.String()}] = [2]matrix.Route{old, r}
				stands, all = p.inFavour(c, old)
				complete = complete && all
			}
			q.caller = c
			g := gain{request: q, route: r, old: old, had: had}
			for i := range sure {
				g.env = &sure[i]
				if told[gainer{c.beside, g.env}] {
					continue // the original caller gained too, so the variant's token is not the reason
				}
				if p.gained(g.request, had, stands) {
					told[gainer{c, g.env}] = true
					if between == nil {
						between = steps()
					}
					if g.step = byRoute; had {
						g.step = attribute(between, g.by(stands[0]))
					}
					found = append(found, g)
				}
			}
			for i := range assumed {
				if g.env = &assumed[i]; p.gained(g.request, had, stands) {
					unsure = append(unsure, g)
				}
			}
		}
	}
	return found, unsure, unlike, complete
}

// nothingToTry reports whether no request to a route can be a gain, or the route is reported elsewhere as unknown. same
// is [pair.same].
func (p pair) nothingToTry(r, old matrix.Route, had, same bool) bool {
	if r.Preflight || notKnown(r) || had && notKnown(old) || same && had && isIndependent(r) && reflect.DeepEqual(r, old) {
		return true
	}
	return had && old.Preflight && p.lost // a preflight, which needs no token, is answered now
}

// gainer is a caller that gained a request, in one of the environments.
type gainer struct {
	caller *caller
	env    *environment
}

// documents returns the policies of both sides.
func (p pair) documents() (docs []iampolicy.Document) {
	for _, s := range []*side{p.was, p.is} {
		if s.policy != nil {
			docs = append(docs, *s.policy)
		}
		for _, pr := range s.principals {
			docs = append(docs, pr.policy)
		}
	}
	return docs
}

// requests returns one request of each class that the routes and some policies distinguish, without a caller. complete
// is false if there are too many classes.
func (p pair) requests(docs []iampolicy.Document) (out []request, complete bool) {
	complete = true
	patterns := slices.Concat(p.is.table.Patterns(), p.was.table.Patterns())
	tails := tailsOf(docs)
	escapes := p.escapes()
	known := map[string][]pathClass{}
	stages := p.is.api.Stages
	if len(stages) == 0 {
		stages = []string{"prod"}
	}
	for _, stage := range stages {
		for _, verb := range route.Verbs {
			var heads []string
			if len(tails) > 0 {
				heads = p.heads(stage, verb)
			}
			key := strings.Join(heads, " ")
			paths, ok := known[key]
			if !ok {
				var all bool
				paths, all = classes(patterns, heads, tails, escapes)
				known[key] = paths
				complete = complete && all
			}
			for _, class := range paths {
				out = append(out, request{stage: stage, verb: verb, path: class.path})
				more, all := p.distinctPaths(verb, class.path)
				complete = complete && all
				for _, path := range more {
					out = append(out, request{stage: stage, verb: verb, path: path})
				}
			}
		}
	}
	return out, complete
}

// heads returns the beginnings of the ARNs that policies compare for a request to a stage: that of the stage and, for
// the other side, which may lack the stage, those of all its stages, on which the request is tried there.
func (p pair) heads(stage, verb string) []string {
	out := []string{tailOf(p.is.api.ARN) + "/" + stage + "/" + verb}
	for _, s := range p.was.stagesFor(stage) {
		out = append(out, tailOf(p.was.api.ARN)+"/"+s+"/"+verb)
	}
	return unique(out)
}

// gained reports whether the wider API allows a request and the other one refuses it, for every one of the callers that
// may stand for its caller there.
func (p pair) gained(q request, had bool, stands []*caller) bool {
	return p.is.allows(q) && !(had && slices.ContainsFunc(stands, func(c *caller) bool {
		return p.was.allowsOn(q.by(c))
	}))
}

// attribute returns the first step at which a request is allowed.
func attribute(between []*side, q request) step {
	for i, s := range between {
		if s != nil && s.allowsOn(q) {
			return step(i)
		}
	}
	return byRoute
}

// escapes reports whether an authorizer of either side distinguishes escapes in paths.
func (p pair) escapes() bool {
	for _, s := range []*side{p.was, p.is} {
		for _, g := range s.guards {
			if g.settings.denyEscapes {
				return true
			}
		}
	}
	return false
}

// tailsOf returns the parts of policies' resources after an ARN's fifth colon, each once.
func tailsOf(docs []iampolicy.Document) (out []string) {
	for _, d := range docs {
		for _, s := range d.Statements {
			for _, r := range slices.Concat(s.Resource, s.NotResource) {
				if t := tailOf(r); !slices.Contains(out, t) && t != "*" {
					out = append(out, t)
				}
			}
		}
	}
	return out
}
