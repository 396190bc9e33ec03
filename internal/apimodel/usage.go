package apimodel

// APIKey is a key that clients send in X-API-Key.
type APIKey struct {
	ID
	KeyID   string // a stand-in for its ID
	Name    string
	Value   string // the text that clients send: from the template, or a stand-in
	Enabled bool   // default false

	// NotKnown reports whether the value, or whether the key is enabled, is left to the deployment. The key is disabled
	// here.
	NotKnown bool
}

// OutsidePlanKey is a key that the assembly adds to a usage plan outside of it.
type OutsidePlanKey struct {
	ID
	Key, Plan string // their IDs in the form of [cloudassembly.Written]
}

// UsagePlan says which keys may call which stages, and how often.
type UsagePlan struct {
	ID
	PlanID string
	Name   string
	Keys   []*APIKey
	Others []string // IDs of keys outside the assembly
	Stages []PlanStage

	Rate  *Rate  // for each key, for all stages together; nil for no limit
	Quota *Quota // for each key, for all stages together; nil for none
}

// PlanStage is a stage that a usage plan covers.
type PlanStage struct {
	API   *API
	Stage string
	Rates map[string]Rate // for each key, by route: "/orders/{id}/GET", and "//GET" for the root
}

// Limited reports whether requests are counted.
func (p *UsagePlan) Limited() bool {
	limited := p.Rate != nil || p.Quota != nil
	for _, s := range p.Stages {
		limited = limited || len(s.Rates) > 0
	}
	return limited
}

// Rate is a rate limit with a token bucket.
type Rate struct {
	PerSecond float64 // tokens added to the bucket
	Burst     int     // size of the bucket; UnknownBurst if the template does not set it
}

// UnknownBurst is a burst that the template does not set.
const UnknownBurst = -1

// Quota is a limit of requests in a period.
type Quota struct {
	Limit  int
	Offset int    // subtracted from Limit in the first period
	Period string // "DAY", "WEEK" or "MONTH"
}
