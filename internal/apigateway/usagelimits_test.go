package apigateway

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// limitedShop has two routes behind a plan with two keys. One of the routes has its own rate.
func limitedShop(plan object, rates object) object {
	r := bare()
	addRoute(r, "GET /orders", mock("orders"), object{"ApiKeyRequired": true})
	addRoute(r, "ANY /stock/{id}", mock("stock"), object{"ApiKeyRequired": true})
	addRoute(r, "GET /open", mock("open"))
	stage := object{"ApiId": ref("Api"), "Stage": ref("Stage")}
	if rates != nil {
		stage["Throttle"] = rates
	}
	plan["ApiStages"], plan["UsagePlanName"] = []any{stage}, "Partners"
	r["Plan"] = resource("ApiGateway::UsagePlan", plan)
	for _, name := range []string{"acme", "bolt"} {
		r[name] = resource("ApiGateway::ApiKey",
			object{"Name": name, "Value": "the-key-of-" + name + "-1234", "Enabled": true})
		r[name+"Link"] = resource("ApiGateway::UsagePlanKey",
			object{"KeyId": ref(name), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")})
	}
	r["Busy"] = resource("ApiGateway::GatewayResponse", object{
		"RestApiId": ref("Api"), "ResponseType": "QUOTA_EXCEEDED",
		"ResponseTemplates": object{"application/json": `{"sorry":$context.error.messageString}`},
	})
	return r
}

func ofKey(name string) string { return "X-API-Key: the-key-of-" + name + "-1234" }

// TestUsageLimits has rates and quotas of keys, with a clock that the test moves.
func TestUsageLimits(t *testing.T) {
	const (
		throttled = `429 TooManyRequestsException {"message":"Too Many Requests"}`
		exceeded  = `429 LimitExceededException {"sorry":"Limit Exceeded"}`
	)
	clock := testclock.New(time.Unix(1_800_000_000, 0))
	limited := func(o *Options) { o.Limits, o.Now = true, clock.Now }
	type step struct{ target, key, want, reason string }
	for _, c := range []struct {
		name        string
		plan, rates object
		steps       []step // "" for a second that passes
	}{
		{
			name: "a rate", plan: object{"Throttle": object{"RateLimit": 1, "BurstLimit": 2}},
			steps: []step{
				{"GET /prod/orders", "acme", "200 orders", ""},
				{"GET /prod/stock/7", "acme", "200 stock", ""},
				{"GET /prod/orders", "acme", throttled,
					"the API key acme of the usage plan Partners is over 1 requests a second with a burst of 2"},
				{"GET /prod/orders", "bolt", "200 orders", ""},
				{"GET /prod/open", "acme", "200 open", ""},
				{},
				{"GET /prod/orders", "acme", "200 orders", ""},
				{"GET /prod/orders", "acme", throttled, ""},
			},
		},
		{
			name: "a rate of a route", plan: object{"Throttle": object{"RateLimit": 10, "BurstLimit": 10}},
			rates: object{"/stock/{id}/GET": object{"RateLimit": 1, "BurstLimit": 1}},
			steps: []step{
				{"GET /prod/stock/7", "acme", "200 stock", ""},
				{"GET /prod/stock/8", "acme", throttled, "or over 1 requests a second with a burst of 1 to /stock/{id}/GET"},
				{"PUT /prod/stock/8", "acme", "200 stock", ""},
				{"GET /prod/orders", "acme", "200 orders", ""},
			},
		},
		{
			name: "a quota", plan: object{"Quota": object{"Limit": 2, "Period": "DAY"}},
			steps: []step{
				{"GET /prod/orders", "acme", "200 orders", ""},
				{"GET /prod/nothing", "acme",
					`403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}`, ""},
				{"GET /prod/orders", "other", `403 ForbiddenException {"message":"Forbidden"}`, ""},
				{"GET /prod/orders", "acme", "200 orders", ""},
				{"GET /prod/stock/7", "acme", exceeded,
					"the API key acme of the usage plan Partners has used its quota of 2 requests a day"},
				{"GET /prod/orders", "bolt", "200 orders", ""},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, limitedShop(c.plan, c.rates), limited)
			for i, one := range c.steps {
				if one.target == "" {
					clock.Advance(time.Second)
					continue
				}
				got := s.send(t, one.target, ofKey(one.key))
				if got.String() != one.want || !strings.Contains(got.record.Reason, one.reason) {
					t.Errorf("request %d, %s of %s: got %s (%s), want %s (%s)", i, one.target, one.key, got, got.record.Reason,
						one.want, one.reason)
				}
			}
			if err := s.Reload(); err != nil {
				t.Fatal(err)
			}
			last := c.steps[len(c.steps)-1]
			if last.want == throttled && s.send(t, last.target, ofKey(last.key)).String() != throttled {
				t.Error("what was counted is forgotten when the assembly is read again")
			}
			if problems := strings.Join(s.Problems(), "\n"); strings.Contains(problems, "Shop/Plan") {
				t.Errorf("got the problems %s", problems)
			}
		})
	}
	t.Run("without Limits", func(t *testing.T) {
		s := serve(t, limitedShop(object{"Quota": object{"Limit": 1, "Period": "DAY"}}, nil))
		for range 3 {
			if got := s.send(t, "GET /prod/orders", ofKey("acme")); got.status != 200 {
				t.Errorf("got %s", got)
			}
		}
		const note = "Shop/Plan: its rates and its quota are not enforced here"
		if problems := strings.Join(s.Problems(), "\n"); !strings.Contains(problems, note) {
			t.Errorf("got the problems %s, want %s", problems, note)
		}
	})
	t.Run("the trace", func(t *testing.T) {
		s := serve(t, limitedShop(object{"Quota": object{"Limit": 5, "Period": "MONTH"}}, nil), limited)
		trace := s.send(t, "GET /prod/orders", ofKey("acme")).record.Verdict.Trace
		const want = "the API key acme of the usage plan Partners has 4 of 5 requests left in this month"
		if last := trace[len(trace)-1]; last.Check != "usage plan" || !last.Passed || last.Detail != want {
			t.Errorf("got %+v, want %s", last, want)
		}
	})
	t.Run("a stage's limit of a route", func(t *testing.T) {
		r := limitedShop(object{"Throttle": object{"RateLimit": 1, "BurstLimit": 2}}, nil)
		properties := r["Stage"].(object)["Properties"].(object)
		properties["MethodSettings"] = []any{
			object{"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1},
			object{"HttpMethod": "GET", "ResourcePath": "/~1open", "ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 2},
			object{"HttpMethod": "GET", "ResourcePath": "/~1orders", "ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 1},
			object{"HttpMethod": "PUT", "ResourcePath": "/~1stock~1{id}", "ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 0},
		}
		s := serve(t, r, limited)
		const crowded = "the requests of all callers are over 1 requests a second with a burst of 2 to /open/GET"
		for i, one := range []step{
			{"GET /prod/open", "acme", "200 open", ""},
			{"GET /prod/open", "other", "200 open", ""},
			{"GET /prod/open", "acme", throttled, crowded},
			{"GET /prod/orders", "acme", "200 orders", ""},
			{"GET /prod/orders", "bolt", throttled,
				"the requests of all callers are over 0 requests a second with a burst of 1 to /orders/GET"},
			{"GET /prod/stock/1", "acme", "200 stock", ""}, // a request that the stage refuses does not count for the plan
			{"GET /prod/stock/1", "bolt", "200 stock", ""},
			{"GET /prod/stock/1", "acme", throttled, "of the usage plan Partners is over"},
			{"PUT /prod/stock/1", "bolt", throttled, "over 0 requests a second with a burst of 0 to /stock/{id}/PUT"},
		} {
			got := s.send(t, one.target, ofKey(one.key))
			if got.String() != one.want || !strings.Contains(got.record.Reason, one.reason) {
				t.Errorf("request %d: got %s (%s), want %s (%s)", i, got, got.record.Reason, one.want, one.reason)
			}
		}
		const note = "the limits that it sets for single methods are not enforced here"
		if problems := strings.Join(s.Problems(), "\n"); strings.Contains(problems, note) {
			t.Errorf("got the problems %s", problems)
		}
		if problems := strings.Join(serve(t, r).Problems(), "\n"); !strings.Contains(problems, "Shop/Stage: "+note) {
			t.Errorf("without Limits: got the problems %s, want %s", problems, note)
		}
	})
}
