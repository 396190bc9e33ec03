package accessdiff

import (
	"cmp"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// endpoint compares the addresses that lead to an API: its execute-api address, which may be off, and custom domains,
// which may ask for a certificate of the client.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
func (p pair) endpoint(add func(Change)) {
	was, is := p.was.api.Endpoint, p.is.api.Endpoint
	if len(p.was.api.Routes) == 0 || len(p.is.api.Routes) == 0 {
		return
	}
	var text string
	switch {
	case private(was) && !private(is):
		text = p.word("callers outside the VPC gained, because the API is no longer private",
			"callers outside the VPC lost, because the API is private now")
	case was.Closed && !is.Closed:
		text = p.word("the execute-api address is open now", "the execute-api address is closed now")
	case !open(was) && open(is):
		text = p.word("callers without a client certificate gained, by a custom domain",
			"callers without a client certificate lost, by a custom domain")
	}
	if text != "" {
		if g, ok := p.some(func(gain) bool { return true }); ok {
			add(p.change(g, text, "", ""))
		}
	}
	if p.lost {
		return
	}
	p.stages(add)
	domains(was.Domains, is.Domains, open(was), add)
}

// stages reports stages that are new or gone.
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

// domains compares the custom domains of an API. Opened says that an address of the old one asked for no certificate.
func domains(was, is []matrix.Domain, opened bool, add func(Change)) {
	for _, d := range is {
		i := slices.IndexFunc(was, func(o matrix.Domain) bool { return o.Name == d.Name })
		switch {
		case i < 0 && d.Truststore == matrix.OutsideTruststore && !opened:
			add(Change{Effect: Unknown, Text: "the domain " + d.Name +
				", which is not in the assembly, leads to the API now, and " +
				"which callers it lets in cannot be compared"})
			continue
		case i < 0:
			add(Change{Effect: Changed, Text: "the domain " + d.Name + " leads to the API now"})
			continue
		case was[i].Stage != d.Stage:
			add(Change{Effect: Changed, Was: was[i].Stage, Is: d.Stage, Text: "the domain " + d.Name +
				" leads to the stage " + d.Stage + " now (was " + was[i].Stage + ")"})
		}
		switch store := was[i].Truststore; {
		case store != "" && d.Truststore == "" && opened: // which would be a gain if it was not open
			add(Change{Effect: Changed, Was: store, Text: "the domain " + d.Name +
				" no longer asks for a client certificate, as another address of the API does not"})
		case store != d.Truststore && store != "" && d.Truststore != "":
			add(Change{Effect: Unknown, Was: store, Is: d.Truststore, Text: "the domain " + d.Name +
				" takes client certificates of another truststore, and who has one cannot be compared"})
		}
	}
	for _, d := range was {
		if !slices.ContainsFunc(is, func(o matrix.Domain) bool { return o.Name == d.Name }) {
			add(Change{Effect: Changed, Text: "the domain " + d.Name + " no longer leads to the API"})
		}
	}
}

// answered reports routes that something else answers than before, as far as that is not a function.
func (p pair) answered(add func(Change)) {
	for _, is := range p.is.api.Routes {
		for _, was := range p.was.api.Routes {
			if is.String() != was.String() || is.AnsweredBy == was.AnsweredBy || is.Preflight || was.Preflight {
				continue
			}
			before, after := cmp.Or(was.AnsweredBy, "a function"), cmp.Or(is.AnsweredBy, "a function")
			add(Change{Route: is.String(), Effect: Changed, Was: before, Is: after,
				Text: is.String() + ": " + after + " answers it (was " + before + ")"})
		}
	}
}

func private(e matrix.Endpoint) bool { return slices.Contains(e.Types, "PRIVATE") }

// open reports whether an address leads to the API without a client certificate.
func open(e matrix.Endpoint) bool {
	return !e.Closed || slices.ContainsFunc(e.Domains, func(d matrix.Domain) bool { return d.Truststore == "" })
}
