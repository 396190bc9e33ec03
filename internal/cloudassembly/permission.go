package cloudassembly

import "slices"

// Permission is a statement of a function's own policy: it lets a service or an account invoke the function.
type Permission struct {
	ID
	Function  string // its name or ARN, perhaps with an alias; "" if that is not known
	Principal string // such as "apigateway.amazonaws.com"
}

func (b *builder) readPermissions() {
	b.each("AWS::Lambda::Permission", func(r *reader) {
		r = r.notice()
		b.model.Permissions = append(b.model.Permissions, &Permission{ID: r.id, Function: r.text("FunctionName"), Principal: r.text("Principal")})
	})
}

// WithoutPermission are the functions behind routes, as integrations or as authorizers, that no permission of the assembly lets
// API Gateway invoke, where it does not do so by a role. Here they run all the same; on AWS their routes answer 500.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html, "Permissions".
func (m *Model) WithoutPermission() (list []*Function) {
	permitted := map[*Function]bool{}
	for _, p := range m.Permissions {
		if p.Principal != "apigateway.amazonaws.com" && p.Principal != "*" {
			continue
		}
		f, _ := m.FunctionOf(p.Function, p.Stack)
		if f == nil && p.Function == "" {
			return nil // it may be for any
		}
		permitted[f] = true
	}
	add := func(f *Function, credentials string) {
		if f != nil && credentials == "" && !permitted[f] && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, api := range m.APIs {
		for _, method := range api.Methods {
			add(method.Integration.Function, method.Integration.Credentials)
			if a := method.Authorizer; a != nil {
				add(a.Function, a.Credentials)
			}
		}
	}
	return list
}
