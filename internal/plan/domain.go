package plan

import (
	"slices"
	"strings"
)

// Domain is a custom domain in front of the API. The fields are those of secureapi.Domain.
type Domain struct {
	Name           string // "" if it is that of Of
	Of             *DomainOf
	Certificate    bool
	CertificateOf  string // the certificate's region; "" if it is not known
	Zone           bool
	ZoneName       string // "" if it is not known
	MutualTLS      *MutualTLS
	Policy, Access string // SecurityPolicy and EndpointAccessMode, as templates have them
	Endpoint       string // EndpointType
	DualStack      bool
	BasePaths      []string
	Rules          []RoutingRule
	NoExecuteAPI   bool
	Records        *AliasRecords
	Private        *PrivateDomain // set only for a private domain
}

// DomainOf is what is known of a domain that an API shares with another.
type DomainOf struct {
	Name                     string
	Imported                 bool // only its name is known
	MutualTLS                bool
	RoutingMode              string // "" if it is not set
	Policy, Access, Endpoint string
}

// MutualTLS is the trust store of a domain that requires client certificates.
type MutualTLS struct {
	Bucket            bool
	Key, Version, URI string
}

// The endpoint types of a domain.
const (
	Regional = "REGIONAL"
	Edge     = "EDGE"
	private  = "PRIVATE"
)

// The legacy security policies.
const (
	tls10 = "TLS_1_0"
	tls12 = "TLS_1_2"
)

// enhancedPolicy reports whether a TLS security policy is an enhanced one for a Region, named as in templates.
// Edge-optimized domains have other enhanced policies, which are Amazon CloudFront's.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
func enhancedPolicy(policy string) bool { return strings.HasPrefix(policy, "SecurityPolicy_TLS13_1_") }

func isEnhanced(policy string) bool   { return strings.HasPrefix(policy, "SecurityPolicy_") }
func isEdgePolicy(policy string) bool { return strings.HasSuffix(policy, "_EDGE") }

// IsPrivate reports whether callers reach the domain only from VPC endpoints.
func (d *Domain) IsPrivate() bool { return d.endpoint() == private }

func (d *Domain) isEdge() bool { return d.endpoint() == Edge }

func (d *Domain) endpoint() string {
	switch {
	case d.Of != nil:
		return d.Of.Endpoint
	case d.Endpoint == "" && d.Private != nil:
		return private
	case d.Endpoint == "":
		return Regional
	}
	return d.Endpoint
}

func (d *Domain) policy() string {
	switch {
	case d.Of != nil:
		return d.Of.Policy
	case d.Policy == "":
		return tls12
	}
	return d.Policy
}

// DomainName returns the domain's name, also if another API created the domain.
func (d *Domain) DomainName() string {
	if d.Of != nil {
		return d.Of.Name
	}
	return d.Name
}

// AccessMode returns the endpoint access mode to set, or "".
func (d *Domain) AccessMode() string {
	switch {
	case d.Of != nil:
		return d.Of.Access
	case d.Access == "" && isEnhanced(d.Policy):
		return "STRICT"
	}
	return d.Access
}

// Paths returns the base paths to map. The default is the root, or none beside rules.
func (d *Domain) Paths() []string {
	if len(d.BasePaths) == 0 && len(d.Rules) == 0 {
		return []string{""}
	}
	return d.BasePaths
}

// Roots returns the base paths of the domain at which callers find the API's routes: those of mappings, those that rules
// strip, and "" for rules that strip none.
func (d *Domain) Roots() []string {
	out := slices.Clone(d.Paths())
	for _, r := range d.Rules {
		root := ""
		if r.StripBasePath {
			root = r.BasePath
		}
		if !slices.Contains(out, root) {
			out = append(out, root)
		}
	}
	return out
}
