package main

import "slices"

// plan draws the stages on which the API key counts.
func (d drawer) plan(a *api) {
	if a.planned = nil; !d.chance(4) {
		a.planned = a.stages
		if d.chance(4) {
			a.planned = some(d, a.stages)
		}
	}
}

// doors draws the addresses of an API, usually only its execute-api address.
func (d drawer) doors(a *api) {
	a.closed, a.domains, a.private = d.chance(10), nil, d.chance(6)
	if a.private {
		a.closed = false
		return
	}
	if !a.closed && !d.chance(4) {
		return
	}
	for _, name := range some(d, domains) {
		a.domains = append(a.domains, d.domain(a, name))
	}
}

func (d drawer) domain(a *api, name string) domain {
	made := domain{name: name}
	if d.chance(2) {
		made.stage = pick(d, a.stages)
	}
	if d.chance(2) {
		made.truststore = pick(d, truststores)
	}
	if made.stage != "" && d.chance(2) {
		made.rule = 1 + d.IntN(2)
	}
	return made
}

// changeDoors changes the addresses of an API.
func (d drawer) changeDoors(a *api) bool {
	if a.private {
		return false
	}
	switch i := d.IntN(4); {
	case i == 0:
		a.closed = !a.closed
	case i == 1 || len(a.domains) == 0:
		name := pick(d, domains)
		if slices.ContainsFunc(a.domains, func(o domain) bool { return o.name == name }) {
			return false
		}
		a.domains = append(a.domains, d.domain(a, name))
	case i == 2:
		at := d.IntN(len(a.domains))
		a.domains = slices.Delete(a.domains, at, at+1)
	default:
		at := d.IntN(len(a.domains))
		a.domains[at] = d.domain(a, a.domains[at].name)
	}
	return true
}

// changePrivate makes an API private, or opens it to callers outside of VPCs. A private API has a resource policy.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
func (d drawer) changePrivate(a *api) bool {
	a.private = !a.private
	if a.private {
		a.closed, a.domains = false, nil
		if a.policy == nil {
			a.policy = d.policy(true)
		}
	}
	return true
}

// changeStages gives an API other stages. Domains that lead to a removed stage lead to another one.
func (d drawer) changeStages(a *api) bool {
	before := a.stages
	a.stages = some(d, stages)
	gone := func(stage string) bool { return !slices.Contains(a.stages, stage) }
	a.planned = slices.DeleteFunc(a.planned, gone)
	for i := range a.domains {
		if at := &a.domains[i]; at.stage != "" && gone(at.stage) {
			at.stage = a.stages[0]
		}
	}
	return !slices.Equal(before, a.stages)
}

// anyCertificate stands for all certificates at once.
const anyCertificate = "any"

// reaches reports whether a client with a certificate of a truststore, or with "" without one, reaches a stage of an
// API.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
func (a *api) reaches(stage, certificate string) bool {
	lets := func(d domain) bool {
		return d.truststore == "" || d.truststore == certificate || certificate == anyCertificate
	}
	return slices.Contains(a.stages, stage) && (!a.closed || slices.ContainsFunc(a.domains, func(d domain) bool {
		return (d.stage == "" || d.stage == stage) && lets(d)
	}))
}

// certificates returns the certificates to try for two APIs, "" for none.
func certificates(old, new *api) []string {
	out := []string{""}
	for _, a := range []*api{old, new} {
		for _, d := range a.domains {
			if !slices.Contains(out, d.truststore) {
				out = append(out, d.truststore)
			}
		}
	}
	return out
}

// ways returns what requests to an API come through: for a private one, an endpoint in a VPC that policies name, and
// one that none does.
func (a *api) ways(policies ...statement) []via {
	switch {
	case !a.private:
		return []via{{}}
	case slices.ContainsFunc(policies, func(s statement) bool {
		return s.endpoints != nil || s.notEndpoints != nil || s.vpcs != nil || s.notVPCs != nil
	}):
		return []via{{vpcs[0], endpoints[0]}, {vpcs[0], endpoints[1]}, {vpcs[1], strangerEndpoint}, stranger}
	}
	return []via{stranger}
}

// before decides a request to another API. A request to a stage that the API does not have stands for one to each of
// its stages, since nothing says which of them the new stage follows. A request through a VPC endpoint stands for one
// from the same address to an API that is not private.
func (a *api) before(q request, c caller) verdict {
	if !a.private {
		q.via = via{}
	}
	if slices.Contains(a.stages, q.stage) {
		return a.decide(q, c)
	}
	out := refused
	for _, stage := range a.stages {
		q.stage = stage
		switch v := a.decide(q, c); {
		case v == allowed:
			return v
		case v == unknown:
			out = v
		}
	}
	return out
}
