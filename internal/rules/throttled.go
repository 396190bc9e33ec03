package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

var changedThrottle = Rule{
	ID:       "changed-throttle",
	Severity: Error,
	Why: "Without a route's limit, the stage passes on as many requests of the route as of any other, to a " +
		"backend that the limit protects.",
	Looks: "the MethodSettings of stages of APIs with a Throttle in their table",
	WayOut: "leave the MethodSettings of the stage as secureapi.New writes them, " +
		"give a stage of your own the same limits, or take Throttle out of the table",
	check: func(v *view, report reporter) {
		for _, r := range v.byType[typeStage] {
			a, _ := v.apiOf(r)
			if a == nil || a.plan == nil || len(a.plan.throttled) == 0 {
				continue
			}
			settings, _ := r.property("MethodSettings").([]any)
			for _, key := range slices.Sorted(maps.Keys(a.plan.throttled)) {
				limits := a.plan.throttled[key]
				if has := limitsOf(settings, key); !sameLimits(has, limits) {
					stage, _ := r.text("StageName")
					report(r, Finding{API: a.name(), Message: fmt.Sprintf("the table throttles %s to %s, and the stage %q has %s",
						key, inWords(limits), stage, inWords(has))})
				}
			}
		}
	},
}

// limitsOf returns the requests a second and the burst of a method, in the form of a plan, or "". If there are several
// entries for one method, it is not known which one applies, so all must be the same.
func limitsOf(settings []any, key string) (limits string) {
	for _, entry := range settings {
		setting, _ := entry.(map[string]any)
		verb, _ := setting["HttpMethod"].(string)
		path, _ := setting["ResourcePath"].(string)
		if strings.ToUpper(verb)+" "+settingPath(path) != key {
			continue
		}
		rate, hasRate := setting["ThrottlingRateLimit"]
		burst, hasBurst := setting["ThrottlingBurstLimit"]
		text := ""
		if hasRate && hasBurst {
			text = fmt.Sprint(rate, " ", burst)
		}
		if limits != "" && !sameLimits(limits, text) {
			return ""
		}
		limits = text
	}
	return limits
}

func inWords(limits string) string {
	rate, burst, ok := strings.Cut(limits, " ")
	if !ok {
		return "no such limit"
	}
	return rate + " requests a second with a burst of " + burst
}

// sameLimits reports whether two pairs of limits have the same numbers.
func sameLimits(x, y string) bool {
	a, b := strings.Fields(x), strings.Fields(y)
	if len(a) != 2 || len(b) != 2 {
		return false
	}
	for i := range a {
		n, err := strconv.ParseFloat(a[i], 64)
		m, err2 := strconv.ParseFloat(b[i], 64)
		if err != nil || err2 != nil || n != m {
			return false
		}
	}
	return true
}
