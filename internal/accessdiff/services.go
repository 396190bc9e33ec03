package accessdiff

import (
	"reflect"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// services reports AWS services that a resource policy now allows to call the API, or to call more of it. Who can have
// a service call is not known.
func (p pair) services(add func(Change)) {
	names := servicesOf(p.is.policy)
	if p.lost || names == nil {
		return
	}
	docs := p.documents()
	sure, assumed, all := environments(p.private(), docs...)
	requests, complete := p.requests(docs)
	every := append(sure, assumed...)
	before := servicesOf(p.was.policy)
	for _, name := range names {
		c := iampolicy.Caller{Service: name}
		decided := all && complete ||
			reflect.DeepEqual(statementsAbout(p.was.policy, name), statementsAbout(p.is.policy, name))
		if decided && !slices.ContainsFunc(requests, func(q request) bool { return p.serviceGained(q, c, every) }) {
			continue
		}
		text := "the resource policy lets the service " + name + " call the API"
		if slices.Contains(before, name) {
			text += " in other ways than it did"
		}
		add(Change{Effect: Unknown, Is: name, Text: text + ", and who can have it call cannot be compared"})
	}
}

// serviceGained reports whether the resource policy of the wider API allows a request by a service in one of some
// environments, and that of the other one does not.
func (p pair) serviceGained(q request, c iampolicy.Caller, environments []environment) bool {
	if _, ok := p.is.matched(q.verb, q.path); !ok {
		return false
	}
	for i := range environments {
		q.env = &environments[i]
		if p.is.allowsService(q, c) && !slices.ContainsFunc(p.was.stagesFor(q.stage), func(stage string) bool {
			there := q
			there.stage = stage
			return p.was.allowsService(there, c)
		}) {
			return true
		}
	}
	return false
}

// allowsService reports whether the resource policy allows a request by a service.
func (s *side) allowsService(q request, c iampolicy.Caller) bool {
	arn := s.api.ARN + "/" + q.stage + "/" + q.verb + q.path
	return s.policy != nil && s.resourcePolicy(arn, c, q.env) == iampolicy.Allowed
}

// statementsAbout returns the statements of a policy that can decide about requests by a service. If they are the same,
// the service can call what it could, even if there are too many requests to try each.
func statementsAbout(d *iampolicy.Document, service string) (out []iampolicy.Statement) {
	if d == nil {
		return nil
	}
	for _, s := range d.Statements {
		if s.Effect == iampolicy.Deny || s.Principal == nil || s.Principal.Anyone || slices.Contains(s.Principal.AWS, "*") ||
			slices.Contains(s.Principal.Service, service) {
			out = append(out, s)
		}
	}
	return out
}

// servicesOf returns the services that a policy allows something by name, each once.
func servicesOf(d *iampolicy.Document) (out []string) {
	if d == nil {
		return nil
	}
	for _, s := range d.Statements {
		if s.Effect == iampolicy.Allow && s.Principal != nil {
			out = append(out, s.Principal.Service...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
