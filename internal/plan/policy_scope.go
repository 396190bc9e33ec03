package plan

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/resourcepolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

const wholeAPI = "execute-api:/*" // API Gateway puts the API's ARN in front when it stores the policy

// Condition keys. The keys of principals exist only in requests signed for IAM, and those of VPCs only in requests to
// private APIs.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
const (
	sourceIP         = "aws:SourceIp"
	vpcSourceIP      = "aws:VpcSourceIp"
	sourceVPC        = "aws:SourceVpc"
	sourceVPCE       = "aws:SourceVpce"
	principalAccount = "aws:PrincipalAccount"
	principalOrg     = "aws:PrincipalOrgID"
)

type condition map[string]map[string]any

// policyScope is what a resource policy needs to know about its API.
type policyScope struct {
	resourcepolicy.Scope

	signed  bool  // whether a route takes requests signed with AWS credentials
	private bool  // whether the endpoint is PRIVATE
	overlap error // set if a route that needs an Allow cannot be named without one that must not have it
}

// allowsAll reports whether every route needs an Allow, so that the policy need not name them.
func (s policyScope) allowsAll() bool { return len(s.Allowed) > 0 && len(s.Guarded) == 0 }

func (p *Plan) policyScope() policyScope {
	stage := p.stageOfPolicies()
	preflights := p.props.CORS != nil
	s := policyScope{private: p.props.RestAPI.isPrivate()}
	resources := func(r PlannedRoute) (out []string) {
		for _, verb := range Verbs(r.Pattern) {
			if verb == "OPTIONS" && preflights {
				continue // the preflight takes it, even if a route is for every verb
			}
			out = append(out, "execute-api:/"+stage+"/"+verb+r.Pattern.Wildcard())
		}
		return out
	}
	open := func(r PlannedRoute) bool { return r.Guard == nil || r.Guard.NeedsAllow }
	for _, r := range p.Routes {
		s.signed = s.signed || r.Guard != nil && r.Guard.Signed
		if !open(r) {
			s.Guarded = append(s.Guarded, resources(r)...)
			continue
		}
		s.Allowed = append(s.Allowed, resources(r)...)
		for _, other := range p.Routes {
			if !open(other) && route.WildcardCovers(r.Pattern, other.Pattern) {
				s.overlap = fmt.Errorf("%q needs an Allow in the policy, whose * crosses slashes and would cover %q "+
					"too, and would admit callers that %s rejects: guard both alike, move one to another path, or do "+
					"without the policy",
					r.Pattern, other.Pattern, other.Guard)
			}
		}
	}
	if preflights {
		s.Preflights = "execute-api:/" + stage + "/OPTIONS/*"
		s.Allowed = append(s.Allowed, s.Preflights)
	}
	// The policy is a part of the API, so a change of it causes a deployment. Moving a line of the table should not.
	slices.Sort(s.Allowed)
	return s
}

func (s policyScope) ipKey() string {
	if s.private {
		return vpcSourceIP
	}
	return sourceIP
}
