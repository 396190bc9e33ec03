package plan

import (
	"maps"
	"math"
	"testing"
)

func plans(u ...UsagePlan) func(*Props) {
	return both(add(handle("GET /keyed/{id}", fn, APIKey{})), func(p *Props) { p.UsagePlans = u })
}

func TestWrongUsagePlans(t *testing.T) {
	limited := func(pattern string, l RouteLimit) UsagePlan {
		return UsagePlan{Name: "Gold", RateLimit: 10, BurstLimit: 20, Routes: map[string]RouteLimit{pattern: l}}
	}
	testRefusals(t, []refusal{
		{"no name", plans(UsagePlan{}),
			`UsagePlans[0]: the name is "": want one without spaces at its ends, as it is part of a logical id`},
		{"a name with a slash", plans(UsagePlan{Name: "a/b"}),
			`UsagePlans[0]: the name "a/b": want one without slashes and CDK tokens, as it becomes a part of a construct id`},
		{"a name twice", plans(UsagePlan{Name: "Gold"}, UsagePlan{Name: "Gold"}),
			`UsagePlans has the plan "Gold" twice: give each a name of its own`},
		{"a negative rate", plans(UsagePlan{Name: "Gold", RateLimit: -1}),
			`the usage plan "Gold": a RateLimit of -1 and a BurstLimit of 0: want a rate above 0 in requests a second, and a ` +
				`burst of at least 1, or 0 for no limit`},
		{"no number", plans(UsagePlan{Name: "Gold", RateLimit: math.NaN()}), "a RateLimit of NaN"},
		{"a burst alone", plans(UsagePlan{Name: "Gold", BurstLimit: 5}),
			`the usage plan "Gold": a BurstLimit of 5 without a RateLimit: set both, or leave both out`},
		{"an empty quota", plans(UsagePlan{Name: "Gold", Quota: &Quota{Period: "DAY"}}),
			`the usage plan "Gold": a Quota with a Limit of 0: want at least 1 request, or no Quota`},
		{"no period", plans(UsagePlan{Name: "Gold", Quota: &Quota{Limit: 5, Period: "YEAR"}}),
			`the usage plan "Gold": a Quota with the Period "YEAR": want awsapigateway.Period_DAY, Period_WEEK or Period_MONTH`},
		{"an offset past the limit", plans(UsagePlan{Name: "Gold", Quota: &Quota{Limit: 5, Offset: 5, Period: "DAY"}}),
			`a Quota with an Offset of 5: it is subtracted from the Limit of 5 in the first period`},
		{"a key without a name", plans(UsagePlan{Name: "Gold", Keys: []UsageKey{{Name: " acme"}}}),
			`the usage plan "Gold": its Keys[0]: the name is " acme": want one without spaces at its ends`},
		{"a key twice", plans(UsagePlan{Name: "Gold", Keys: []UsageKey{{Name: "acme"}}},
			UsagePlan{Name: "Free", Keys: []UsageKey{{Name: "bolt"}, {Name: "acme"}}}),
			`the usage plan "Free": its Keys[1]: the plan "Gold" has the key "acme" already: API Gateway takes a key in ` +
				`one plan of a stage`},
		{"an existing key twice", plans(UsagePlan{Name: "Gold", Keys: []UsageKey{{Existing: 1}, {Existing: 2}}},
			UsagePlan{Name: "Free", Keys: []UsageKey{{Existing: 2}}}),
			`the usage plan "Free": its Keys[0] is a key that the plan "Gold" has already: API Gateway takes a key in one plan`},
		{"an existing key with a name", plans(UsagePlan{Name: "Gold", Keys: []UsageKey{{Name: "acme", Existing: 1}}}),
			`its Keys[0] has Existing beside settings of a key that the stack makes: leave one of the two out`},
		{"an existing key with settings", plans(UsagePlan{Name: "Gold", Keys: []UsageKey{{Existing: 1, Settings: true}}}),
			`its Keys[0] has Existing beside settings of a key that the stack makes`},
		{"a route that is not there", plans(limited("GET /nowhere", RouteLimit{1, 1})),
			`the usage plan "Gold": route "GET /nowhere" is not in the table: write it as there, or leave it out`},
		{"no pattern", plans(limited("nowhere", RouteLimit{1, 1})), `route "nowhere" is not in the table`},
		{"a route without a key", plans(limited("GET /orders", RouteLimit{1, 1})),
			`the usage plan "Gold": route "GET /orders" needs no API key, so its limit never applies: add APIKey() to the ` +
				`route, or remove the limit`},
		{"an empty limit of a route", plans(limited("GET /keyed/{id}", RouteLimit{RateLimit: 1})),
			`the usage plan "Gold": route "GET /keyed/{id}": a RateLimit of 1 and a BurstLimit of 0: want a rate above 0`},
		{"limits of routes alone", plans(UsagePlan{Name: "Gold",
			Routes: map[string]RouteLimit{"GET /keyed/{id}": {1, 1}}}),
			`the usage plan "Gold": its Routes have limits, but the plan has none: API Gateway accepts limits of methods only ` +
				`together with those of the plan: set RateLimit and BurstLimit`},
		{"no route with a key", func(p *Props) { p.UsagePlans = []UsagePlan{{Name: "Gold"}} },
			`UsagePlans: no route needs an API key, so the plans count nothing: add APIKey() to the routes to be ` +
				`counted, or remove UsagePlans`},
		{"no stage", both(plans(UsagePlan{Name: "Gold"}), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			`UsagePlans: a plan is for the keys of a stage, and the API has no stage, as RestApiProps.Deploy is false`},
	})
}

func TestUsagePlans(t *testing.T) {
	p, err := New(table(plans(
		UsagePlan{Name: "Gold Plus", RateLimit: 0.5, BurstLimit: 20, Quota: &Quota{Limit: 10, Offset: 3, Period: "WEEK"},
			Keys:   []UsageKey{{Name: "acme", Settings: true}, {Existing: 1}},
			Routes: map[string]RouteLimit{"GET /keyed/{id}": {5, 10}}},
		UsagePlan{Name: "Free", RateLimit: 1},
	)))
	if err != nil {
		t.Fatal(err)
	}
	got := p.Limits(p.props.UsagePlans[0])
	if len(got) != 1 || got[0] != (PlannedLimit{"/keyed/{id}", "GET", RouteLimit{5, 10}}) {
		t.Errorf("the limits are %v", got)
	}
}

// A stage has no method ANY, so each verb has its limit.
func TestLimitsOfEveryVerb(t *testing.T) {
	p, err := New(table(both(plans(UsagePlan{Name: "Gold", RateLimit: 1,
		Routes: map[string]RouteLimit{"ANY /a": {5, 10}, "GET /a": {1, 2}}}),
		add(handle("ANY /a", fn, APIKey{}), handle("GET /a", fn, APIKey{})))))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, l := range p.Limits(p.props.UsagePlans[0]) {
		got[l.Verb+" "+l.Path] = l.RateLimit
	}
	want := map[string]float64{"DELETE /a": 5, "GET /a": 1, "HEAD /a": 5, "OPTIONS /a": 5, "PATCH /a": 5, "POST /a": 5,
		"PUT /a": 5}
	if !maps.Equal(got, want) {
		t.Errorf("the limits are %v, want %v", got, want)
	}
}

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
