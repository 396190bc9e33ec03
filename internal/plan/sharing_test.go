package plan

import (
	"math"
	"testing"
)

func TestWrongSharedPlans(t *testing.T) {
	testRefusals(t, []refusal{
		{"with a name", plans(UsagePlan{Of: "Shop/Api/UsagePlan", Name: "Gold"}),
			"UsagePlans[0] has Of, a plan that exists, beside settings of a new plan: leave one of the two out"},
		{"with a description", plans(UsagePlan{Of: "Shop/Api/UsagePlan", OfSettings: true}), "UsagePlans[0] has " +
			"Of, a plan that exists, beside"},
		{"twice", plans(UsagePlan{Of: "Shop/Api/UsagePlan"}, UsagePlan{Of: "Shop/Api/UsagePlan"}),
			"UsagePlans has the plan Shop/Api/UsagePlan twice, by Of: leave one out"},
		{"without a key", func(p *Props) { p.UsagePlans = []UsagePlan{{Of: "Shop/Api/UsagePlan"}} },
			"UsagePlans: no route needs an API key"},
	})
	if _, err := New(table(plans(UsagePlan{Of: "Shop/Api/UsagePlan"}, UsagePlan{Name: "Gold"}))); err != nil {
		t.Error(err)
	}
}

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

func TestWrongTrustStores(t *testing.T) {
	store := func(m MutualTLS) func(*Props) { return domain(func(d *Domain) { d.MutualTLS = &m }) }
	testRefusals(t, []refusal{
		{"no bucket", store(MutualTLS{Key: "clients.pem"}), "Domain.MutualTLS.Bucket is nil"},
		{"both", store(MutualTLS{Bucket: true, Key: "clients.pem", URI: "s3://trust/clients.pem"}),
			"Domain.MutualTLS.URI is set beside Bucket or Key, which say the same: leave it or them out"},
		{"no key", store(MutualTLS{URI: "s3://trust/"}),
			`Domain.MutualTLS.URI "s3://trust/": want one such as "s3://example-trust/clients.pem"`},
		{"another scheme", store(MutualTLS{URI: "https://trust/clients.pem"}),
			`Domain.MutualTLS.URI "https://trust/clients.pem"`},
	})
	for _, uri := range []string{"s3://example-trust/a/clients.pem", "${Token[TOKEN.1]}"} {
		if _, err := New(table(store(MutualTLS{URI: uri}))); err != nil {
			t.Error(err)
		}
	}
}

func TestWrongAPIPolicies(t *testing.T) {
	policy := func(policy, mode string) func(*Props) {
		return func(p *Props) { p.SecurityPolicy, p.EndpointAccessMode = policy, mode }
	}
	edge := func(p *Props) { p.RestAPI = &RestAPI{Edge: true} }
	const strong, strongEdge = "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_2025_EDGE"
	testRefusals(t, []refusal{
		{"a mode alone", policy("", "STRICT"), "EndpointAccessMode is set without SecurityPolicy: set both, or leave it out"},
		{"no policy", policy("TLS_1_3", ""), `SecurityPolicy "TLS_1_3": want one whose name begins with SecurityPolicy_`},
		{"no mode", policy(strong, "LAX"), `EndpointAccessMode "LAX": want STRICT or BASIC`},
		{"a mode with a legacy policy", policy("TLS_1_2", "BASIC"),
			"EndpointAccessMode is set beside the security policy TLS_1_2, and only policies whose names begin with"},
		{"of the edge", policy(strongEdge, ""), "SecurityPolicy " + strongEdge + " does not fit the API's type of " +
			"endpoint"},
		{"of a region", both(policy(strong, ""), edge), "SecurityPolicy " + strong + " does not fit the API's type"},
		{"beside that of the domain", both(policy(strong, ""), domain(func(d *Domain) { d.Policy = strong })),
			"SecurityPolicy is set, and the API has that of its Domain, " + strong + ": leave it out"},
	})
	for _, tt := range []struct {
		name         string
		change       func(*Props)
		policy, mode string
	}{
		{"none", both(), "", ""},
		{"strict by default", policy(strong, ""), strong, "STRICT"},
		{"basic", policy(strong, "BASIC"), strong, "BASIC"},
		{"legacy", policy("TLS_1_2", ""), "TLS_1_2", ""},
		{"of the edge", both(policy(strongEdge, ""), edge), strongEdge, "STRICT"},
		{"beside a legacy domain", both(policy(strong, ""), domain(nil)), strong, "STRICT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(tt.change))
			if err != nil {
				t.Fatal(err)
			}
			if policy, mode := p.APIPolicy(); policy != tt.policy || mode != tt.mode {
				t.Errorf("the policy is %q with the mode %q, want %q with %q", policy, mode, tt.policy, tt.mode)
			}
		})
	}
}

func TestWrongCanaries(t *testing.T) {
	canary := func(percent float64) func(*Props) {
		return func(p *Props) { p.Stage.Canary = &StageCanary{Percent: percent} }
	}
	testRefusals(t, []refusal{
		{"too much", canary(101), "Stage.Canary has Percent 101: want 0 to 100, of the requests"},
		{"negative", canary(-1), "Stage.Canary has Percent -1"},
		{"no number", canary(math.NaN()), "Stage.Canary has Percent NaN"},
		{"no stage", both(canary(10), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			"RestApiProps.Deploy is set"},
	})
	if _, err := New(table(canary(100))); err != nil {
		t.Error(err)
	}
}
