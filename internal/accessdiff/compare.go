package accessdiff

import (
	"reflect"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// Compare finds the changes of access between two matrices. Two APIs are the same if their stacks and names are equal,
// or else if their stacks and logical IDs are: CloudFormation renames such an API and creates no new one.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
func Compare(before, after matrix.Matrix) *Diff {
	d := &Diff{}
	for _, is := range after.APIs {
		was, found := counterpart(before, after, is)
		if !found {
			was = withoutRoutes(is)
		}
		d.api(was, is)
	}
	for _, was := range before.APIs {
		if _, found := counterpart(after, before, was); !found {
			d.api(was, withoutRoutes(was))
		}
	}
	for _, o := range after.Others {
		if !slices.Contains(before.Others, o) {
			d.Changes = append(d.Changes, describeOther(before, o))
		}
	}
	d.sort()
	return d
}

// describeOther describes an API that is not compared.
func describeOther(before matrix.Matrix, o matrix.Other) Change {
	text := o.Kind + " API is new, and who may call its routes is not compared"
	if o.Kind == "a REST" {
		text = "a REST API that is not in the assembly gets routes from it, and who may call them is not compared"
	}
	if slices.ContainsFunc(before.Others, func(x matrix.Other) bool {
		return x.Stack == o.Stack && x.LogicalID == o.LogicalID && x.Kind == o.Kind
	}) {
		text = "the routes or authorizers of " + o.Kind + " API changed, and who may call them is not compared"
	}
	return Change{API: o.Stack + "/" + o.LogicalID, Effect: Unknown, Text: text}
}

// withoutRoutes returns an API without routes, in place of a missing one.
func withoutRoutes(api matrix.API) matrix.API {
	return matrix.API{Stack: api.Stack, Name: api.Name, ARN: api.ARN, Stages: api.Stages, KeySource: api.KeySource}
}

// counterpart returns the API of the matrix in that corresponds to an API of the matrix of.
func counterpart(in, of matrix.Matrix, api matrix.API) (matrix.API, bool) {
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
		was.Document, is.Document = matrix.Document{}, matrix.Document{} // it is reported as not known
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

// pair holds two APIs of which the second may be wider. lost says that the second is the old one.
type pair struct {
	was, is *side
	lost    bool
}

// gain is a request that the wider API allows and the other one refuses.
type gain struct {
	request
	route, old matrix.Route
	had        bool // the other API has a route for the request that is not a preflight
	step       step
}

// step is a part of an API. A gain is attributed to the first part with which the other API allows the request.
type step uint8

const (
	byPolicy step = iota
	byAuthorizer
	byGrant
	byKey
	byRoute
)

// steps returns APIs between the two, each with one more part of the second one.
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
		for _, both := range authorizersOf(p.was.api, is) {
			now := both[1]
			if both[0].Name == a.Name && a.Included == now.Included && (a.Included || a.Kind == now.Kind) {
				now.Name, now.Kind = a.Name, a.Kind
				mixed.Authorizers[i] = now
				break // prefer the one with its own name
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

// changes finds what the wider API allows and the other one does not, and describes it.
func (p pair) changes(add func(Change)) {
	gains, unsure, unlike, complete := p.gains()
	for _, routes := range unlike {
		p.unlike(routes[0], routes[1], add)
	}
	if !complete {
		add(Change{Effect: Unknown, Text: "the routes cannot be compared in full: there are too many combinations " +
			"of the paths in patterns and policies, of conditions that no request shows, or of ways to meet the " +
			"requirements of a route"})
	}
	p.describe(gains, add)
	p.services(add)
	p.compareBypasses(add)
	p.pages(add)
	p.unsure(slices.DeleteFunc(unsure, p.toldBy(gains)), add)
}

// notKnown reports whether it is not known who may call a route. The matrix then says why.
func notKnown(r matrix.Route) bool { return r.Kind == matrix.Unknown || r.Who == "not known" }

// isIndependent reports whether no other route affects who may call a route. Other routes matter if the value of a
// claim could be a path parameter for which another route has a literal.
func isIndependent(r matrix.Route) bool {
	return !slices.ContainsFunc(r.Requires, func(req access.Requirement) bool {
		for range req.Paths {
			return true
		}
		return false
	})
}
