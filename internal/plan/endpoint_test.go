package plan

import "testing"

// Settings that depend on the type of the endpoint are refused if the type is not known.
func TestUnknownEndpoint(t *testing.T) {
	unknown := func(p *Props) { p.RestAPI = &RestAPI{EndpointUnknown: true} }
	testRefusals(t, []refusal{
		{"lists", both(unknown, func(p *Props) { p.Policy = &ResourcePolicy{DenyCIDRs: []string{"203.0.113.0/24"}} }),
			"the type of the API's endpoint is a CDK token, and CIDRs of the ResourcePolicy are written for one type"},
		{"addresses of a route", both(unknown, add(handle("GET /ops", fn, FromCIDRs{Ranges: []string{"203.0.113.0/24"}}))),
			"the type of the API's endpoint is a CDK token, and FromCIDRs is written for one type"},
		{"a domain", both(atDomain(nil), unknown),
			"the type of the API's endpoint is a CDK token, and a private API has another kind of Domain than others"},
	})
	for name, change := range map[string]func(*Props){
		"alone":      unknown,
		"statements": both(unknown, func(p *Props) { p.Policy = &ResourcePolicy{Statements: []bool{true}} }),
	} {
		if _, err := New(table(change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
