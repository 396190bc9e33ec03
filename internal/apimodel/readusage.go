package apimodel

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readUsage reads API keys and usage plans. A key whose value is not known is disabled.
func (b *builder) readUsage() {
	b.each("AWS::ApiGateway::ApiKey", func(r *reader) {
		k := &APIKey{ID: r.id, KeyID: r.physicalID(), Name: r.notice().text("Name"), Value: r.text("Value"),
			Enabled: r.bool("Enabled")}
		if !r.has("Value") {
			k.Value = r.stack.StandIn(r.id.LogicalID, "value", 40)
		}
		_, depends := r.values["Enabled"].(cloudassembly.Unresolved)
		k.NotKnown = depends || k.Enabled && k.Value == ""
		if k.Value == "" { // no request must match an empty value
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
			rates := in.notice().object("Throttle")
			for _, route := range rates.names() {
				if rate := rates.rate(route); rate != nil {
					if s.Rates == nil {
						s.Rates = map[string]Rate{}
					}
					s.Rates[route] = *rate
				}
			}
			p.Stages = append(p.Stages, s)
		}
		p.Rate, p.Quota = r.notice().rate("Throttle"), r.notice().quota()
		b.plans[p.PlanID] = p
		b.model.UsagePlans = append(b.model.UsagePlans, p)
	})
	b.each("AWS::ApiGateway::UsagePlanKey", func(r *reader) {
		p, k := b.plans[r.need("UsagePlanId")], b.keys[r.need("KeyId")]
		if p != nil && k == nil {
			p.Others = append(p.Others, cloudassembly.Written(r.resource.Properties["KeyId"]))
		}
		if _, depends := r.values["KeyId"].(cloudassembly.Unresolved); p == nil && (k != nil || r.text("KeyId") != "" ||
			depends) {
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

// rate reads a rate limit; nil if it is not set or not known.
// Source: aws-properties-apigateway-usageplan-throttlesettings.html of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference
func (r *reader) rate(name string) *Rate {
	if !r.has(name) {
		return nil
	}
	in := r.object(name)
	perSecond := in.number("RateLimit")
	if perSecond == nil {
		return nil
	}
	rate := &Rate{PerSecond: *perSecond, Burst: UnknownBurst}
	if burst := in.integer("BurstLimit"); burst != nil {
		rate.Burst = *burst
	}
	return rate
}

// quota reads the quota of a plan; nil if it is not set or not known.
// Source: aws-properties-apigateway-usageplan-quotasettings.html of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference
func (r *reader) quota() *Quota {
	if !r.has("Quota") {
		return nil
	}
	in := r.object("Quota")
	limit, period := in.integer("Limit"), in.oneOf("Period", "DAY", "WEEK", "MONTH")
	if limit == nil || period == "" {
		return nil
	}
	q := &Quota{Limit: *limit, Period: period}
	if offset := in.integer("Offset"); offset != nil {
		q.Offset = *offset
	}
	return q
}
