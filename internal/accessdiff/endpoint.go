package accessdiff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// endpoint compares the addresses that lead to an API: its execute-api address, which may be disabled, and custom
// domains, which may require a client certificate.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
func (p pair) endpoint(add func(Change)) {
	was, is := p.was.api.Endpoint, p.is.api.Endpoint
	if len(p.was.api.Routes) == 0 || len(p.is.api.Routes) == 0 {
		return
	}
	var text string
	on := p.is.api.Stages // the stages that more callers can reach
	opened := slices.DeleteFunc(slices.Clone(on), func(s string) bool {
		return !p.bothHaveStage(s) || open(was, s) || !open(is, s)
	})
	switch {
	case private(was) && !private(is) && (!is.Closed || is.Domains != nil):
		text = p.word("callers outside the VPC gained, because the API is no longer private",
			"callers outside the VPC lost, because the API is private now")
	case was.Closed && !is.Closed:
		text = p.word("the execute-api address is open now", "the execute-api address is closed now")
	case !anyOpen(was) && anyOpen(is):
		text = "callers without a client certificate " + p.verb() + ", by a custom domain"
	case len(opened) > 0:
		on = opened
		text = "callers without a client certificate " + p.verb() + " the stage " + strings.Join(on, ", ") +
			", by a custom domain"
	}
	if text != "" {
		if g, ok := p.findRequest(func(g gain) bool { return len(on) == 0 || slices.Contains(on, g.stage) }); ok {
			add(p.change(g, text, "", ""))
		}
	}
	if p.lost {
		return
	}
	p.stages(add)
	p.domains(add)
}

// stages reports new and removed stages.
func (p pair) stages(add func(Change)) {
	renamed := false
	for _, stage := range p.is.api.Stages {
		if !slices.Contains(p.was.api.Stages, stage) {
			renamed = true
			add(Change{Effect: Changed, Text: "the stage " + stage + " is new, and compared with the stages that " +
				"the API had"})
		}
	}
	for _, stage := range p.was.api.Stages {
		if !slices.Contains(p.is.api.Stages, stage) && !renamed {
			add(Change{Effect: Changed, Text: "the stage " + stage + " is gone"})
		}
	}
}

// everyStage is the target of a domain whose callers name the stage in the path.
const everyStage = "every stage"

// domains compares the custom domains of an API.
func (p pair) domains(add func(Change)) {
	was, is := p.was.api.Endpoint.Domains, p.is.api.Endpoint.Domains
	for _, d := range is {
		i := slices.IndexFunc(was, func(o matrix.Domain) bool { return sameWay(o, d) })
		reached := p.reached(d, func(o matrix.Domain) bool { return o.Truststore == "" }) // without a certificate
		trusted := d.Truststore == "" || p.reached(d, func(o matrix.Domain) bool {
			return o.Truststore == "" || o.Truststore == d.Truststore &&
				(o.Name == d.Name || d.Truststore != matrix.OutsideTruststore)
		})
		switch {
		case i < 0 && d.Truststore == matrix.OutsideTruststore && !trusted:
			add(Change{Effect: Unknown, Text: "the domain " + d.Name +
				", which is not in the assembly, leads to the API now" + byRule(d) + ", and " +
				"which callers it lets in cannot be compared"})
			continue
		case i < 0 && !trusted:
			add(Change{Effect: Unknown, Is: d.Truststore, Text: "the domain " + d.Name + " leads to the API now" + byRule(d) +
				" and takes client certificates of another truststore, and who has one cannot be compared"})
			continue
		case i < 0:
			add(Change{Effect: Changed, Text: "the domain " + d.Name + " leads to the API now" + byRule(d)})
			continue
		case was[i].Stage != d.Stage:
			on := "the stage " + d.Stage
			if d.Stage == "" {
				on = everyStage
			}
			c := Change{Effect: Changed, Was: was[i].Stage, Is: d.Stage, Text: "the domain " + d.Name +
				" leads to " + on + " now" + byRule(d) + " (was " + cmp.Or(was[i].Stage, everyStage) + ")"}
			if store := was[i].Truststore; !trusted && (store == "" || store == d.Truststore) { // otherwise reported below
				c.Effect = Unknown
				c.Text += ", and who has a client certificate of its truststore cannot be compared"
			}
			add(c)
		}
		p.freed(was[i], d, add)
		switch store := was[i].Truststore; {
		case store != "" && d.Truststore == "" && reached: // this would be a gain if no address were open
			add(Change{Effect: Changed, Was: store, Text: "the domain " + d.Name +
				" no longer asks for a client certificate, as another address of the API does not"})
		case store != d.Truststore && store != "" && d.Truststore != "":
			add(Change{Effect: Unknown, Was: store, Is: d.Truststore, Text: "the domain " + d.Name +
				" takes client certificates of another truststore, and who has one cannot be compared"})
		}
	}
	for _, d := range was {
		if !slices.ContainsFunc(is, func(o matrix.Domain) bool { return sameWay(o, d) }) {
			add(Change{Effect: Changed, Text: "the domain " + d.Name + " no longer leads to the API" + byRule(d)})
		}
	}
}

// freed reports requests to a domain that led to another API or stage, and lead to this API now. They matter where the
// execute-api address did not lead to the API.
func (p pair) freed(was, is matrix.Domain, add func(Change)) {
	var gone []string
	for _, by := range was.Except {
		if !slices.Contains(is.Except, by) {
			gone = append(gone, by)
		}
	}
	if gone == nil || !p.was.api.Endpoint.Closed {
		return
	}
	by := strings.Join(gone, ", ")
	add(Change{Effect: Unknown, Was: by, Text: "the domain " + is.Name + " leads requests to the API" + byRule(is) +
		" that " + by + " took elsewhere, and which routes they reach cannot be compared"})
}

// sameWay reports whether two entries are the same way from a domain to an API: by the same base path, or by a routing
// rule of the same priority and conditions.
func sameWay(x, y matrix.Domain) bool { return x.Name == y.Name && x.Rule == y.Rule }

// byRule says by which routing rule a domain leads to an API; "" if it does so by a mapping.
func byRule(d matrix.Domain) string {
	if d.Rule == "" {
		return ""
	}
	return ", by " + d.Rule
}

// reached reports whether addresses of the other side already led to each stage that a domain leads to: its execute-api
// address, or domains that meet a condition. A new stage is compared with the stages that the API had.
func (p pair) reached(d matrix.Domain, by func(matrix.Domain) bool) bool {
	before := p.was.api.Endpoint
	stages := []string{d.Stage}
	if d.Stage == "" && len(p.is.api.Stages) > 0 {
		stages = p.is.api.Stages
	}
	return !before.Closed || !slices.ContainsFunc(stages, func(stage string) bool {
		return !slices.ContainsFunc(before.Domains, func(o matrix.Domain) bool {
			return by(o) && (leads(o, stage) || !slices.Contains(p.was.api.Stages, stage))
		})
	})
}

// sameRoutes yields each route that both sides have.
func (p pair) sameRoutes(yield func(was, is matrix.Route) bool) {
	for _, is := range p.is.api.Routes {
		for _, was := range p.was.api.Routes {
			if is.String() == was.String() && !yield(was, is) {
				return
			}
		}
	}
}

// answered reports routes whose integration changed, unless both are functions.
func (p pair) answered(add func(Change)) {
	for was, is := range p.sameRoutes {
		if is.AnsweredBy == was.AnsweredBy || is.Preflight || was.Preflight {
			continue
		}
		before, after := cmp.Or(was.AnsweredBy, "a function"), cmp.Or(is.AnsweredBy, "a function")
		add(Change{Route: is.String(), Effect: Changed, Was: before, Is: after,
			Text: is.String() + ": " + after + " answers it (was " + before + ")"})
	}
}

// tenants reports routes whose function gets its tenant from another place, or became or ceased to be isolated by
// tenant. A caller may then reach what another tenant left, so it may be wider, unless the function had no tenants.
func (p pair) tenants(add func(Change)) {
	const none = "no tenant isolation"
	isolated := func(r matrix.Route) bool { return r.Tenant != "" }
	if !slices.ContainsFunc(p.was.api.Routes, isolated) && !slices.ContainsFunc(p.is.api.Routes, isolated) {
		return
	}
	told := map[string]bool{}
	p.eachServed(func(was, is matrix.Route) {
		before, now := cmp.Or(was.Tenant, none), cmp.Or(is.Tenant, none)
		text := is.String() + ": the tenant of its function is " + is.Tenant + " (was " + before + ")"
		if is.Tenant == "" {
			text = is.String() + ": its function has no tenant isolation, so one tenant may get what another left in its " +
				"memory or files (the tenant was " + was.Tenant + ")"
		}
		effect := Unknown
		if was.Tenant == "" {
			effect = Changed
		}
		if before != now && !told[text] {
			add(Change{Route: is.String(), Effect: effect, Was: before, Is: now, Text: text})
		}
		told[text] = true
	})
}

func private(e matrix.Endpoint) bool { return slices.Contains(e.Types, "PRIVATE") }

// private reports whether one of the two APIs is private.
func (p pair) private() bool { return private(p.was.api.Endpoint) || private(p.is.api.Endpoint) }

// anyOpen reports whether an address leads to the API without a client certificate.
func anyOpen(e matrix.Endpoint) bool {
	return !e.Closed || slices.ContainsFunc(e.Domains, func(d matrix.Domain) bool { return d.Truststore == "" })
}

// open reports whether an address leads to a stage without a client certificate.
func open(e matrix.Endpoint, stage string) bool {
	return !e.Closed || slices.ContainsFunc(e.Domains, func(d matrix.Domain) bool {
		return d.Truststore == "" && leads(d, stage)
	})
}

// leads reports whether a domain leads to a stage. If the domain names none, callers name the stage in the path.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateBasePathMapping.html
func leads(d matrix.Domain, stage string) bool { return d.Stage == stage || d.Stage == "" }
