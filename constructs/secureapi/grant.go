package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// GrantInvoke lets a principal call the routes with these patterns, which must be guarded by an [IAMAuthorizer].
//
// The * that stands for a parameter in a policy crosses slashes, so a grant of "GET /orders/{id}" would cover
// "GET /orders/{id}/items" as well. Where it would cover a route that is not among those named in the call,
// GrantInvoke panics and names it; where it would cover a method that was added beside the table, the synthesis fails.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
func (a *API) GrantInvoke(grantee awsiam.IGrantable, patterns ...string) awsiam.Grant {
	if grantee == nil {
		panic(fmt.Errorf("secureapi: %s: GrantInvoke: the grantee is nil: give it a role, a user or a function", *a.Node().Path()))
	}
	routes, err := a.plan.grantable(patterns)
	if err != nil {
		panic(fmt.Errorf("secureapi: %s: GrantInvoke: %w", *a.Node().Path(), err))
	}
	if a.plan.stage == "" {
		// A * for the stage would cross slashes, and so cover other routes.
		panic(fmt.Errorf("secureapi: %s: GrantInvoke: the API has no stage to grant, as RestApiProps.Deploy is false", *a.Node().Path()))
	}
	stage := a.RestAPI.DeploymentStage().StageName()
	var arns []*string
	for _, r := range routes {
		path := r.pattern.Wildcard()
		for _, verb := range verbsOf(r.pattern) {
			arns = append(arns, a.RestAPI.ArnForExecuteApi(jsii.String(verb), jsii.String(path), stage))
		}
	}
	grant := awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee:      grantee,
		Actions:      jsii.Strings(invoke),
		ResourceArns: &arns,
	})
	if !*grant.Success() {
		panic(fmt.Errorf("secureapi: %s: GrantInvoke: the grantee takes no policy, as an account or a service does: grant a role or a user; callers of another account are let in by ResourcePolicy.AllowAccounts and by that account's own policies",
			*a.Node().Path()))
	}
	return grant
}

// grantable finds the routes with these patterns and makes sure that granting them grants no other.
func (p *plan) grantable(patterns []string) ([]plannedRoute, error) {
	if len(patterns) == 0 {
		return nil, fmt.Errorf("no route is named: want patterns like %q", "GET /orders/{id}")
	}
	named := map[string]bool{}
	var out []plannedRoute
	for _, pattern := range patterns {
		r, err := p.iamRoute(pattern)
		if err != nil {
			return nil, err
		}
		if !named[r.pattern.String()] {
			named[r.pattern.String()] = true
			out = append(out, *r)
		}
	}
	for _, granted := range out {
		for _, other := range p.routes {
			if other.guard == nil || named[other.pattern.String()] {
				continue
			}
			if _, iam := other.guard.authorizer.(IAMAuthorizer); iam && route.WildcardCovers(granted.pattern, other.pattern) {
				return nil, fmt.Errorf("a grant of %q also covers %q, since the * in an ARN crosses slashes: name both, or guard one of them otherwise", granted.pattern, other.pattern)
			}
		}
	}
	return out, nil
}

func (p *plan) iamRoute(pattern string) (*plannedRoute, error) {
	var all []string
	for i, r := range p.routes {
		if r.guard == nil {
			if r.pattern.String() == pattern {
				return nil, fmt.Errorf("%q is public: everybody may call it", pattern)
			}
			continue
		}
		_, iam := r.guard.authorizer.(IAMAuthorizer)
		if r.pattern.String() == pattern {
			if !iam {
				return nil, fmt.Errorf("%q is guarded by %s, which does not look at IAM policies: guard it with an IAMAuthorizer", pattern, r.guard)
			}
			return &p.routes[i], nil
		}
		if iam {
			all = append(all, r.pattern.String())
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no route is guarded by an IAMAuthorizer")
	}
	return nil, fmt.Errorf("there is no route %q: IAM guards %s", pattern, quoteAll(all))
}
