package accessdiff

import (
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// compareBypasses compares what leads past the routes' guards, and what gives answers to others.
func (p pair) compareBypasses(add func(Change)) {
	p.endpoint(add)
	p.functionURLs(add)
	p.caches(add)
	if !p.lost {
		p.answered(add)
		p.tenants(add)
		p.callers(add)
		p.keptAnswers(add)
		p.sources(add)
	}
}

// findRequest finds a request to one of some routes that the wider API allows, if necessary under conditions that
// requests may not be able to meet. It calls of for each request, without a caller.
func (p pair) findRequest(of func(gain) bool) (g gain, ok bool) {
	var unsure gain
	docs := p.documents()
	sure, assumed, _ := environments(p.private(), docs...)
	all := append(sure, assumed...)
	requests, _ := p.requests(docs)
	for _, q := range requests {
		g.request = q
		g.route, ok = p.is.matched(q.verb, q.path)
		if !ok || g.route.Preflight || notKnown(g.route) || !of(g) {
			continue
		}
		callers, _ := p.is.candidates(g.route, q.path, nil, p.was)
		for _, g.caller = range callers {
			for i := range all {
				if g.env = &all[i]; !p.is.allows(g.request) {
					continue
				}
				if g.env.about == nil {
					return g, true
				}
				if unsure.env == nil {
					unsure = g
				}
			}
		}
	}
	return unsure, unsure.env != nil
}

// functionURLs compares the addresses at which functions behind routes are called without the API.
func (p pair) functionURLs(add func(Change)) {
	for _, u := range p.is.api.FunctionURLs {
		before := "" // who may call the function by a URL of the other side
		for _, other := range p.was.api.FunctionURLs {
			if other.Function == u.Function && (before == "" || other.AuthType == "NONE") {
				before = other.AuthType
				if before == "" {
					before = "not known"
				}
			}
		}
		g := gain{request: request{verb: "GET", path: "/", env: &environment{}, caller: &caller{}}}
		past := ", past the checks of " + list(u.Routes)
		switch {
		case u.AuthType == "" && before != "not known" && !p.lost:
			add(Change{Effect: Unknown, Text: "who may call " + u.Function + " by its function URL is not known" + past})
		case u.AuthType == "NONE" && before != "NONE":
			g.caller.Kind = Anonymous
			add(p.functionURL(g, u, "everyone "+p.verb()+" "+u.Function+" by its function URL"+past))
		case u.AuthType == "AWS_IAM" && before == "":
			g.caller.Caller = Caller{Kind: Signer, Permitted: true}
			add(p.functionURL(g, u, "callers that IAM allows lambda:InvokeFunctionUrl "+p.verb()+" "+u.Function+
				" by its function URL"+past))
		}
	}
}

func (p pair) functionURL(g gain, u matrix.FunctionURL, text string) Change {
	c := p.change(g, text, "", "")
	if c.Witness != nil {
		c.Witness.Function = u.Function
	}
	return c
}

// caches compares how long answers of Lambda authorizers remain valid. While an answer is cached, a token that has
// expired or was revoked still gets it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
func (p pair) caches(add func(Change)) {
	for _, both := range authorizersOf(p.was.api, p.is.api) {
		was, is := both[0], both[1]
		if was.Cache == nil || is.Cache == nil || !isLambda(is.Kind) || !isLambda(was.Kind) || outlives(is) <= outlives(was) {
			continue
		}
		text := "answers of the authorizer " + p.newerName(was, is)
		if endsWithToken(was) {
			text += p.word(" count for ", " no longer count for ") + period(*is.Cache) + " although a token has expired"
		} else {
			text += " are cached for " + p.withOther(period(*is.Cache), period(*was.Cache))
		}
		g, ok := p.findRequest(func(g gain) bool {
			old, had := p.was.matched(g.verb, g.path)
			return g.route.Authorizer == is.Name && had && old.Authorizer == was.Name
		})
		if !ok {
			continue
		}
		c := p.change(g, text, period(*was.Cache), period(*is.Cache))
		if c.Witness != nil {
			c.Witness.Again = is.Cache.Seconds() - 1
		}
		add(c)
	}
}

// outlives returns how long a cached answer of an authorizer can outlive its token's validity.
func outlives(a matrix.Authorizer) time.Duration {
	if endsWithToken(a) {
		return 0
	}
	return *a.Cache
}

// endsWithToken reports whether the answers of an included authorizer allow nothing once their token has expired, and
// the token cannot end earlier, as a revoked token or a session can.
func endsWithToken(a matrix.Authorizer) bool {
	raw := settingsOf("", a.Variables).raw
	ends := a.Included && raw["policyEndsWithToken"] == "true"
	for name := range raw {
		ends = ends && !strings.HasPrefix(name, "session.") && !strings.Contains(name, "].introspection.")
	}
	return ends
}

// newerName returns the name of the newer of two authorizers.
func (p pair) newerName(was, is matrix.Authorizer) string {
	if p.lost {
		return was.Name
	}
	return is.Name
}

// withOther returns the new value with the old one in brackets.
func (p pair) withOther(wider, other string) string {
	if p.lost {
		wider, other = other, wider
	}
	return wider + " (was " + other + ")"
}

// period formats a duration: "1 h", "5 min", "90 s".
func period(d time.Duration) string {
	switch {
	case d == 0:
		return "no time"
	case d%time.Hour == 0:
		return itoa(int(d/time.Hour)) + " h"
	case d%time.Minute == 0:
		return itoa(int(d/time.Minute)) + " min"
	}
	return itoa(int(d/time.Second)) + " s"
}

// keptAnswers compares which answers stages cache. A caller gets the answer to another caller's request. If the route
// is guarded, the template does not show whether that answer is meant for every caller of the route.
func (p pair) keptAnswers(add func(Change)) {
	at := func(s *side, k matrix.Kept) (matrix.Kept, bool) {
		renamed := -1
		for i, other := range s.api.Kept {
			switch {
			case other.Route != k.Route:
			case other.Stage == k.Stage:
				return other, true
			case !p.bothHaveStage(k.Stage) && !p.bothHaveStage(other.Stage):
				renamed = i
			}
		}
		if renamed < 0 {
			return matrix.Kept{}, false
		}
		return s.api.Kept[renamed], true
	}
	for _, is := range p.is.api.Kept {
		was, some := at(p.was, is)
		if some && was.For == is.For && slices.Equal(was.Keys, is.Keys) {
			continue
		}
		effect := Unknown
		if slices.ContainsFunc(p.is.api.Routes, func(r matrix.Route) bool {
			return r.String() == is.Route && r.Kind == matrix.None
		}) {
			effect = Changed
		}
		text := is.Route + ": answers are cached for " + period(is.For)
		switch lost := slices.ContainsFunc(was.Keys, func(k string) bool { return !slices.Contains(is.Keys, k) }); {
		case !some:
			text += " (was no time), and callers get those that others asked for"
		case lost:
			text += " (was " + period(was.For) + ") by route, " + strings.Join(is.Keys, ", ") + " (was by route, " +
				strings.Join(was.Keys, ", ") + ")"
		default:
			text += " (was " + period(was.For) + ")"
			if is.For <= was.For {
				effect = Changed
			}
		}
		add(Change{Route: is.Route, Effect: effect, Text: text, Was: period(was.For), Is: period(is.For)})
	}
	for _, was := range p.was.api.Kept {
		if _, some := at(p.is, was); !some {
			add(Change{Route: was.Route, Effect: Changed, Text: was.Route + ": answers are no longer cached (was " +
				period(was.For) + ")", Was: period(was.For)})
		}
	}
}

// bothHaveStage reports whether both sides have a stage.
func (p pair) bothHaveStage(stage string) bool {
	return slices.Contains(p.was.api.Stages, stage) && slices.Contains(p.is.api.Stages, stage)
}

// sources reports authorizers that read another part of a request. For a Lambda authorizer with a cache, these parts
// are also the cache key.
func (p pair) sources(add func(Change)) {
	for _, both := range authorizersOf(p.was.api, p.is.api) {
		was, is := both[0], both[1]
		if slices.Equal(was.Sources, is.Sources) {
			continue
		}
		effect := Changed
		if is.Kind == matrix.Request || is.Kind == matrix.Token && !is.Included { // how the function uses them is not known
			effect = Unknown
		}
		before, after := strings.Join(was.Sources, ", "), strings.Join(is.Sources, ", ")
		add(Change{Effect: effect, Text: "the authorizer " + is.Name + " knows callers by " + orNone(after) + " (was " +
			orNone(before) + ")", Was: before, Is: after})
	}
}
