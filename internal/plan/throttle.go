package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

var _ Word = Throttle{}

func (Throttle) word() string { return "Throttle" }

func (t Throttle) addTo(r *PlannedRoute) (errs []error) {
	if r.Throttle != nil {
		return []error{errors.New("it has Throttle twice: leave one of them out")}
	}
	r.Throttle = &t
	if !positive(t.Rate) || t.Burst <= 0 {
		errs = append(errs, fmt.Errorf("it has Throttle(%s, %s): want a rate above 0 in requests a second, and a burst of "+
			"at least 1 request", formatNumber(t.Rate), formatNumber(t.Burst)))
	}
	return errs
}

// positive reports whether a rate is a number above 0.
func positive(rate float64) bool { return rate > 0 && !math.IsInf(rate, 0) }

// MethodSetting is a stage's setting for the requests of a route. The zero value leaves all to the stage's own
// settings.
type MethodSetting struct {
	Path, Verb string    // of the method: "/orders/{id}" and "GET"
	Throttle   *Throttle // nil for the stage's

	Cache *CacheResponse // nil if its answers are not cached
}

// MethodSettings returns the settings of the routes that have some of their own, in the order of [Plan.Sorted]. A route
// for every verb has one setting for each verb, because API Gateway does not deploy a setting of ANY ("Invalid method
// setting path").
// Source: https://github.com/DianaIonita/serverless-api-gateway-throttling (src/updateRestApiStageThrottling.js)
func (p *Plan) MethodSettings() (out []MethodSetting) {
	for r := range p.Sorted() {
		if r.Throttle == nil && r.Cache == nil {
			continue
		}
		for _, verb := range p.takenVerbs(r.Pattern) {
			out = append(out, MethodSetting{Path: r.Pattern.Path(), Verb: verb, Throttle: r.Throttle, Cache: r.Cache})
		}
	}
	return out
}

// Throttled returns the limits of the routes that have some of their own, by route and verb: requests a second and
// burst. The finished template is compared with it.
func (p *Plan) Throttled() map[string]string {
	out := map[string]string{}
	for _, s := range p.MethodSettings() {
		if s.Throttle != nil {
			out[s.Verb+" "+s.Path] = fmt.Sprint(s.Throttle.Rate, " ", s.Throttle.Burst)
		}
	}
	return out
}

// checkMethodSettings refuses settings of routes if there is no stage, or if DeployOptions set the same method.
func (p *Plan) checkMethodSettings() (errs []error) {
	for r := range p.Sorted() {
		switch {
		case r.Throttle == nil && r.Cache == nil:
		case p.Stage == "":
			errs = append(
				errs,
				fmt.Errorf("route %q has settings of its stage, such as Throttle or CacheResponse, and there is no stage, as "+
					"RestApiProps.Deploy is false: leave them out, and set MethodOptions of your own stage", r.Pattern),
			)
		case slices.ContainsFunc(append(p.takenVerbs(r.Pattern), r.Pattern.Verb), func(verb string) bool {
			return p.props.RestAPI.setsMethod(r.Pattern.Path(), verb)
		}):
			errs = append(errs, fmt.Errorf("route %q has settings of its stage, such as Throttle or CacheResponse, and "+
				"RestApiProps.DeployOptions.MethodOptions has its method too: leave one of the two out", r.Pattern))
		}
	}
	return errs
}

// setsMethod reports whether DeployOptions.MethodOptions has an entry for a method. CDK accepts the verb in any case.
func (r *RestAPI) setsMethod(path, verb string) bool {
	if r == nil {
		return false
	}
	for _, key := range r.MethodOptions {
		i := strings.LastIndex(key, "/")
		if i >= 0 && strings.EqualFold(key[i+1:], verb) && key[:i] == path {
			return true
		}
	}
	return false
}
