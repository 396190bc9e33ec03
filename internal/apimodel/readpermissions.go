package apimodel

import "github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"

func (b *builder) readPermissions() {
	b.each("AWS::Lambda::Permission", func(r *reader) {
		r = r.notice()
		p := &Permission{ID: r.id, Written: cloudassembly.Written(map[string]any(r.resource.Properties))}
		for _, field := range []struct {
			name string
			to   *string
		}{
			{"FunctionName", &p.Function},
			{"Action", &p.Action},
			{"Principal", &p.Principal},
			{"SourceArn", &p.SourceARN},
			{"SourceAccount", &p.SourceAccount},
			{"PrincipalOrgID", &p.OrgID},
			{"FunctionUrlAuthType", &p.URLAuth},
		} {
			if bad, ok := r.values[field.name].(cloudassembly.Unresolved); ok && p.Unknown == "" {
				p.Unknown = shortError(bad.Err)
			}
			*field.to = r.text(field.name)
		}
		// API Gateway never meets these conditions: a service is not in an organization (PrincipalOrgID), event source tokens
		// are for Alexa, and the other two are for function URLs.
		for _, name := range []string{"PrincipalOrgID", "EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl"} {
			if r.has(name) {
				p.conditions = append(p.conditions, name)
				p.OfURL = p.OfURL || name == "FunctionUrlAuthType" || name == "InvokedViaFunctionUrl"
			}
		}
		b.model.Permissions = append(b.model.Permissions, p)
	})
}
