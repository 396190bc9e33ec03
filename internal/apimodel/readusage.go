package apimodel

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readUsage reads keys and plans. A key whose value is not known is not enabled.
func (b *builder) readUsage() {
	b.each("AWS::ApiGateway::ApiKey", func(r *reader) {
		k := &APIKey{ID: r.id, KeyID: r.physicalID(), Name: r.notice().text("Name"), Value: r.text("Value"),
			Enabled: r.bool("Enabled")}
		if !r.has("Value") {
			k.Value = r.stack.StandIn(r.id.LogicalID, "value", 40)
		}
		_, depends := r.values["Enabled"].(cloudassembly.Unresolved)
		k.NotKnown = depends || k.Enabled && k.Value == ""
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
		if p != nil && k == nil {
			p.Others = append(p.Others, cloudassembly.Written(r.resource.Properties["KeyId"]))
		}
		if _, depends := r.values["KeyId"].(cloudassembly.Unresolved); p == nil && (k != nil || r.text("KeyId") != "" || depends) {
			b.model.OutsidePlanKeys = append(b.model.OutsidePlanKeys, OutsidePlanKey{
				ID:   r.id,
				Key:  cloudassembly.Written(r.resource.Properties["KeyId"]),
				Plan: cloudassembly.Written(r.resource.Properties["UsagePlanId"]),
			})
		}
		if p == nil || k == nil {
			r.notice().problem("its key or its usage plan is not in the assembly")
			return
		}
		if !slices.Contains(p.Keys, k) {
			p.Keys = append(p.Keys, k)
		}
	})
}

// planExtras notes what a usage plan asks for that a local run does not do: it knows which keys are in it, and counts
// nothing.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplan.html
func (r *reader) planExtras() {
	var list []string
	if r.has("Throttle") || slices.ContainsFunc(r.objects("ApiStages"),
		func(in *reader) bool { return in.has("Throttle") }) {
		list = append(list, "throttling (Throttle)")
	}
	if r.has("Quota") {
		list = append(list, "the quota (Quota)")
	}
	r.extras(list)
}
