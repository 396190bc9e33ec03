package domain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// domainForm matches a domain's name, whose first label may be a wildcard. It has 47 KB, so an app without a domain
// does not compile it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
var domainForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)
})

// trustStoreForm matches the address of an object in Amazon S3.
var trustStoreForm = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]+/.+$`)

// Check returns what is wrong with a domain by itself. The domain is one that an API creates or shares, or one that is
// created to be shared.
func (d *Domain) Check() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("Domain"+format, a...)) }
	if d.Of != nil {
		d.checkShared(bad)
	} else {
		d.checkName(bad)
		d.checkTLS(bad)
		if !d.Certificate {
			of := "the domain's name"
			if d.Name != "" {
				of = strconv.Quote(d.Name)
			}
			bad(".Certificate is nil: give the certificate of %s in AWS Certificate Manager", of)
		}
		if at := d.CertificateOf; d.IsEdge() && at != "" && at != "us-east-1" && !cdktoken.Unresolved(at) {
			bad(".Certificate is of the region %s, and the domain is edge-optimized, whose certificate Amazon CloudFront "+
				"takes from us-east-1: give one of that region, or make the domain REGIONAL", at)
		}
	}
	d.checkBasePaths(bad)
	d.checkRouting(bad)
	d.checkPrivate(bad)
	d.Records.check(d.Zone, bad)
	return errs
}

// checkPrivate requires Private of a private domain, and refuses it for any other.
func (d *Domain) checkPrivate(bad func(string, ...any)) {
	switch p := d.Private; {
	case d.Of != nil:
	case p == nil && d.IsPrivate():
		bad(".EndpointType is PRIVATE, and Private is nil, so that no caller would reach the domain: name the VPC " +
			"endpoints that may call it, as in Private: &secureapi.PrivateDomain{AllowVPCEndpoints: " +
			"[]string{\"vpce-0a1b2c3d4e5f60718\"}}")
	case p == nil:
	case !d.IsPrivate():
		bad(".Private is set, and EndpointType is %s: leave one of them out", d.Endpoint)
	default:
		p.check(d.Zone, bad)
	}
}

// checkShared refuses settings that belong to the domain itself. The API that creates the domain sets them.
func (d *Domain) checkShared(bad func(string, ...any)) {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"Name", d.Name != ""}, {"Certificate", d.Certificate}, {"Zone", d.Zone}, {"MutualTLS", d.MutualTLS != nil},
		{"SecurityPolicy", d.Policy != ""}, {"EndpointAccessMode", d.Access != ""}, {"EndpointType", d.Endpoint != ""},
		{"DualStack", d.DualStack}, {"Private", d.Private != nil},
		{"Records", d.Records != nil},
	} {
		if f.set {
			bad(".%s is set beside Of, and it belongs to the domain that Of is: set it where that domain is made", f.name)
		}
	}
}

func (d *Domain) checkName(bad func(string, ...any)) {
	switch {
	case d.Name == "":
		bad(".Name is empty: give a name such as \"api.example.com\", or share another API's domain by Of")
	case cdktoken.UnresolvedList(d.Name):
		bad(".Name %s", cdktoken.ListProblem)
	case cdktoken.Unresolved(d.Name):
	case !domainForm().MatchString(d.Name):
		bad(".Name %q: want the name of a host in lower case, without a scheme, a port and a path, such as "+
			"\"api.example.com\" or \"*.example.com\"", d.Name)
	case d.Zone && d.ZoneName != "" && !cdktoken.Unresolved(d.ZoneName) && !inZone(d.Name, d.ZoneName):
		bad(".Zone is %q, which %q is not in, so that its records would answer for another name: give the zone of the "+
			"name, or leave Zone out and make the records elsewhere", d.ZoneName, d.Name)
	}
}

func inZone(name, zone string) bool {
	zone = strings.ToLower(strings.TrimSuffix(zone, "."))
	return name == zone || strings.HasSuffix(name, "."+zone)
}

// checkTLS refuses settings that API Gateway would refuse at deployment.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
func (d *Domain) checkTLS(bad func(string, ...any)) {
	policy := d.SecurityPolicy()
	switch d.endpoint() {
	case Regional, Edge, private:
	default:
		if cdktoken.Unresolved(d.Endpoint) {
			bad(".EndpointType is a CDK token, and the resources of a domain depend on its type: write it out, and make a " +
				"domain of each type in a stack of its own")
			break
		}
		bad(".EndpointType %q: want REGIONAL, EDGE, PRIVATE, or nothing for REGIONAL", d.Endpoint)
	}
	switch {
	case policy != TLS10 && policy != TLS12 && !Enhanced(policy) && !cdktoken.Unresolved(policy):
		bad(".SecurityPolicy %q: want TLS_1_2, TLS_1_0 or one whose name begins with SecurityPolicy_", policy)
	case EdgePolicy(policy) && !d.IsEdge():
		bad(".SecurityPolicy %s is for edge-optimized domains, and this one is %s: use one of a Region, such as "+
			"SecurityPolicy_TLS13_1_3_2025_09", policy, d.endpoint())
	case Enhanced(policy) && !EdgePolicy(policy) && d.IsEdge():
		bad(".SecurityPolicy %s is for REGIONAL domains, and this one is edge-optimized: take SecurityPolicy_TLS13_2025_EDGE",
			policy)
	}
	switch {
	case d.Access == "":
	case d.Access != "STRICT" && d.Access != "BASIC":
		bad(".EndpointAccessMode %q: want STRICT or BASIC", d.Access)
	case !Enhanced(policy) && !cdktoken.Unresolved(policy):
		bad(".EndpointAccessMode is set beside the security policy %s, and only policies whose names begin with "+
			"SecurityPolicy_ have one: leave it out, or take such a policy", policy)
	}
	if m := d.MutualTLS; m != nil {
		m.check(d, bad)
	}
}

func (m *MutualTLS) check(d *Domain, bad func(string, ...any)) {
	if !m.Bucket && m.URI == "" {
		bad(".MutualTLS.Bucket is nil: give the bucket with the trust store, a PEM file of certificate authorities")
	}
	switch {
	case m.URI != "" && (m.Bucket || m.Key != ""):
		bad(".MutualTLS.URI is set beside Bucket or Key, which say the same: leave it or them out")
	case m.URI != "" && !cdktoken.Unresolved(m.URI) && !trustStoreForm.MatchString(m.URI):
		bad(".MutualTLS.URI %q: want one such as \"s3://example-trust/clients.pem\"", m.URI)
	case m.URI != "", cdktoken.Unresolved(m.Key):
	case m.Key == "":
		bad(".MutualTLS.Key is empty: give the key of the trust store in its bucket, such as \"clients.pem\"")
	case strings.Contains(m.Key, "://") || strings.HasPrefix(m.Key, "/"):
		bad(".MutualTLS.Key %q: want the key in the bucket alone, such as \"clients.pem\"", m.Key)
	}
	switch {
	case d.IsEdge():
		bad(".MutualTLS: API Gateway supports client certificates only at REGIONAL domains, and this one is " +
			"edge-optimized: leave EndpointType out")
	case d.endpoint() == private:
		bad(".MutualTLS: API Gateway supports client certificates only at REGIONAL domains, and this one is " +
			"PRIVATE: leave it out, and name the VPC endpoints that may call in Private")
	case Enhanced(d.Policy):
		bad(".MutualTLS is set beside the security policy %s, and API Gateway has no mutual TLS with a policy whose name "+
			"begins with SecurityPolicy_: take TLS_1_2, which is the default", d.Policy)
	}
}

// checkBasePaths refuses base paths that API Gateway cannot map.
func (d *Domain) checkBasePaths(bad func(string, ...any)) {
	for i, path := range d.BasePaths {
		levels := strings.Count(path, "/")
		switch {
		case slices.Contains(d.BasePaths[:i], path):
			bad(".BasePaths has %q twice: leave one out", path)
		case cdktoken.UnresolvedList(path):
			bad(".BasePaths %s", cdktoken.ListProblem)
		case path == "" || cdktoken.Unresolved(path):
		case !basePathForm.MatchString(path):
			bad(".BasePaths[%d] %q: want segments of letters, digits and $-_.+!*'(), without a slash at either end, such as "+
				"\"orders\" or \"shop/orders\", or \"\" for the root", i, path)
		case levels > 0 && d.IsEdge():
			bad(".BasePaths[%d] %q has %d segments, which API Gateway maps at REGIONAL domains alone: take one segment, or "+
				"make the domain REGIONAL", i, path, levels+1)
		case levels > 0 && d.endpoint() == private:
			bad(".BasePaths[%d] %q has %d segments, and those of private domains have one: take one segment", i, path, levels+1)
		case levels > 0 && d.SecurityPolicy() == TLS10:
			bad(".BasePaths[%d] %q has %d segments, which API Gateway maps with the security policy TLS_1_2 or a later one: "+
				"leave SecurityPolicy out", i, path, levels+1)
		}
	}
}

// checkRouting refuses rules and base paths that the domain does not support.
func (d *Domain) checkRouting(bad func(string, ...any)) {
	switch {
	case d.Of != nil && d.Of.RoutingMode == rulesOnly && len(d.Paths()) > 0:
		bad(".BasePaths: the RoutingMode of the domain is ROUTING_RULE_ONLY, so that it has no base paths: set Rules, or " +
			"another RoutingMode")
	case len(d.Rules) == 0:
	case d.IsPrivate():
		bad(".Rules is set, and the domain is private: add awsapigatewayv2.NewCfnRoutingRule for its " +
			"PrivateDomain() instead")
	case d.Of != nil && d.Of.Imported:
		bad(".Rules is set, and the domain is imported, so that its RoutingMode is not known: create the rules where the " +
			"domain is made, with awsapigatewayv2.NewCfnRoutingRule")
	case d.Of != nil && d.Of.RoutingMode == mappingsOnly:
		bad(".Rules is set, and the RoutingMode of the domain is BASE_PATH_MAPPING_ONLY: " +
			"leave it out where the domain is made")
	}
	checkRules(d.Rules, bad)
}
