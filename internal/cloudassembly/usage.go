package cloudassembly

import "slices"

// APIKey is a key that clients send in X-API-Key.
type APIKey struct {
	ID
	KeyID   string // the stand-in for its id
	Name    string
	Value   string // what clients send: that of the template, or a stand-in
	Enabled bool   // default false
}

// UsagePlan says which keys may call which stages. How much they may call is not read, as nothing here counts it.
type UsagePlan struct {
	ID
	PlanID string
	Name   string
	Keys   []*APIKey
	Stages []PlanStage
}

// PlanStage is a stage that a usage plan covers.
type PlanStage struct {
	API   *API
	Stage string
}

// readUsage reads keys and plans. A key whose value is not known is not enabled.
func (b *builder) readUsage() {
	b.each("AWS::ApiGateway::ApiKey", func(r *reader) {
		k := &APIKey{ID: r.id, KeyID: r.physicalID(), Name: r.notice().text("Name"), Value: r.text("Value"), Enabled: r.bool("Enabled")}
		if !r.has("Value") {
			k.Value = random(r.stack, r.id.LogicalID, "value", mixed, 40)
		}
		if k.Value == "" { // which no request must match
			k.Enabled = false
		}
		b.keys[k.KeyID] = k
		b.model.APIKeys = append(b.model.APIKeys, k)
	})
	b.each("AWS::ApiGateway::UsagePlan", func(r *reader) {
		p := &UsagePlan{ID: r.id, PlanID: r.physicalID(), Name: r.notice().text("UsagePlanName")}
		for _, in := range r.objects("ApiStages") {
			s := PlanStage{API: b.apis[in.need("ApiId")], Stage: in.need("Stage")}
			if s.API == nil || s.Stage == "" {
				in.notice().problem("%s is not a stage of an API in the assembly", in.path)
				continue
			}
			p.Stages = append(p.Stages, s)
		}
		r.notice().planExtras()
		b.plans[p.PlanID] = p
		b.model.UsagePlans = append(b.model.UsagePlans, p)
	})
	b.each("AWS::ApiGateway::UsagePlanKey", func(r *reader) {
		p, k := b.plans[r.need("UsagePlanId")], b.keys[r.need("KeyId")]
		if p == nil || k == nil {
			r.notice().problem("its key or its usage plan is not in the assembly")
			return
		}
		if !slices.Contains(p.Keys, k) {
			p.Keys = append(p.Keys, k)
		}
	})
}
