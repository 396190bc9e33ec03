package apigateway

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/limits"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// checkLimits counts a request towards the usage plan of its API key and the limit of its route, and refuses it if it
// exceeds either. No source says when API Gateway counts. Here it is after the other checks of the caller, so that a
// denied request uses nothing up.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (st *stage) checkLimits(m *method, call *checks.Call, verdict *checks.Verdict) *mapping.Failure {
	gateway := st.served.gateway
	if !gateway.options.Limits {
		return nil
	}
	plan, key, at := st.planOf(verdict.Caller.APIKeyID)
	if plan != nil && !plan.Limited() {
		plan = nil
	}
	throttle := st.stage.Throttled(call.Verb, m.Path)
	if plan == nil && throttle == nil {
		return nil
	}
	route := m.Path + "/" + call.Verb
	request := limits.Request{Route: st.api.ID.String() + " " + st.stage.Name + " " + route, Stage: throttle}
	if plan != nil {
		request.Plan, request.Key = plan, key.KeyID
		if rate, some := at.Rates[route]; some {
			request.Rate = &rate
		}
	}
	left, refusal := gateway.usage.Take(gateway.options.Now(), request)
	if plan != nil {
		name := fmt.Sprintf("the API key %s of the usage plan %s", nameOr(key.Name, key.ID), nameOr(plan.Name, plan.ID))
		switch refusal {
		case limits.Throttled:
			return refuseOverLimit(verdict, "usage plan", mapping.Throttled,
				name+" is over "+rates(plan.Rate, request.Rate, route))
		case limits.Exceeded:
			return refuseOverLimit(verdict, "usage plan", mapping.QuotaExceeded,
				fmt.Sprintf("%s has used its quota of %d requests a %s", name, plan.Quota.Limit, periods[plan.Quota.Period]))
		}
		detail := name + " is within its rate"
		if left >= 0 {
			detail = fmt.Sprintf("%s has %d of %d requests left in this %s", name, left, plan.Quota.Limit,
				periods[plan.Quota.Period])
		}
		verdict.Trace = append(verdict.Trace, checks.Step{Check: "usage plan", Passed: true, Detail: detail})
	}
	if refusal == limits.RouteThrottled {
		return refuseOverLimit(verdict, "throttle", mapping.Throttled,
			"the requests of all callers are over "+rates(nil, request.Stage, route))
	}
	return nil
}

// refuseOverLimit refuses a request that exceeds a limit.
func refuseOverLimit(verdict *checks.Verdict, check string, answer mapping.Type, reason string) *mapping.Failure {
	verdict.Trace = append(verdict.Trace, checks.Step{Check: check, Detail: reason})
	message := "Too Many Requests"
	if answer == mapping.QuotaExceeded {
		message = "Limit Exceeded"
	}
	return &mapping.Failure{Type: answer, Message: message, Reason: reason}
}

// planOf finds the key with an ID, the usage plan that contains it for this stage, and the plan's settings for the
// stage. It returns nil if none exists. A key can be in only one plan of a stage.
func (st *stage) planOf(id string) (*apimodel.UsagePlan, *apimodel.APIKey, apimodel.PlanStage) {
	if id == "" {
		return nil, nil, apimodel.PlanStage{}
	}
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

// rates describes the rates that a request may have exceeded.
func rates(plan, route *apimodel.Rate, path string) (text string) {
	describe := func(r *apimodel.Rate) string {
		if r.Burst == apimodel.UnknownBurst {
			return fmt.Sprintf("%g requests a second", r.PerSecond)
		}
		return fmt.Sprintf("%g requests a second with a burst of %d", r.PerSecond, r.Burst)
	}
	if plan != nil {
		text = describe(plan)
	}
	if route != nil {
		if text != "" {
			text += ", or over "
		}
		text += describe(route) + " to " + path
	}
	return text
}

// noteLimits reports that the limits of usage plans and routes are not enforced.
func (s *served) noteLimits() {
	if s.gateway.options.Limits {
		return
	}
	for _, plan := range s.model.UsagePlans {
		if plan.Limited() {
			s.addProblem(plan.ID, "its rates and its quota are not enforced here: each request with one of its keys passes")
		}
	}
	for _, api := range s.model.APIs {
		for _, stage := range api.Stages {
			if slices.ContainsFunc(stage.Throttles, func(t apimodel.Throttle) bool {
				return stage.Throttled(t.Verb, t.Path) != nil
			}) {
				s.addProblem(stage.ID, "the limits that it sets for single methods are not enforced here")
			}
		}
	}
}
