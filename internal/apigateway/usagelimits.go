package apigateway

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/limits"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// limited counts a request to the usage plan of its API key, and refuses one that is over a limit. No source says when
// API Gateway counts: here it is after the other checks of the caller, so that a request that is denied takes nothing.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (st *stage) limited(m *method, call *checks.Call, verdict *checks.Verdict) *mapping.Failure {
	gateway := st.served.gateway
	if !gateway.options.Limits || verdict.Caller.APIKeyID == "" {
		return nil
	}
	plan, key, at := st.planOf(verdict.Caller.APIKeyID)
	if plan == nil || !plan.Limited() {
		return nil
	}
	route := m.Path + "/" + call.Verb
	request := limits.Request{Plan: plan, Key: key.KeyID, Route: st.api.ID.String() + " " + st.stage.Name + " " + route}
	if rate, some := at.Rates[route]; some {
		request.Rate = &rate
	}
	left, refusal := gateway.usage.Take(gateway.options.Now(), request)
	name := fmt.Sprintf("the API key %s of the usage plan %s", nameOr(key.Name, key.ID), nameOr(plan.Name, plan.ID))
	step := checks.Step{Check: "usage plan", Passed: refusal == limits.None, Detail: name + " is within its rate"}
	if left >= 0 {
		step.Detail = fmt.Sprintf("%s has %d of %d requests left in this %s", name, left, plan.Quota.Limit,
			periods[plan.Quota.Period])
	}
	var failure *mapping.Failure
	switch refusal {
	case limits.Throttled:
		failure = &mapping.Failure{Type: mapping.Throttled, Message: "Too Many Requests",
			Reason: name + " is over " + rates(plan.Rate, request.Rate, route)}
	case limits.Exceeded:
		failure = &mapping.Failure{Type: mapping.QuotaExceeded, Message: "Limit Exceeded",
			Reason: fmt.Sprintf("%s has used its quota of %d requests a %s", name, plan.Quota.Limit, periods[plan.Quota.Period])}
	}
	if failure != nil {
		step.Detail = failure.Reason
	}
	verdict.Trace = append(verdict.Trace, step)
	return failure
}

// planOf finds a key, the plan that has it for this stage, and what the plan says of the stage; nil for none. A key is
// in one plan of a stage.
func (st *stage) planOf(id string) (*apimodel.UsagePlan, *apimodel.APIKey, apimodel.PlanStage) {
	for _, plan := range st.served.model.UsagePlans {
		at := slices.IndexFunc(plan.Stages, func(s apimodel.PlanStage) bool {
			return s.API == st.api && s.Stage == st.stage.Name
		})
		has := slices.IndexFunc(plan.Keys, func(k *apimodel.APIKey) bool { return k.KeyID == id })
		if at >= 0 && has >= 0 {
			return plan, plan.Keys[has], plan.Stages[at]
		}
	}
	return nil, nil, apimodel.PlanStage{}
}

func nameOr(name string, id apimodel.ID) string {
	if name == "" {
		return id.String()
	}
	return name
}

var periods = map[string]string{"DAY": "day", "WEEK": "week", "MONTH": "month"}

// rates says which rates a request may be over.
func rates(plan, route *apimodel.Rate, path string) (text string) {
	say := func(r *apimodel.Rate) string {
		if r.Burst == 0 {
			return fmt.Sprintf("%g requests a second", r.PerSecond)
		}
		return fmt.Sprintf("%g requests a second with a burst of %d", r.PerSecond, r.Burst)
	}
	if plan != nil {
		text = say(plan)
	}
	if route != nil {
		if text != "" {
			text += ", or over "
		}
		text += say(route) + " to " + path
	}
	return text
}

// noteLimits says that the limits of usage plans do not count.
func (s *served) noteLimits() {
	if s.gateway.options.Limits {
		return
	}
	for _, plan := range s.model.UsagePlans {
		if plan.Limited() {
			s.problem(plan.ID, "its rates and its quota do not count here: each request with one of its keys passes")
		}
	}
}
