package rules

// Rule is something that is judged.
type Rule struct {
	ID  string // in kebab case; it does not change
	Why string // the reason in one sentence

	// Looks says at what the rule looks, and of which APIs.
	Looks string

	WayOut string // in general; a finding has its own words

	// Severity is that of its findings, unless they say otherwise.
	Severity Severity

	check func(v *view, report reporter)
}

// eachPlanned is the check of a rule that looks at each API with a plan by itself.
func eachPlanned(check func(*api, reporter)) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.plan != nil {
				check(a, report)
			}
		}
	}
}
