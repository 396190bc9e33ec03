// Package domain checks the custom domain in front of an API: its name, certificate, TLS, base paths and routing rules,
// and what the APIs of an app that share a domain cannot both have.
//
// Package plan checks the domain together with the API.
package domain

import (
	"slices"
	"strings"
)

// Domain is a custom domain in front of the API. The fields are those of secureapi.Domain.
type Domain struct {
	Name           string // "" if it is that of Of
	Of             *Shared
	Certificate    bool
	CertificateOf  string // the certificate's region; "" if it is not known
	Zone           bool
	ZoneName       string // "" if it is not known
	MutualTLS      *MutualTLS
	Policy, Access string // SecurityPolicy and EndpointAccessMode, as templates have them
	Endpoint       string // EndpointType
	DualStack      bool
	BasePaths      []string
	Rules          []Rule
	NoExecuteAPI   bool
	Records        *Records
	Private        *Private // set only for a private domain
}

// Shared is what is known of a domain that an API shares with another.
type Shared struct {
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
	TLS10 = "TLS_1_0"
	TLS12 = "TLS_1_2"
)

// EnhancedForRegion reports whether a TLS security policy is an enhanced one for a Region, named as in templates.
// Edge-optimized domains have other enhanced policies, which are Amazon CloudFront's.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
func EnhancedForRegion(policy string) bool {
	return strings.HasPrefix(policy, "SecurityPolicy_TLS13_1_")
}

// Enhanced reports whether a security policy is an enhanced one, which has an endpoint access mode.
func Enhanced(policy string) bool { return strings.HasPrefix(policy, "SecurityPolicy_") }

// EdgePolicy reports whether an enhanced security policy is one of Amazon CloudFront, for edge-optimized endpoints.
func EdgePolicy(policy string) bool { return strings.HasSuffix(policy, "_EDGE") }

// IsPrivate reports whether callers reach the domain only from VPC endpoints.
func (d *Domain) IsPrivate() bool { return d.endpoint() == private }

// IsEdge reports whether the domain is edge-optimized, so that Amazon CloudFront answers for it.
func (d *Domain) IsEdge() bool { return d.endpoint() == Edge }

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

// SecurityPolicy returns the TLS security policy as templates have it. The default is TLS_1_2.
func (d *Domain) SecurityPolicy() string {
	switch {
	case d.Of != nil:
		return d.Of.Policy
	case d.Policy == "":
		return TLS12
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
	case d.Access == "" && Enhanced(d.Policy):
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

// Roots returns the base paths of the domain at which callers find the API's routes: those of mappings, those that
// rules strip, and "" for rules that strip none.
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
