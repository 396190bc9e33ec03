package plan

import (
	"testing"
)

func TestWrongRecords(t *testing.T) {
	records := func(r AliasRecords) func(*Props) {
		return domain(func(d *Domain) { d.Zone, d.ZoneName, d.Records = true, "example.com", &r })
	}
	testRefusals(t, []refusal{
		{"no zone", domain(func(d *Domain) { d.Records = &AliasRecords{Region: "eu-west-1"} }),
			"Domain.Records is set, and Zone is nil, so that there are no records: give the zone, or leave Records out"},
		{"nothing", records(AliasRecords{}), "Domain.Records is empty: set Region or EvaluateTargetHealth"},
		{"an identifier alone", records(AliasRecords{SetIdentifier: "blue"}),
			`Domain.Records.SetIdentifier is "blue", and a record without a Region has none: set Region for latency records`},
		{"of a shared domain", func(p *Props) {
			p.Domain = &Domain{Of: &DomainOf{Name: "api.example.com"}, Records: &AliasRecords{Region: "eu-west-1"}}
		}, "Domain.Records is set beside Of, and it belongs to the domain that Of is"},
	})
	if _, err := New(table(records(AliasRecords{Region: "eu-west-1", EvaluateTargetHealth: true}))); err != nil {
		t.Error(err)
	}
}
