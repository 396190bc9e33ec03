package accessdiff

import (
	"reflect"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Compare finds what changed in access from one matrix to another one. APIs are the same if their stacks and names are,
// or else their stacks and logical ids: CloudFormation renames an API and makes no other one.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
func Compare(before, after matrix.Matrix) *Diff {
	d := &Diff{}
	for _, is := range after.APIs {
		was, found := find(before, after, is)
		if !found {
			was = nothing(is)
		}
		d.api(was, is)
	}
	for _, was := range before.APIs {
		if _, found := find(after, before, was); !found {
			d.api(was, nothing(was))
		}
	}
	for _, o := range after.Others {
		if !slices.Contains(before.Others, o) {
			d.Changes = append(d.Changes, Change{API: o.Stack + "/" + o.LogicalID, Effect: Unknown,
				Text: o.Kind + " API is new, and who may call its routes is not compared"})
		}
	}
	d.sort()
	return d
}

// nothing is an API without a route in the place of another one.
func nothing(api matrix.API) matrix.API {
	return matrix.API{Stack: api.Stack, Name: api.Name, ARN: api.ARN, Stages: api.Stages, KeySource: api.KeySource}
}

// find finds in a matrix what an API of another one is there.
func find(in, of matrix.Matrix, api matrix.API) (matrix.API, bool) {
	at := func(m matrix.Matrix, name string) int {
		return slices.IndexFunc(m.APIs, func(a matrix.API) bool { return a.String() == name })
	}
	if i := at(in, api.String()); i >= 0 {
		return in.APIs[i], true
	}
	for _, other := range in.APIs {
		if other.ID == api.ID && api.ID.LogicalID != "" && at(of, other.String()) < 0 {
			return other, true
		}
	}
	return matrix.API{}, false
}

// api compares two APIs.
func (d *Diff) api(was, is matrix.API) {
	if reflect.DeepEqual(was, is) && len(is.NotKnown) == 0 {
		return
	}
	name := is.String()
	was.Name = is.Name
	short := shortNames(was, is)
	add := func(c Change) {
		c.API, c.Text = name, short.Replace(c.Text)
		d.Changes = append(d.Changes, c)
	}
	unknowns(was, is, add)
	if was.Document.NotKnown != "" || is.Document.NotKnown != "" {
		was.Document, is.Document = matrix.Document{}, matrix.Document{} // and it is said that it is not known
	}
	before, err := newSide(was)
	if err == nil {
		var after *side
		if after, err = newSide(is); err == nil {
			pair{before, after, false}.changes(add)
			pair{after, before, true}.changes(add)
			return
		}
	}
	add(Change{Effect: Unknown, Text: "the routes cannot be compared: " + err.Error()})
}

// pair is two APIs, of which the second may be wider. Lost says that it is the old one.
type pair struct {
	was, is *side
	lost    bool
}

// gain is a request that the wider API allows and the other one refuses.
type gain struct {
	request
	route, old matrix.Route
	had        bool // the other API has a route for it
	step       step
}

// step is a part of an API. A gain is put down to the first part with which the other API allows it.
type step uint8

const (
	byPolicy step = iota
	byAuthorizer
	byGrant
	byKey
	byRoute
)

// steps are APIs between two, each with one more of the second one's parts.
func (p pair) steps() (out []*side) {
	mixed := p.was.api
	add := func() {
		s, err := newSide(mixed)
		if err != nil {
			s = nil
		}
		out = append(out, s)
	}
	is := p.is.api
	mixed.Document, mixed.Policy = is.Document, is.Policy
	add()
	mixed.Authorizers = slices.Clone(mixed.Authorizers)
	for i, a := range mixed.Authorizers {
		for _, other := range is.Authorizers {
			if a.Name == other.Name && a.Kind == other.Kind && a.Included == other.Included {
				mixed.Authorizers[i] = other
			}
		}
	}
	add()
	mixed.Principals = is.Principals
	add()
	mixed.Plans, mixed.KeySource = is.Plans, is.KeySource
	add()
	return out
}

// changes finds what the wider API allows and the other one does not, and puts it into words.
func (p pair) changes(add func(Change)) {
	gains, unsure, unlike, complete := p.gains()
	for _, routes := range unlike {
		p.unlike(routes[0], routes[1], add)
	}
	if !complete {
		add(Change{Effect: Unknown, Text: "the routes cannot be compared in full: their patterns and those of the policies " +
			"make too many kinds of paths, or the policies have too many conditions on what no request shows"})
	}
	p.describe(gains, add)
	p.aside(add)
	p.pages(add)
	unsure = slices.DeleteFunc(unsure, func(u gain) bool {
		return slices.ContainsFunc(gains, func(g gain) bool {
			return g.route.String() == u.route.String() && g.caller.Kind == u.caller.Kind
		})
	})
	if len(unsure) > 0 && !p.lost {
		p.unsure(unsure, add)
	}
}

// notKnown reports whether it is not known who may call a route: the matrix then says why.
func notKnown(r matrix.Route) bool { return r.Kind == matrix.Unknown || r.Who == "not known" }

// alone reports whether no other route matters to who may call one: a value of a claim is not taken for a parameter of
// the path where another route has it as a literal.
func alone(r matrix.Route) bool {
	return !slices.ContainsFunc(r.Requires, func(req access.Requirement) bool {
		for range req.Paths {
			return true
		}
		return false
	})
}

// same reports whether all but the routes is the same on both sides. With a resource policy it never is: what the policy
// for a token denies depends on all routes, and what that leaves out a resource policy may allow.
func (p pair) same() bool {
	x, y := p.was.api, p.is.api
	if p.was.policy != nil || p.is.policy != nil {
		return false
	}
	x.Routes, y.Routes = nil, nil
	x.ID = y.ID
	return reflect.DeepEqual(x, y)
}

// gains are requests that the wider API allows and the other one refuses. Unsure are those under conditions of which it
// is not known whether a request can meet them.
//
// Unlike are routes of both sides, of which a function of the app's own decides on one. There it is a gain as well if the
// other API refuses the request whatever its guard says, such as by the resource policy.
func (p pair) gains() (found, unsure []gain, unlike map[[2]string][2]matrix.Route, complete bool) {
	same := p.same()
	var docs []iampolicy.Document
	for _, s := range []*side{p.was, p.is} {
		if s.policy != nil {
			docs = append(docs, *s.policy)
		}
		for _, pr := range s.principals {
			docs = append(docs, pr.policy)
		}
	}
	sure, assumed, all := environments(docs...)
	requests, complete := p.requests(docs)
	complete = complete && all
	steps := p.steps
	unlike = map[[2]string][2]matrix.Route{}
	var between []*side
	for _, q := range requests {
		r, ok := p.is.matched(q.verb, q.path)
		if !ok || r.Preflight {
			continue
		}
		old, had := p.was.matched(q.verb, q.path)
		if notKnown(r) || had && notKnown(old) || same && had && alone(r) && reflect.DeepEqual(r, old) {
			continue
		}
		had = had && !old.Preflight
		for _, c := range p.is.candidates(r, q.path, avoided(old, had), p.was) {
			stands := []*caller{c}
			if had && p.unlikeFor(c, old) {
				unlike[[2]string{old.String(), r.String()}] = [2]matrix.Route{old, r}
				stands = p.inFavour(c, old)
			}
			q.caller = c
			g := gain{request: q, route: r, old: old, had: had}
			for _, env := range sure {
				if g.env = env; p.gained(g.request, had, stands) {
					if between == nil {
						between = steps()
					}
					g.step = attribute(between, g.by(stands[0]), p.is.api.Stages)
					found = append(found, g)
				}
			}
			for _, env := range assumed {
				if g.env = env; p.gained(g.request, had, stands) {
					unsure = append(unsure, g)
				}
			}
		}
	}
	return found, unsure, unlike, complete
}

// requests are one of each class that the routes and some policies tell apart, without a caller. Complete is false if there
// are too many classes.
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
			head := ""
			if len(tails) > 0 {
				head = idOf(p.is.api.ARN) + "/" + stage + "/" + verb
			}
			paths, ok := known[head]
			if !ok {
				var all bool
				paths, all = classes(patterns, head, tails, escapes)
				known[head] = paths
				complete = complete && all
			}
			for _, class := range paths {
				out = append(out, request{stage: stage, verb: verb, path: class.path})
				more, all := p.apart(verb, class.path)
				complete = complete && all
				for _, path := range more {
					out = append(out, request{stage: stage, verb: verb, path: path})
				}
			}
		}
	}
	return out, complete
}

// gained reports whether the wider API allows a request and the other one refuses it, whichever of some callers stands for
// its caller there.
func (p pair) gained(q request, had bool, stands []*caller) bool {
	return p.is.allows(q) && !(had && slices.ContainsFunc(stands, func(c *caller) bool {
		return p.was.allowsOn(q.by(c), p.is.api.Stages)
	}))
}

// avoided is what the other API asks for.
func avoided(r matrix.Route, had bool) []access.Requirement {
	if !had {
		return nil
	}
	return r.Requires
}

// attribute is the first step with which a request is allowed.
func attribute(between []*side, q request, stages []string) step {
	for i, s := range between {
		if s != nil && s.allowsOn(q, stages) {
			return step(i)
		}
	}
	return byRoute
}

// escapes reports whether an authorizer of either side looks at escapes in paths.
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

// tailsOf are the parts of policies' resources after an ARN's fifth colon, each once.
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
