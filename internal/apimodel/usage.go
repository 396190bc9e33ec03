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

// UsagePlan says which keys may call which stages. How much they may call is not read, as nothing here counts it.
type UsagePlan struct {
	ID
	PlanID string
	Name   string
	Keys   []*APIKey
	Others []string // ids of keys that are not in the assembly
	Stages []PlanStage
}

// PlanStage is a stage that a usage plan covers.
type PlanStage struct {
	API   *API
	Stage string
}
