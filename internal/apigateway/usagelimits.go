package apigateway

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/limits"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// limited counts a request to the usage plan of its API key and to the limit of its route, and refuses one that is over
// one. No source says when API Gateway counts: here it is after the other checks of the caller, so that a request that
// is denied takes nothing.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (st *stage) limited(m *method, call *checks.Call, verdict *checks.Verdict) *mapping.Failure {
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
			return over(verdict, "usage plan", mapping.Throttled, name+" is over "+rates(plan.Rate, request.Rate, route))
		case limits.Exceeded:
			return over(verdict, "usage plan", mapping.QuotaExceeded,
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
		return over(verdict, "throttle", mapping.Throttled,
			"the requests of all callers are over "+rates(nil, request.Stage, route))
	}
	return nil
}

// over refuses a request that is over a limit.
func over(verdict *checks.Verdict, check string, answer mapping.Type, reason string) *mapping.Failure {
	verdict.Trace = append(verdict.Trace, checks.Step{Check: check, Detail: reason})
	message := "Too Many Requests"
	if answer == mapping.QuotaExceeded {
		message = "Limit Exceeded"
	}
	return &mapping.Failure{Type: answer, Message: message, Reason: reason}
}

// planOf finds a key, the plan that has it for this stage, and what the plan says of the stage; nil for none, as
// without a key. A key is in one plan of a stage.
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

// rates says which rates a request may be over.
func rates(plan, route *apimodel.Rate, path string) (text string) {
	say := func(r *apimodel.Rate) string {
		if r.Burst == apimodel.UnknownBurst {
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

// noteLimits says that the limits of usage plans and routes do not count.
func (s *served) noteLimits() {
	if s.gateway.options.Limits {
		return
	}
	for _, plan := range s.model.UsagePlans {
		if plan.Limited() {
			s.problem(plan.ID, "its rates and its quota do not count here: each request with one of its keys passes")
		}
	}
	for _, api := range s.model.APIs {
		for _, stage := range api.Stages {
			if slices.ContainsFunc(stage.Throttles, func(t apimodel.Throttle) bool {
				return stage.Throttled(t.Verb, t.Path) != nil
			}) {
				s.problem(stage.ID, "the limits that it sets for single methods do not count here")
			}
		}
	}
}
