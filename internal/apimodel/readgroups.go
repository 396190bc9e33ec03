package apimodel

import (
	"encoding/json"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readGroups reads groups with their attached policies. It does not resolve them, since the assembly does not show all
// members of a group.
func (b *builder) readGroups() {
	byName := map[string]*PolicySet{}
	b.each("AWS::IAM::Group", func(r *reader) {
		g := &PolicySet{ID: r.id}
		inline, _ := r.resource.Properties["Policies"].([]any)
		for _, entry := range inline {
			policy, _ := entry.(map[string]any)
			g.Documents = append(g.Documents, documents(policy["PolicyDocument"])...)
		}
		managed, _ := r.resource.Properties["ManagedPolicyArns"].([]any)
		for _, arn := range managed {
			g.Managed = append(g.Managed, cloudassembly.Written(arn))
		}
		byName[r.notice().physicalID()] = g
		b.model.Groups = append(b.model.Groups, g)
	})
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::GroupPolicy"} {
		b.each(kind, func(r *reader) {
			list := r.values["Groups"]
			if kind == "AWS::IAM::GroupPolicy" {
				list = []any{r.values["GroupName"]}
			}
			var unknown Principal
			for _, name := range stringsOf(list, &unknown) {
				g := byName[name]
				if g == nil { // the group is not in the assembly
					g = &PolicySet{ID: ID{r.id.Stack, name}}
					byName[name] = g
					b.model.Groups = append(b.model.Groups, g)
				}
				g.Documents = append(g.Documents, documents(r.resource.Properties["PolicyDocument"])...)
			}
		})
	}
}

// documents returns a policy document of a template as JSON; nil without one.
func documents(written any) []json.RawMessage {
	if written == nil {
		return nil
	}
	text, err := json.Marshal(written)
	if err != nil {
		return nil // unreachable: the value was decoded from JSON
	}
	return []json.RawMessage{text}
}
