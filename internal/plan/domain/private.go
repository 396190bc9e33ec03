package domain

import (
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/origin"
)

// Private has the settings that only a domain of the type PRIVATE has. The fields are those of
// secureapi.PrivateDomain.
type Private struct {
	AllowVPCEndpoints     []string
	AssociateVPCEndpoints []string
	Statements            int
	AliasName, AliasZone  string // EndpointDNSName and EndpointHostedZoneID
}

// check refuses a private domain that no caller can reach.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains-tutorial.html
// ("API Gateway provisions a domain name with a deny all resource policy")
func (p *Private) check(hasZone bool, bad func(string, ...any)) {
	if len(p.AllowVPCEndpoints) == 0 && p.Statements == 0 {
		bad(".Private allows no VPC endpoint, so that no caller would reach the domain: name those that may call it in " +
			"AllowVPCEndpoints, or write the policy's Statements")
	}
	for _, list := range []struct {
		name string
		ids  []string
	}{{"AllowVPCEndpoints", p.AllowVPCEndpoints}, {"AssociateVPCEndpoints", p.AssociateVPCEndpoints}} {
		known := map[string]bool{}
		for i, id := range list.ids {
			associated := list.name == "AssociateVPCEndpoints"
			if cdktoken.UnresolvedList(id) && (associated || len(list.ids) > 1) {
				bad(".Private.%s %s", list.name, cdktoken.ListProblem)
			} else if err := origin.Check(origin.VPCEndpoint, id); err != nil {
				bad(".Private.%s[%d]: %w", list.name, i, err)
			} else if known[id] {
				bad(".Private.%s has %q twice: leave one out", list.name, id)
			}
			known[id] = true
		}
	}
	switch alias := p.AliasName != "" && p.AliasZone != ""; {
	case hasZone && !alias:
		bad(".Zone is set, and the records of a private domain point at a VPC endpoint: give its EndpointDNSName and " +
			"EndpointHostedZoneID in Private, or leave Zone out")
	case !hasZone && (p.AliasName != "" || p.AliasZone != ""):
		bad(".Private.EndpointDNSName and EndpointHostedZoneID are the target of records, and Zone is nil: " +
			"give the zone, or leave them out")
	}
}

// PolicyStatements returns the statements of a private domain's policy, without the raw ones. They allow all callers
// from the VPC endpoints, and no others. They are the statements of AWS's tutorial; see [Private.check].
func (p *Private) PolicyStatements() []map[string]any {
	if len(p.AllowVPCEndpoints) == 0 {
		return nil
	}
	all := func(effect string) map[string]any {
		return map[string]any{
			"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
		}
	}
	deny := all("Deny")
	deny["Condition"] = map[string]any{"StringNotEquals": map[string]any{"aws:SourceVpce": p.AllowVPCEndpoints}}
	return []map[string]any{all("Allow"), deny}
}
