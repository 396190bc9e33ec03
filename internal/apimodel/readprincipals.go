package apimodel

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readPrincipals reads roles and users. What of their policies does not resolve is not a problem by itself: most are of
// functions, which a local run does not hold to them.
func (b *builder) readPrincipals() {
	byName := map[string]*Principal{}
	for _, kind := range []string{"AWS::IAM::Role", "AWS::IAM::User"} {
		b.each(kind, func(r *reader) {
			r = r.notice()
			p := &Principal{ID: r.id, User: kind == "AWS::IAM::User", Name: r.physicalID(), ARN: r.attribute("Arn")}
			if r.has("Groups") {
				p.fail(errors.New("assembly: its Groups are not read"))
			}
			if r.has("PermissionsBoundary") {
				p.fail(errors.New("assembly: its PermissionsBoundary " +
					cloudassembly.Written(r.resource.Properties["PermissionsBoundary"]) + " is not read"))
			}
			if trust := r.resource.Properties["AssumeRolePolicyDocument"]; trust != nil {
				p.Trust = cloudassembly.Written(trust)
			}
			inline, _ := r.values["Policies"].([]any)
			if r.has("Policies") && inline == nil {
				p.fail(errors.New("assembly: its Policies are not a list"))
			}
			for _, entry := range inline {
				policy, _ := entry.(map[string]any)
				p.attach(policy["PolicyDocument"])
			}
			p.Managed = names(r.values["ManagedPolicyArns"], p)
			byName[kind+p.Name] = p
			b.model.Principals = append(b.model.Principals, p)
		})
	}
	b.each("AWS::IAM::UserToGroupAddition", func(r *reader) {
		var unknown Principal
		for _, name := range names(r.values["Users"], &unknown) {
			if p := byName["AWS::IAM::User"+name]; p != nil {
				p.fail(errors.New("assembly: it is in a group, whose policies are not read"))
			}
		}
	})
	attach := func(r *reader, kind, property string) {
		var unknown Principal
		list := r.values[property]
		if _, one := list.(string); one {
			list = []any{list}
		}
		for _, name := range names(list, &unknown) {
			if p := byName[kind+name]; p != nil {
				p.attach(r.values["PolicyDocument"])
			}
		}
		if unknown.Err != nil { // it may be attached to any
			for _, p := range b.model.Principals {
				p.fail(unknown.Err)
			}
		}
	}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy",
		"AWS::IAM::UserPolicy"} {
		b.each(kind, func(r *reader) {
			for _, property := range []string{"Roles", "RoleName"} {
				attach(r, "AWS::IAM::Role", property)
			}
			for _, property := range []string{"Users", "UserName"} {
				attach(r, "AWS::IAM::User", property)
			}
			if kind != "AWS::IAM::ManagedPolicy" {
				return
			}
			arn := r.notice().physicalID()
			for _, p := range b.model.Principals {
				for i, managed := range p.Managed {
					if managed == arn {
						p.Managed = append(p.Managed[:i], p.Managed[i+1:]...)
						p.attach(r.values["PolicyDocument"])
						break
					}
				}
			}
		})
	}
}

// attach adds a policy document.
func (p *Principal) attach(document any) {
	if err := firstBroken(document); err != nil {
		p.fail(err)
		return
	}
	m, ok := document.(map[string]any)
	if !ok {
		p.fail(errors.New("assembly: want a policy document, got " + cloudassembly.Describe(document)))
		return
	}
	text, err := json.Marshal(m)
	if err != nil {
		p.fail(err)
		return
	}
	p.Policies = append(p.Policies, text)
}

// names is a list of strings of a principal; nil if it is not set.
func names(v any, p *Principal) []string {
	if err := firstBroken(v); err != nil {
		p.fail(err)
		return nil
	}
	list, ok := v.([]any)
	if !ok && v != nil {
		p.fail(errors.New("assembly: want a list of names, got " + cloudassembly.Describe(v)))
	}
	var out []string
	for _, entry := range list {
		t, ok := cloudassembly.Text(entry)
		if !ok {
			p.fail(errors.New("assembly: want a name, got " + cloudassembly.Describe(entry)))
			continue
		}
		out = append(out, t)
	}
	return out
}

// firstBroken is the error of a part that was not resolved; nil if all was.
func firstBroken(v any) error {
	switch v := v.(type) {
	case cloudassembly.Unresolved:
		return v.Err
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := firstBroken(v[key]); err != nil {
				return err
			}
		}
	case []any:
		for _, entry := range v {
			if err := firstBroken(entry); err != nil {
				return err
			}
		}
	}
	return nil
}
