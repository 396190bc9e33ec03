package accessdiff

import (
	"reflect"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
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
			d.Changes = append(d.Changes, other(before, o))
		}
	}
	d.sort()
	return d
}

// other describes an API that is not compared.
func other(before matrix.Matrix, o matrix.Other) Change {
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
	had        bool // the other API has a route for it that is not a preflight
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
		for _, both := range authorizersOf(p.was.api, is) {
			now := both[1]
			if both[0].Name == a.Name && a.Included == now.Included && (a.Included || a.Kind == now.Kind) {
				now.Name, now.Kind = a.Name, a.Kind
				mixed.Authorizers[i] = now
				break // one of its own name, if there is one
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
		add(Change{Effect: Unknown, Text: "the routes cannot be compared in full: there are too many combinations " +
			"of the paths in patterns and policies, of conditions that no request shows, or of ways to meet the " +
			"requirements of a route"})
	}
	p.describe(gains, add)
	p.aside(add)
	p.pages(add)
	p.unsure(slices.DeleteFunc(unsure, p.toldBy(gains)), add)
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
