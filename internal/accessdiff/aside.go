package accessdiff

import (
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// aside compares what leads past the routes' guards, and what lets others have answers.
func (p pair) aside(add func(Change)) {
	p.endpoint(add)
	p.functionURLs(add)
	p.caches(add)
	if !p.lost {
		p.answered(add)
		p.keptAnswers(add)
		p.sources(add)
	}
}

// some finds a request to one of some routes that the wider API allows, if need be under conditions of which it is not
// known whether a request can meet them. Of is asked of each without a caller.
func (p pair) some(of func(gain) bool) (g gain, ok bool) {
	var unsure gain
	docs := p.documents()
	sure, assumed, _ := environments(docs...)
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

// functionURLs compares the addresses of functions behind routes, by which they are called without the API.
func (p pair) functionURLs(add func(Change)) {
	for _, u := range p.is.api.FunctionURLs {
		before := "" // who calls it by a URL of the other side
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

// caches compares for how long answers of Lambda authorizers count. While one is kept, a token that has expired or was
// revoked still gets what it got.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
func (p pair) caches(add func(Change)) {
	for _, both := range authorizersOf(p.was.api, p.is.api) {
		was, is := both[0], both[1]
		if was.Cache == nil || is.Cache == nil || !isLambda(is.Kind) || !isLambda(was.Kind) || outlives(is) <= outlives(was) {
			continue
		}
		text := "answers of the authorizer " + p.named(was, is)
		if endsWithToken(was) {
			text += p.word(" count for ", " no longer count for ") + period(*is.Cache) + " although a token has expired"
		} else {
			text += " are cached for " + p.ordered(period(*is.Cache), period(*was.Cache))
		}
		g, ok := p.some(func(g gain) bool {
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

// outlives is for how long an answer of an authorizer counts that its token, when it is asked again, would not get.
func outlives(a matrix.Authorizer) time.Duration {
	if endsWithToken(a) {
		return 0
	}
	return *a.Cache
}

// endsWithToken reports whether the answers of an included authorizer allow nothing once their token has expired, and
// the token cannot end before, as one that is revoked or a session does.
func endsWithToken(a matrix.Authorizer) bool {
	raw := settingsOf("", a.Variables).raw
	ends := a.Included && raw["policyEndsWithToken"] == "true"
	for name := range raw {
		ends = ends && !strings.HasPrefix(name, "session.") && !strings.Contains(name, "].introspection.")
	}
	return ends
}

// named is the name of the newer one of two authorizers.
func (p pair) named(was, is matrix.Authorizer) string {
	if p.lost {
		return was.Name
	}
	return is.Name
}

// ordered is what there is with what there was in brackets.
func (p pair) ordered(wider, other string) string {
	if p.lost {
		wider, other = other, wider
	}
	return wider + " (was " + other + ")"
}

// period is a duration in words: "1 h", "5 min", "90 s".
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

// keptAnswers compares which answers stages keep. A caller gets the answer that another one asked for. Where the route
// is guarded, whether that is for all who may call is not in the template.
func (p pair) keptAnswers(add func(Change)) {
	at := func(s *side, k matrix.Kept) (matrix.Kept, bool) {
		renamed := -1
		for i, other := range s.api.Kept {
			switch {
			case other.Route != k.Route:
			case other.Stage == k.Stage:
				return other, true
			case !p.both(k.Stage) && !p.both(other.Stage):
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

// both reports whether both sides have a stage.
func (p pair) both(stage string) bool {
	return slices.Contains(p.was.api.Stages, stage) && slices.Contains(p.is.api.Stages, stage)
}

// sources reports authorizers that look at another part of a request. Those of a Lambda authorizer with a cache are
// what its answers are kept under, too.
func (p pair) sources(add func(Change)) {
	for _, both := range authorizersOf(p.was.api, p.is.api) {
		was, is := both[0], both[1]
		if slices.Equal(was.Sources, is.Sources) {
			continue
		}
		effect := Changed
		if is.Kind == matrix.Request || is.Kind == matrix.Token && !is.Included { // what a function makes of it is not known
			effect = Unknown
		}
		before, after := strings.Join(was.Sources, ", "), strings.Join(is.Sources, ", ")
		add(Change{Effect: effect, Text: "the authorizer " + is.Name + " knows callers by " + orNone(after) + " (was " +
			orNone(before) + ")", Was: before, Is: after})
	}
}
