package domain

import (
	"testing"
)

func TestWrongRecords(t *testing.T) {
	records := func(r Records) *Domain {
		return with(func(d *Domain) { d.Zone, d.ZoneName, d.Records = true, "example.com", &r })
	}
	testRefusals(t, []refusal{
		{"no zone", with(func(d *Domain) { d.Records = &Records{Region: "eu-west-1"} }),
			"Domain.Records is set, and Zone is nil, so that there are no records: give the zone, or leave Records out"},
		{"nothing", records(Records{}), "Domain.Records is empty: set Region or EvaluateTargetHealth"},
		{"an identifier alone", records(Records{SetIdentifier: "blue"}),
			`Domain.Records.SetIdentifier is "blue", and a record without a Region has none: set Region for latency records`},
		{"of a shared domain", &Domain{Of: &Shared{Name: "api.example.com"}, Records: &Records{Region: "eu-west-1"}},
			"Domain.Records is set beside Of, and it belongs to the domain that Of is"},
	})
	if errs := records(Records{Region: "eu-west-1", EvaluateTargetHealth: true}).Check(); errs != nil {
		t.Error(errs)
	}
}
