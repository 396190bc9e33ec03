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
