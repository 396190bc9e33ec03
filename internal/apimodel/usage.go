package apimodel

// APIKey is a key that clients send in X-API-Key.
type APIKey struct {
	ID
	KeyID   string // the stand-in for its id
	Name    string
	Value   string // what clients send: that of the template, or a stand-in
	Enabled bool   // default false

	// NotKnown says that the value, or whether the key is enabled, is left to the deployment. The key is not enabled here.
	NotKnown bool
}

// OutsidePlanKey is a key that the assembly puts into a usage plan that is not in it.
type OutsidePlanKey struct {
	ID
	Key, Plan string // as [cloudassembly.Written] shows their ids
}

// UsagePlan says which keys may call which stages, and how much.
type UsagePlan struct {
	ID
	PlanID string
	Name   string
	Keys   []*APIKey
	Others []string // ids of keys that are not in the assembly
	Stages []PlanStage

	Rate  *Rate  // of each key, for all stages together; nil for no limit
	Quota *Quota // of each key, for all stages together; nil for none
}

// PlanStage is a stage that a usage plan covers.
type PlanStage struct {
	API   *API
	Stage string
	Rates map[string]Rate // of routes, for each key, by path and verb: "/orders/{id}/GET", and "//GET" for the root
}

// Limited reports whether requests are counted.
func (p *UsagePlan) Limited() bool {
	limited := p.Rate != nil || p.Quota != nil
	for _, s := range p.Stages {
		limited = limited || len(s.Rates) > 0
	}
	return limited
}

// Rate is a limit of requests by a token bucket.
type Rate struct {
	PerSecond float64 // tokens that the bucket gets
	Burst     int     // tokens that it holds; UnknownBurst if the template does not say
}

// UnknownBurst is a burst that a template leaves out.
const UnknownBurst = -1

// Quota is a limit of requests in a period.
type Quota struct {
	Limit  int
	Offset int    // subtracted from Limit in the first period
	Period string // "DAY", "WEEK" or "MONTH"
}
