package rules

// Rule is a property that assemblies are judged by.
type Rule struct {
	ID  string // in kebab case; it never changes
	Why string // the reason

	// Looks names the properties that the rule reads, and the APIs that it applies to.
	Looks string

	WayOut string // in general; a finding may have its own

	// Severity is the severity of its findings, unless they have their own.
	Severity Severity

	check func(v *view, report reporter)
}

// eachPlanned returns the check of a rule that looks at each API with a plan separately.
func eachPlanned(check func(*api, reporter)) func(*view, reporter) {
	return func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.plan != nil {
				check(a, report)
			}
		}
	}
}
