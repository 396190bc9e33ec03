// Package rules checks finished cloud assemblies. It checks whether the templates still guard each REST API as its
// access table states, and whether an API of any origin has a definite security hole. The construct secureapi.API runs
// it at synthesis, and gatehouse check on an assembly.
//
//	a, err := cloudassembly.Read("cdk.out")
//	for _, f := range rules.Check(a, rules.Options{}) {
//		fmt.Println(f.Rule, f.ConstructPath, f.Message)
//	}
//
// It reads the templates and not the constructs, so it also sees overrides, aspects and generic resources. The plan of
// an API that package secureapi built is in the metadata of its resources: see [PlanMetadata]. For other APIs it
// reports only what is wrong in any app. It does not call AWS or change the assembly.
package rules

import (
	"cmp"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// Options configure how an assembly is judged.
type Options struct {
	// Accepted includes the findings that the app accepts, with their reasons.
	Accepted bool
}

// All returns the rules, sorted by ID.
func All() []Rule {
	all := []Rule{
		openMethod,
		undecidedAuthorization,
		unknownAPI,
		foreignGuard,
		grantCoversMethod,
		changedGuard,
		changedLogin,
		resourcePolicy,
		policyOpensMethod,
		circularDependency,
		fallThrough,
		hiddenMethods,
		openEndpoint,
		responseWithoutCORS,
		responseTwice,
		changedKey,
		changedCheck,
		changedThrottle,
		changedTenant,
		changedCaller,
		keyWithoutPlan,
		keyThatNothingNames,
		permissionElsewhere,
		functionElsewhere,
		changedAuthorizer,
		cachedWithoutIdentity,
		changedFunction,
		openFunctionURL,
		openInvocation,
		responseCache,
		loggedSecret,
		undeclaredAnswer,
		privateIntegration,
		refusedRouting,
		openCall,
		forgeableHeader,
		unreadTemplate,
		missingRoute,
		tenantFromRequest,
		tenantIsolation,
		acceptance,
	}
	slices.SortFunc(all, func(x, y Rule) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

// IDs returns the IDs of all rules.
func IDs() []string {
	var out []string
	for _, r := range All() {
		out = append(out, r.ID)
	}
	return out
}

// Acceptable returns the IDs of the rules whose findings an app may accept.
func Acceptable() []string {
	return slices.DeleteFunc(IDs(), func(id string) bool { return id == acceptance.ID })
}

// Check judges an assembly. The findings are sorted by stack, construct and rule.
func Check(a *cloudassembly.Assembly, o Options) []Finding {
	v := newView(a)
	var out []Finding
	reporterOf := func(rule Rule) reporter {
		return func(at *resource, f Finding) {
			f.Rule, f.Severity = rule.ID, cmp.Or(f.Severity, rule.Severity)
			f.WayOut = cmp.Or(f.WayOut, rule.WayOut)
			at.place(&f)
			out = append(out, f)
		}
	}
	for _, rule := range All() {
		rule.check(v, reporterOf(rule))
	}
	found := out
	out = nil // accept changes the findings and reports more, so the list must be complete here
	v.accept(found, Acceptable(), reporterOf(acceptance))
	out = append(found, out...)
	if !o.Accepted {
		out = slices.DeleteFunc(out, func(f Finding) bool { return f.Accepted != "" })
	}
	slices.SortStableFunc(out, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Stack, y.Stack), cmp.Compare(x.ConstructPath, y.ConstructPath),
			cmp.Compare(x.LogicalID, y.LogicalID), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Message, y.Message))
	})
	return slices.Compact(out)
}

// Failing returns the findings with which a synthesis fails: errors that are not accepted.
func Failing(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings),
		func(f Finding) bool { return f.Severity != Error || f.Accepted != "" })
}

// place sets the place of a finding.
func (r *resource) place(f *Finding) {
	f.Stack, f.LogicalID, f.ConstructPath, f.File = r.stack.Path, r.id, r.t.Path, r.stack.File()
}
