package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

var tenantFromRequest = Rule{
	ID:       "tenant-from-request",
	Severity: Error,
	Why: "Lambda runs a function with tenant isolation in an execution environment of the tenant that the request " +
		"names. If the caller writes that name, a caller of one tenant runs in the environment of another.",
	Looks: "what methods map to X-Amz-Tenant-Id, of APIs that Gatehouse built; for other APIs it warns. A claim of a " +
		"Cognito authorizer or of an included function counts as written by the caller if the assembly has an app client " +
		"of their user pools that may write the attribute",
	WayOut: "take the tenant from a verified claim, with Tenant(Claim(...)) on the route, or in another API from what " +
		"the method's authorizer returns, such as context.authorizer.tenantId. Take an attribute of a user pool out of the " +
		"WriteAttributes of its app clients",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			t := m.tenant()
			how := "the caller writes"
			if client := m.writer(t.from); client != nil {
				how = fmt.Sprintf("users may write by WriteAttributes of the app client %s", client.id)
			} else if !chosenByCaller(t.from) {
				continue
			}
			if t.isolated == no || m.ownsTenant(t.from) {
				continue
			}
			f := Finding{Severity: Warning, Message: fmt.Sprintf("the method %s takes the tenant of its function from %s, "+
				"which %s", m.key(), t.from, how)}
			if m.api != nil {
				f.API = m.api.name()
				if m.api.plan != nil {
					f.Severity = Error
				}
			}
			report(m.resource, f)
		}
	},
}

// chosenByCaller reports whether a mapping expression is a part of the request that the caller writes, even if an
// authorizer admits the caller.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
func chosenByCaller(from string) bool {
	return strings.HasPrefix(from, "method.request.") ||
		slices.Contains([]string{"context.path", "context.domainName", "context.domainPrefix", "context.identity.userAgent"},
			from)
}

// ownsTenant reports whether the table takes a method's tenant from a path parameter. It does so only if it also
// requires that the parameter is the caller's, and another rule reports a method that lost its guard.
func (m *method) ownsTenant(from string) bool {
	return strings.HasPrefix(from, "method.request.path.") && m.api != nil && m.api.plan != nil &&
		m.api.plan.tenants[m.key()] == from
}

// writer returns an app client that lets users write the attribute from which a Cognito authorizer, or an included
// function, has a claim, or nil. Without WriteAttributes, a client may write the standard attributes, and no custom
// ones.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
func (m *method) writer(from string) *resource {
	if m.guard == nil || !strings.HasPrefix(from, "context.authorizer.") {
		return nil
	}
	pools, _ := m.guard.property("ProviderARNs").([]any)
	settings := m.guard.settingsOfIncluded()
	for _, client := range m.v.byType["AWS::Cognito::UserPoolClient"] {
		id, err := client.text("UserPoolId")
		gives := func(attribute any) bool { return isClaim(from, attribute) }
		if err != nil || !slices.ContainsFunc(client.written(), gives) {
			continue
		}
		for _, pool := range m.v.byType["AWS::Cognito::UserPool"] {
			if pool.ref() == id && (slices.Contains(pools, any(pool.attribute("Arn"))) || strings.Contains(settings, "/"+id)) {
				return client
			}
		}
	}
	return nil
}

// written returns the attributes that an app client lets users write, as far as they are known.
func (r *resource) written() (attributes []any) {
	if r.t.Properties["WriteAttributes"] == nil {
		for _, name := range tenant.OwnAttributes {
			attributes = append(attributes, name)
		}
		return attributes
	}
	attributes, _ = r.property("WriteAttributes").([]any)
	return attributes
}

// isClaim reports whether a mapping expression is the claim of an attribute.
func isClaim(from string, attribute any) bool {
	name, _ := attribute.(string)
	return from == "context.authorizer.claims."+name || from == "context.authorizer."+tenant.Key(name)
}

// settingsOfIncluded returns the environment of the included function that an authorizer invokes, as JSON. Its issuers'
// URLs end with the IDs of user pools. It returns "" for another function.
func (r *resource) settingsOfIncluded() string {
	uri, err := r.text("AuthorizerUri")
	if err != nil || !r.v.invokesIncluded(r) {
		return ""
	}
	f := r.functionOf(invokedBy(uri))
	if f == nil {
		return ""
	}
	return inJSON(f.property("Environment"))
}

var changedTenant = Rule{
	ID:       "changed-tenant",
	Severity: Error,
	Why: "A function with tenant isolation runs for the tenant that its method passes. With another source of the " +
		"tenant than the table's, callers may run in the environment of another tenant.",
	Looks:  "the X-Amz-Tenant-Id that methods of the table's routes map",
	WayOut: "leave it as secureapi.New writes it, or say in the table where the tenant comes from",
	check: eachPlanned(func(a *api, report reporter) {
		for _, m := range a.methods {
			want := a.plan.tenants[m.key()]
			if t := m.tenant(); want != "" && t.from != want {
				has := t.from
				if has == "" {
					has = "nothing"
				}
				report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf("the method %s has its tenant from %s by the "+
					"table, and from %s in the template", m.key(), want, has)})
			}
		}
	}),
}

var tenantIsolation = Rule{
	ID:       "tenant-isolation",
	Severity: Error,
	Why: "Lambda refuses to run a function with tenant isolation without a tenant ID, and any other function with one. " +
		"API Gateway then answers 500. Function URLs, event sources, provisioned concurrency and SnapStart do not support " +
		"tenant isolation.",
	Looks:  "the uses of functions whose TenancyConfig is in the assembly, by every API and other resources",
	WayOut: "use a function without TenancyConfig here",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			what, wayOut := m.tenant().fault(m)
			if what == "" {
				continue
			}
			f := Finding{Message: fmt.Sprintf("the method %s %s, so each call would answer 500", m.key(), what), WayOut: wayOut}
			if m.api != nil {
				f.API = m.api.name()
			}
			report(m.resource, f)
		}
		for _, r := range v.byType[typeAuthorizer] {
			if uri, err := r.text("AuthorizerUri"); err == nil && uri != "" {
				if f := r.functionOf(invokedBy(uri)); f != nil && f.isolated() == yes {
					report(r, Finding{Message: fmt.Sprintf("the authorizer invokes the function %s, which has tenant isolation, and "+
						"API Gateway passes no tenant ID to an authorizer", f.id)})
				}
			}
		}
		for _, use := range unsupportedUses {
			for _, r := range v.byType[use.kind] {
				if use.property != "" && r.t.Properties[use.property] == nil {
					continue
				}
				name, err := r.text(use.function)
				if err != nil || name == "" {
					continue
				}
				if f := r.functionOf(name); f != nil && f.isolated() == yes {
					report(r, Finding{Message: fmt.Sprintf("the function %s has %s and tenant isolation, which do not work "+
						"together", f.id, use.what)})
				}
			}
		}
		for _, f := range v.byType[typeFunction] {
			config, _ := f.property("SnapStart").(map[string]any)
			if f.isolated() == yes && config["ApplyOn"] == "PublishedVersions" {
				report(f, Finding{Message: fmt.Sprintf("the function %s has SnapStart and tenant isolation, which do not work "+
					"together", f.id)})
			}
		}
	},
}

// unsupportedUses are the resources that cannot be for a function with tenant isolation.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html#tenant-isolation-features and
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.TenancyConfig.html
var unsupportedUses = []struct{ kind, function, property, what string }{
	{typeURL, "TargetFunctionArn", "", "a function URL"},
	{"AWS::Lambda::EventSourceMapping", "FunctionName", "", "an event source mapping"},
	{"AWS::Lambda::Alias", "FunctionName", "ProvisionedConcurrencyConfig", "provisioned concurrency"},
	{"AWS::Lambda::Version", "FunctionName", "ProvisionedConcurrencyConfig", "provisioned concurrency"},
}

// isolated reports whether a function has tenant isolation.
func (r *resource) isolated() answer {
	switch config := r.property("TenancyConfig").(type) {
	case nil:
		return no
	case map[string]any:
		if config["TenantIsolationMode"] == tenant.PerTenant {
			return yes
		}
	}
	return notKnown
}

// tenantOf describes the tenant ID that a method passes to its function.
type tenantOf struct {
	function *resource // nil if it is not in the assembly
	isolated answer    // whether the function has tenant isolation; no if the method invokes no function

	// What the tenant ID is mapped from, and whether it is mapped at all. An expression that is known only at deployment
	// is "".
	from   string
	mapped answer
}

func (m *method) tenant() (t tenantOf) {
	integration, _ := m.property("Integration").(map[string]any)
	uri, ok := integration["Uri"].(string)
	arn := invokedBy(uri)
	switch {
	case ok && arn == uri, m.isMock:
		t.isolated = no
	case ok:
		if t.function = m.functionOf(arn); t.function != nil {
			t.isolated = t.function.isolated()
		}
	}
	parameters, ok := integration["RequestParameters"].(map[string]any)
	t.mapped = no
	if !ok && integration["RequestParameters"] != nil {
		t.mapped = notKnown
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		switch {
		case strings.EqualFold(name, tenant.Parameter): // header names have no case
			t.from, _ = parameters[name].(string)
			t.mapped = yes
		case intrinsic(name) && t.mapped == no:
			t.mapped = notKnown
		}
	}
	// A template can set the header too: $context.requestOverride.header.X-Amz-Tenant-Id. Source:
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
	if t.mapped == no && strings.Contains(inJSON(integration["RequestTemplates"]), "requestOverride") {
		t.mapped = notKnown
	}
	return t
}

// fault says why Lambda would refuse each call of a method, and the way out. It returns "" if Lambda would not, or if
// that is not known.
func (t tenantOf) fault(m *method) (what, wayOut string) {
	static, isStatic := strings.CutPrefix(t.from, "'")
	static = strings.TrimSuffix(static, "'")
	switch {
	case t.isolated == yes && t.mapped == no:
		return fmt.Sprintf("invokes the function %s, which has tenant isolation, without a tenant ID", t.function.id),
			"take the tenant from a verified claim, with Tenant(Claim(...)) on the route, or in another API from what the " +
				"method's authorizer returns, as in " + tenant.Parameter + ": context.authorizer.tenantId; or use a function " +
				"without TenancyConfig here"
	case t.isolated == no && t.function != nil && t.mapped == yes:
		return fmt.Sprintf("passes a tenant ID to the function %s, which has no tenant isolation", t.function.id),
			"set the function's TenancyConfig, which replaces the function, or leave Tenant out of the route"
	case t.isolated == no || t.mapped != yes:
	case strings.HasPrefix(t.from, "context.authorizer.") && m.why == "" && !slices.ContainsFunc(m.types, hasContext):
		return fmt.Sprintf("takes the tenant of its function from %s, and has no authorizer that returns it", t.from),
			"give the method an authorizer, or use a function without TenancyConfig here"
	case isStatic && !tenant.Valid(static):
		return fmt.Sprintf("passes the tenant ID %q, which Lambda does not accept: %v", static, tenant.Check(static)),
			"write another one"
	}
	return "", ""
}

// hasContext reports whether there is a context.authorizer for methods with an authorization type.
func hasContext(kind string) bool { return kind != authNone && kind != authIAM }
