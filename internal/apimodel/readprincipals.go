package apimodel

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readPrincipals reads roles and users. Policies that do not resolve are not problems: most belong to functions, and a
// local run does not enforce what functions may do.
func (b *builder) readPrincipals() {
	byName := map[string]*Principal{}
	for _, kind := range []string{"AWS::IAM::Role", "AWS::IAM::User"} {
		b.each(kind, func(r *reader) {
			p := readPrincipal(r.notice(), kind == "AWS::IAM::User")
			byName[kind+p.Name] = p
			b.model.Principals = append(b.model.Principals, p)
		})
	}
	b.each("AWS::IAM::UserToGroupAddition", func(r *reader) {
		var unknown Principal
		for _, name := range stringsOf(r.values["Users"], &unknown) {
			if p := byName["AWS::IAM::User"+name]; p != nil {
				p.fail(errors.New("assembly: it is in a group, whose policies are not read"))
			}
		}
	})
	attach := func(r *reader, kind, property string) (some bool) {
		var unknown Principal
		list := r.values[property]
		if _, one := list.(string); one {
			list = []any{list}
		}
		for _, name := range stringsOf(list, &unknown) {
			p := byName[kind+name]
			if p == nil {
				p = b.outsidePrincipal(r, kind, name)
				byName[kind+name] = p
			}
			p.attach(r.values["PolicyDocument"], r.resource.Properties["PolicyDocument"])
			some = true
		}
		if unknown.Err != nil { // the policy may be attached to any of them
			for _, p := range b.model.Principals {
				p.fail(unknown.Err)
			}
		}
		return some
	}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy",
		"AWS::IAM::UserPolicy"} {
		b.each(kind, func(r *reader) {
			attached := false
			for _, property := range []string{"Roles", "RoleName"} {
				attached = attach(r, "AWS::IAM::Role", property) || attached
			}
			for _, property := range []string{"Users", "UserName"} {
				attached = attach(r, "AWS::IAM::User", property) || attached
			}
			if kind != "AWS::IAM::ManagedPolicy" {
				return
			}
			arn := r.notice().physicalID()
			for _, p := range b.model.Principals {
				for i, managed := range p.Managed {
					if managed == arn {
						p.Managed = append(p.Managed[:i], p.Managed[i+1:]...)
						p.attach(r.values["PolicyDocument"], r.resource.Properties["PolicyDocument"])
						attached = true
						break
					}
				}
			}
			if !attached {
				b.model.ManagedPolicies = append(b.model.ManagedPolicies, &PolicySet{
					ID: r.id, Documents: documents(r.resource.Properties["PolicyDocument"]),
				})
			}
		})
	}
	b.readGroups()
}

// readPrincipal reads a role or a user, with its inline policies.
func readPrincipal(r *reader, user bool) *Principal {
	p := &Principal{ID: r.id, User: user, Name: r.physicalID(), ARN: r.attribute("Arn")}
	if r.has("Groups") {
		p.fail(errors.New("assembly: its Groups are not read"))
	}
	if r.has("PermissionsBoundary") {
		p.fail(errors.New("assembly: its PermissionsBoundary " +
			cloudassembly.Written(r.resource.Properties["PermissionsBoundary"]) + " is not read"))
	}
	if trust := r.resource.Properties["AssumeRolePolicyDocument"]; trust != nil {
		p.Trust = cloudassembly.Written(trust)
		p.OfIntegrations = onlyGatewayAssumes(r.values["AssumeRolePolicyDocument"])
	}
	inline, _ := r.values["Policies"].([]any)
	if r.has("Policies") && inline == nil {
		p.fail(errors.New("assembly: its Policies are not a list"))
	}
	written, _ := r.resource.Properties["Policies"].([]any)
	for i, entry := range inline {
		policy, _ := entry.(map[string]any)
		var as map[string]any
		if i < len(written) {
			as, _ = written[i].(map[string]any)
		}
		if bad, ok := entry.(cloudassembly.Unresolved); ok {
			p.fail(bad.Err)
			p.Unread = append(p.Unread, documents(as)...)
			continue
		}
		p.attach(policy["PolicyDocument"], as["PolicyDocument"])
	}
	p.Managed = stringsOf(r.values["ManagedPolicyArns"], p)
	return p
}

// outsidePrincipal returns a role or user outside the assembly.
func (b *builder) outsidePrincipal(r *reader, kind, name string) *Principal {
	p := &Principal{ID: ID{r.id.Stack, name}, Name: name, User: kind == "AWS::IAM::User", Outside: true}
	of := map[bool]string{true: "user", false: "role"}[p.User]
	p.ARN = "arn:" + b.evaluator.Partition(r.stack) + ":iam::" + b.evaluator.Account(r.stack) + ":" + of + "/" + name
	b.model.Principals = append(b.model.Principals, p)
	return p
}

// attach adds a policy document. written is the document as in the template.
func (p *Principal) attach(document, written any) {
	if err := firstUnresolved(document); err != nil {
		p.fail(err)
		p.Unread = append(p.Unread, documents(written)...)
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

// stringsOf returns a list of strings from a principal's property; nil if it is not set.
func stringsOf(v any, p *Principal) []string {
	if err := firstUnresolved(v); err != nil {
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

// firstUnresolved returns the error of the first part that was not resolved; nil if there is no such part.
func firstUnresolved(v any) error {
	switch v := v.(type) {
	case cloudassembly.Unresolved:
		return v.Err
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := firstUnresolved(v[key]); err != nil {
				return err
			}
		}
	case []any:
		for _, entry := range v {
			if err := firstUnresolved(entry); err != nil {
				return err
			}
		}
	}
	return nil
}
