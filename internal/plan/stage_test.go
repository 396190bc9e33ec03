package plan

import (
	"math"
	"strings"
	"testing"
)

func TestWrongCanaries(t *testing.T) {
	canary := func(percent float64) func(*Props) {
		return func(p *Props) { p.Stage.Canary = &StageCanary{Percent: percent} }
	}
	testRefusals(t, []refusal{
		{"too much", canary(101), "Stage.Canary has Percent 101: want 0 to 100, of the requests"},
		{"negative", canary(-1), "Stage.Canary has Percent -1"},
		{"no number", canary(math.NaN()), "Stage.Canary has Percent NaN"},
		{"a variable", func(p *Props) { p.Stage.Canary = &StageCanary{Variables: map[string]string{"a-b": "c"}} },
			`Stage.Canary.Variables has the variable "a-b": want a name of letters, digits and _`},
		{"its value", func(p *Props) { p.Stage.Canary = &StageCanary{Variables: map[string]string{"a": "c d"}} },
			`Stage.Canary.Variables has "c d" as the value of a: want letters, digits and any of -._~:/?#&=,`},
		{"no stage", both(canary(10), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			"RestApiProps.Deploy is set"},
	})
	if _, err := New(table(canary(100))); err != nil {
		t.Error(err)
	}
}

func TestWrongStages(t *testing.T) {
	testRefusals(t, []refusal{
		{"a cache to empty, without one", func(p *Props) {
			p.Authorizer, p.Stage.FlushAuthorizerCache = signing(), true
			p.Routes = []Route{handle("GET /orders", fn)}
		}, "Stage.FlushAuthorizerCache: the API has no authorizer with a cache: leave it out"},
		{
			"limits and none",
			func(p *Props) { p.Stage = Stage{RateLimit: 1, NoThrottling: true} },
			"NoThrottling is set beside",
		},
		{"stage name", func(p *Props) { p.Stage.Name = "v 1" }, `Stage.Name "v 1": want 1 to 128 letters`},
		{"long stage name", func(p *Props) { p.Stage.Name = strings.Repeat("v", 129) }, `vvv": want 1 to 128 letters`},
		{"a variable without a value", func(p *Props) {
			p.RestAPI = &RestAPI{Variables: map[string]string{"mode": ""}}
		}, `RestApiProps.DeployOptions.Variables has "" as the value of mode: want letters, digits and any of`},
		{"negative limit", func(p *Props) { p.Stage.RateLimit = -1 }, "a RateLimit of -1"},
		{"a limit that was a token", func(p *Props) { p.Stage.RateLimit = math.MinInt },
			"a RateLimit of a CDK token and a BurstLimit of 0: want positive numbers, 0 for the default, or NoThrottling; CDK " +
				"tokens go into RestApiProps.DeployOptions"},
	})
}
