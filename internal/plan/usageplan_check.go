package plan

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// checkUsagePlans refuses plans that API Gateway would refuse, and limits that count nothing.
func (p *Plan) checkUsagePlans() (errs []error) {
	plans := p.props.UsagePlans
	if len(plans) == 0 {
		return nil
	}
	if p.Stage == "" {
		return []error{errors.New("UsagePlans: a plan is for the keys of a stage, and the API has no stage, as " +
			"RestApiProps.Deploy is false: let the API be deployed here, or make an awsapigateway.UsagePlan for your stage")}
	}
	if !slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.NeedsKey }) {
		errs = append(errs, errors.New("UsagePlans: no route needs an API key, so the plans count nothing: add APIKey() "+
			"to the routes to be counted, or remove UsagePlans"))
	}
	names, keys, existing := map[string]bool{}, map[string]string{}, map[int]string{}
	joined := map[string]bool{}
	for i, u := range plans {
		if u.Of != "" {
			if u.settings() {
				errs = append(errs, fmt.Errorf("UsagePlans[%d] has Of, a plan that exists, beside settings of a "+
					"new plan: leave one of the two out", i))
			}
			if joined[u.Of] {
				errs = append(errs, fmt.Errorf("UsagePlans has the plan %s twice, by Of: leave one out", u.Of))
			}
			joined[u.Of] = true
			continue
		}
		if err := nameError(u.Name); err != nil {
			errs = append(errs, fmt.Errorf("UsagePlans[%d]: the name %w", i, err))
			continue
		}
		if names[u.Name] {
			errs = append(errs, fmt.Errorf("UsagePlans has the plan %q twice: give each a name of its own", u.Name))
		}
		names[u.Name] = true
		for _, err := range slices.Concat(u.checkLimits(), u.checkKeys(keys, existing), p.checkPlanRoutes(u)) {
			errs = append(errs, fmt.Errorf("the usage plan %q: %w", u.Name, err))
		}
	}
	return errs
}

// nameError returns what is wrong with a name that becomes part of a construct ID.
func nameError(name string) error {
	switch {
	case strings.TrimSpace(name) == "" || name != strings.TrimSpace(name):
		return fmt.Errorf("is %q: want one without spaces at its ends, as it is part of a logical id", name)
	case strings.Contains(name, "/") || cdktoken.Unresolved(name):
		return fmt.Errorf("%q: want one without slashes and CDK tokens, as it becomes a part of a construct id", name)
	}
	return nil
}

func (u UsagePlan) checkLimits() (errs []error) {
	if u.RateLimit < 0 || math.IsNaN(u.RateLimit) || math.IsInf(u.RateLimit, 0) || u.BurstLimit < 0 {
		errs = append(errs, fmt.Errorf("a RateLimit of %s and a BurstLimit of %s: want a rate above 0 in requests a second, "+
			"and a burst of at least 1, or 0 for no limit", formatNumber(u.RateLimit), formatNumber(u.BurstLimit)))
	} else if u.BurstLimit > 0 && u.RateLimit == 0 {
		errs = append(errs, fmt.Errorf("a BurstLimit of %d without a RateLimit: set both, or leave both out", u.BurstLimit))
	}
	q := u.Quota
	if q == nil {
		return errs
	}
	if q.Limit <= 0 {
		errs = append(errs, fmt.Errorf("a Quota with a Limit of %s: want at least 1 request, or no Quota",
			formatNumber(q.Limit)))
	} else if q.Offset < 0 || q.Offset >= q.Limit {
		errs = append(errs, fmt.Errorf("a Quota with an Offset of %d: it is subtracted from the Limit of %d in the first "+
			"period, so it is at least 0 and below that", q.Offset, q.Limit))
	}
	if !slices.Contains(periods, q.Period) {
		errs = append(errs, fmt.Errorf("a Quota with the Period %q: want awsapigateway.Period_DAY, Period_WEEK or "+
			"Period_MONTH", q.Period))
	}
	return errs
}

// checkKeys refuses a key that is in two plans. API Gateway accepts a key in only one plan of a stage.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (u UsagePlan) checkKeys(keys map[string]string, existing map[int]string) (errs []error) {
	const once = "API Gateway takes a key in one plan of a stage"
	for i, k := range u.Keys {
		switch {
		case k.Existing > 0 && (k.Name != "" || k.Settings):
			errs = append(errs, fmt.Errorf("its Keys[%d] has Existing beside settings of a key that the stack makes: leave "+
				"one of the two out", i))
		case k.Existing > 0:
			if other, twice := existing[k.Existing]; twice {
				errs = append(errs, fmt.Errorf("its Keys[%d] is a key that the plan %q has already: %s", i, other, once))
			}
			existing[k.Existing] = u.Name
		case nameError(k.Name) != nil:
			errs = append(errs, fmt.Errorf("its Keys[%d]: the name %w", i, nameError(k.Name)))
		default:
			if other, twice := keys[k.Name]; twice {
				errs = append(errs, fmt.Errorf("its Keys[%d]: the plan %q has the key %q already: %s", i, other, k.Name, once))
			}
			keys[k.Name] = u.Name
		}
	}
	return errs
}

// checkPlanRoutes refuses limits for routes that API Gateway does not know, and for routes that need no key.
func (p *Plan) checkPlanRoutes(u UsagePlan) (errs []error) {
	if len(u.Routes) > 0 && u.RateLimit == 0 {
		// The pull request quotes API Gateway's error.
		// Source: https://github.com/aws/aws-cdk/pull/6411
		errs = append(errs, errors.New("its Routes have limits, but the plan has none: API Gateway accepts limits of "+
			"methods only together with those of the plan: set RateLimit and BurstLimit"))
	}
	for _, text := range slices.Sorted(maps.Keys(u.Routes)) {
		limit := u.Routes[text]
		if !positive(limit.RateLimit) || limit.BurstLimit <= 0 {
			errs = append(errs, fmt.Errorf("route %q: a RateLimit of %s and a BurstLimit of %s: want a rate above 0 in "+
				"requests a second, and a burst of at least 1",
				text, formatNumber(limit.RateLimit), formatNumber(limit.BurstLimit)))
		}
		r, ok := p.tableRoute(text)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("route %q is not in the table: write it as there, or leave it out", text))
		case r.OnlyIf != nil:
			errs = append(errs, fmt.Errorf("route %q has OnlyIf, and a usage plan cannot limit a method that may "+
				"not be there: leave its limit out", text))
		case !r.NeedsKey:
			errs = append(errs, fmt.Errorf("route %q needs no API key, so its limit never applies: add APIKey() to the "+
				"route, or remove the limit", text))
		}
	}
	return errs
}

// tableRoute returns the route of the table with a pattern.
func (p *Plan) tableRoute(text string) (PlannedRoute, bool) {
	pattern, err := route.Parse(text)
	if err != nil {
		return PlannedRoute{}, false
	}
	i := slices.IndexFunc(p.Routes, func(r PlannedRoute) bool { return r.Pattern.String() == pattern.String() })
	if i < 0 {
		return PlannedRoute{}, false
	}
	return p.Routes[i], true
}
