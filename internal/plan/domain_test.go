package plan

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// domain sets a valid domain with a change.
func domain(change func(*Domain)) func(*Props) {
	return func(p *Props) {
		p.Domain = &Domain{Name: "api.example.com", Certificate: true}
		if change != nil {
			change(p.Domain)
		}
	}
}

func mutual(d *Domain) { d.MutualTLS = &MutualTLS{Bucket: true, Key: "clients.pem"} }

func reached(by ...string) *PrivateDomain { return &PrivateDomain{AllowVPCEndpoints: by} }

// inVPC sets a PRIVATE API with a valid private domain and a change.
func inVPC(change func(*Domain)) func(*Props) {
	return func(p *Props) {
		p.RestAPI, p.Policy = &RestAPI{Private: true}, allowed()
		p.Domain = &Domain{Name: "api.example.com", Certificate: true, Private: reached("vpce-0a1b2c3d")}
		if change != nil {
			change(p.Domain)
		}
	}
}

func shared(domain DomainOf) func(*Props) {
	return func(p *Props) { p.Domain = &Domain{Of: &domain} }
}

func TestWrongDomains(t *testing.T) {
	testRefusals(t, []refusal{
		{"no name", domain(func(d *Domain) { d.Name = "" }),
			`Domain.Name is empty: give a name such as "api.example.com", or share another API's domain by Of`},
		{"a URL", domain(func(d *Domain) { d.Name = "https://api.example.com" }),
			`Domain.Name "https://api.example.com": want the name of a host in lower case, without a scheme`},
		{"upper case", domain(func(d *Domain) { d.Name = "API.example.com" }), `Domain.Name "API.example.com": want the ` +
			`name`},
		{"no certificate", domain(func(d *Domain) { d.Certificate = false }),
			`Domain.Certificate is nil: give the certificate of "api.example.com" in AWS Certificate Manager`},
		{"neither a name nor a certificate", domain(func(d *Domain) { d.Name, d.Certificate = "", false }),
			"Domain.Certificate is nil: give the certificate of the domain's name in AWS Certificate Manager"},
		{"an edge certificate elsewhere", domain(func(d *Domain) { d.Endpoint, d.CertificateOf = Edge, "eu-west-1" }),
			"Domain.Certificate is of the region eu-west-1, and the domain is edge-optimized, whose certificate Amazon " +
				"CloudFront takes from us-east-1: give one of that region, or make the domain REGIONAL"},
		{"a zone of another name", domain(func(d *Domain) { d.Zone, d.ZoneName = true, "ample.com" }),
			`Domain.Zone is "ample.com", which "api.example.com" is not in, so that its records would answer for another name`},
		{"a private domain for no caller", domain(func(d *Domain) { d.Endpoint = private }),
			"Domain.EndpointType is PRIVATE, and Private is nil, so that no caller would reach the domain: name the VPC endpoints"},
		{"a private domain of a public API", domain(func(d *Domain) { d.Private = reached("vpce-0a1b2c3d") }),
			"Domain is private, and the API is not: set RestApiProps.EndpointTypes to EndpointType_PRIVATE"},
		{"a private domain without a policy", inVPC(func(d *Domain) { d.Private = &PrivateDomain{} }),
			"Domain.Private allows no VPC endpoint, so that no caller would reach the domain: name those that may call it"},
		{"a private domain of another type", inVPC(func(d *Domain) { d.Endpoint = Regional }),
			"Domain.Private is set, and EndpointType is REGIONAL: leave one of them out"},
		{"a VPC for an endpoint", inVPC(func(d *Domain) { d.Private = reached("vpc-0a1b2c3d") }),
			`Domain.Private.AllowVPCEndpoints[0]: "vpc-0a1b2c3d" is not a valid VPC endpoint id: want one like`},
		{"an endpoint twice", inVPC(func(d *Domain) { d.Private = reached("vpce-0a1b2c3d", "vpce-0a1b2c3d") }),
			`Domain.Private.AllowVPCEndpoints has "vpce-0a1b2c3d" twice: leave one out`},
		{"no endpoint to associate", inVPC(func(d *Domain) { d.Private.AssociateVPCEndpoints = []string{""} }),
			`Domain.Private.AssociateVPCEndpoints[0]: "" is not a valid VPC endpoint id`},
		{"records that point nowhere", inVPC(func(d *Domain) { d.Zone = true }),
			"Domain.Zone is set, and the records of a private domain point at a VPC endpoint: give its EndpointDNSName and " +
				"EndpointHostedZoneID in Private, or leave Zone out"},
		{"a target without records", inVPC(func(d *Domain) { d.Private.AliasName = "vpce.example.com" }),
			"Domain.Private.EndpointDNSName and EndpointHostedZoneID are the target of records, and Zone is nil"},
		{"a private domain with client certificates", inVPC(mutual),
			"Domain.MutualTLS: API Gateway supports client certificates only at REGIONAL domains, and this one is " +
				"PRIVATE"},
		{"a private domain with a long base path", inVPC(func(d *Domain) { d.BasePaths = []string{"a/b"} }),
			`Domain.BasePaths[0] "a/b" has 2 segments, and those of private domains have one: take one segment`},
		{"a private domain that is another's", both(inVPC(nil),
			func(p *Props) { p.Domain.Of = &DomainOf{Name: "a.example.com"} }),
			"Domain.Private is set beside Of, and it belongs to the domain that Of is"},
		{"an endpoint of the deployment's", domain(func(d *Domain) { d.Endpoint = "${Token[TOKEN.7]}" }),
			"Domain.EndpointType is a CDK token, and the resources of a domain depend on its type: write it out"},
		{"an unknown endpoint", domain(func(d *Domain) { d.Endpoint = "LOCAL" }), `Domain.EndpointType "LOCAL": want ` +
			`REGIONAL`},
		{"a private API", both(domain(nil), func(p *Props) { p.RestAPI, p.Policy = &RestAPI{Private: true}, allowed() }),
			"Domain is set, and only a private domain can lead to an API that is PRIVATE: set Domain.Private, or " +
				"leave Domain out"},
		{"an unknown policy", domain(func(d *Domain) { d.Policy = "TLS_1_3" }),
			`Domain.SecurityPolicy "TLS_1_3": want TLS_1_2, TLS_1_0 or one whose name begins with SecurityPolicy_`},
		{"a policy of edges", domain(func(d *Domain) { d.Policy = "SecurityPolicy_TLS13_2025_EDGE" }),
			"Domain.SecurityPolicy SecurityPolicy_TLS13_2025_EDGE is for edge-optimized domains, and this one is REGIONAL"},
		{"a policy of a Region at the edge",
			domain(func(d *Domain) { d.Endpoint, d.Policy = Edge, "SecurityPolicy_TLS13_1_3_2025_09" }),
			"Domain.SecurityPolicy SecurityPolicy_TLS13_1_3_2025_09 is for REGIONAL domains, and this one is edge-optimized"},
		{"an access mode of a legacy policy", domain(func(d *Domain) { d.Access = "STRICT" }),
			"Domain.EndpointAccessMode is set beside the security policy TLS_1_2, and only policies whose names begin with"},
		{"an unknown access mode", domain(func(d *Domain) { d.Access = "LOOSE" }), `Domain.EndpointAccessMode "LOOSE": want`},
		{"no trust store", domain(func(d *Domain) { d.MutualTLS = &MutualTLS{} }),
			"Domain.MutualTLS.Bucket is nil: give the bucket with the trust store, a PEM file of certificate authorities"},
		{"no key", domain(func(d *Domain) { d.MutualTLS = &MutualTLS{Bucket: true} }), "Domain.MutualTLS.Key is empty: give"},
		{"a URL as a key", domain(func(d *Domain) { d.MutualTLS = &MutualTLS{Bucket: true, Key: "s3://trust/clients.pem"} }),
			`Domain.MutualTLS.Key "s3://trust/clients.pem": want the key in the bucket alone`},
		{"mutual TLS at the edge", domain(func(d *Domain) { mutual(d); d.Endpoint = Edge }),
			"Domain.MutualTLS: API Gateway supports client certificates only at REGIONAL domains"},
		{"mutual TLS with an enhanced policy",
			domain(func(d *Domain) { mutual(d); d.Policy = "SecurityPolicy_TLS13_1_3_2025_09" }),
			"Domain.MutualTLS is set beside the security policy SecurityPolicy_TLS13_1_3_2025_09, and API Gateway has no " +
				"mutual " +
				"TLS with a policy whose name begins with SecurityPolicy_: take TLS_1_2, which is the default"},
		{
			"mutual TLS and an open endpoint",
			both(domain(mutual), func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }),
			"RestApiProps.DisableExecuteApiEndpoint is false, and the domain has MutualTLS: callers without a " +
				"certificate would reach the API by its execute-api endpoint; leave it out, which closes that endpoint",
		},
		{"the same of a shared domain", both(shared(DomainOf{Name: "api.example.com", MutualTLS: true}),
			func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }), "and the domain has MutualTLS: callers without"},
		{"a closed and an open endpoint", both(domain(func(d *Domain) { d.NoExecuteAPI = true }),
			func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }),
			"RestApiProps.DisableExecuteApiEndpoint is false beside Domain.NoExecuteAPI: leave one out"},
		{"a slash", domain(func(d *Domain) { d.BasePaths = []string{"/orders"} }),
			`Domain.BasePaths[0] "/orders": want segments of letters, digits and $-_.+!*'(), without a slash at either end`},
		{"a path twice", domain(func(d *Domain) { d.BasePaths = []string{"a", "a"} }), `Domain.BasePaths has "a" twice`},
		{"segments at the edge", domain(func(d *Domain) { d.Endpoint, d.BasePaths = Edge, []string{"a/b"} }),
			`Domain.BasePaths[0] "a/b" has 2 segments, which API Gateway maps at REGIONAL domains alone`},
		{"segments with TLS 1.0", domain(func(d *Domain) { d.Policy, d.BasePaths = tls10, []string{"a/b"} }),
			`Domain.BasePaths[0] "a/b" has 2 segments, which API Gateway maps with the security policy TLS_1_2 or a later one`},
		{"no stage", both(domain(nil), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			"Domain is set, and RestApiProps.Deploy is false, so that there is no stage to map it to: leave one out"},
		{"CDK's domain", both(domain(nil), func(p *Props) { p.RestAPI = &RestAPI{DomainName: true} }),
			"RestApiProps.DomainName is set beside Props.Domain: leave it out"},
		{"another name for a shared domain", func(p *Props) {
			p.Domain = &Domain{Of: &DomainOf{Name: "api.example.com"}, Name: "b.example.com", DualStack: true}
		}, "Domain.Name is set beside Of, and it belongs to the domain that Of is: set it where that domain is made"},
	})
}

func allowed() *ResourcePolicy {
	return &ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"}}
}

func TestDomainClosesTheExecuteAPI(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Props)
		closed bool
	}{
		{"no domain", nil, false},
		{"a domain", domain(nil), false},
		{"mutual TLS", domain(mutual), true},
		{"by choice", domain(func(d *Domain) { d.NoExecuteAPI = true }), true},
		{"a shared one with mutual TLS", shared(DomainOf{Name: "a.example.com", MutualTLS: true}), true},
		{"a shared one", shared(DomainOf{Name: "a.example.com"}), false},
		{"an imported one may have mutual TLS", shared(DomainOf{Name: "a.example.com", Imported: true}), true},
		{"an imported one of which the caller knows better", both(shared(DomainOf{Name: "a.example.com", Imported: true}),
			func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }), false},
	} {
		p, err := New(table(tt.change))
		if err != nil || p.ClosesExecuteAPI() != tt.closed {
			t.Errorf("%s: closed %t, %v; want %t", tt.name, p.ClosesExecuteAPI(), err, tt.closed)
		}
	}
}

func TestDomainsAccessMode(t *testing.T) {
	for policy, want := range map[string]string{"": "", tls12: "", "SecurityPolicy_TLS13_1_3_2025_09": "STRICT"} {
		if got := (&Domain{Policy: policy}).AccessMode(); got != want {
			t.Errorf("%q has the mode %q, want %q", policy, got, want)
		}
	}
}

func TestLoginsAtDomains(t *testing.T) {
	at := func(origin, base string) func(*Props) {
		return func(p *Props) {
			p.Authorizer = sessionOf(loginOf(func(l *Login) { l.Origin, l.BasePath = origin, base }), true)
		}
	}
	with := func(change func(*Props), d Domain) func(*Props) {
		return func(p *Props) { change(p); d.Certificate = true; p.Domain = &d }
	}
	testRefusals(t, []refusal{
		{"a base path that the login does not know",
			with(at("https://shop.example.com", ""), Domain{Name: "shop.example.com", BasePaths: []string{"shop"}}),
			`has BasePath "", and Domain, which is its Origin, has the API at "/shop": set it to "/shop", or the provider ` +
				`would ` +
				`send browsers to a path where the login is not`},
		{"a base path that the domain has not",
			with(at("https://shop.example.com", "/prod"), Domain{Name: "shop.example.com"}), `has the API at "/": set it to ""`},
	})
	for _, tt := range []struct {
		name, origin, domain, want string
	}{
		{"its host", "https://shop.example.com", "shop.example.com", ""},
		{"another host", "https://www.example.com", "shop.example.com", `has the Origin "https://www.example.com", and ` +
			`the API's ` +
			`domain is "shop.example.com": browsers send the session's cookie to the host of Origin alone, so that calls of ` +
			`"shop.example.com" have no session. Set Origin to "https://shop.example.com"; or acknowledge "id"`},
		{"a wildcard", "https://shop.example.com", "*.example.com", ""},
		{"a wildcard of one label", "https://a.shop.example.com", "*.example.com", `domain is "*.example.com"`},
		{"a token", "https://${Token[TOKEN.1]}", "shop.example.com", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(with(at(tt.origin, ""), Domain{Name: tt.domain})))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.LoginElsewhere("id"); !strings.Contains(got, tt.want) || got != "" && tt.want == "" {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// API Gateway answers two paths at the root of a domain itself.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html, "Paths of /ping
// and /sping are reserved for the service health check. Use of these for API root-level resources with custom domains
// will fail to produce the expected result."
func TestReservedPathsOfADomain(t *testing.T) {
	const want = `is at "/ping" of the Domain, where API Gateway answers for its own health check, so that the route is ` +
		`never called: give it another path, or the API a base path in Domain.BasePaths`
	paths := func(paths ...string) func(*Props) { return domain(func(d *Domain) { d.BasePaths = paths }) }
	ping := add(handle("GET /ping", fn))
	testRefusals(t, []refusal{
		{"at the root", both(domain(nil), ping), `route "GET /ping" ` + want},
		{"at the root and elsewhere", both(paths("orders", ""), ping), want},
		{"at a base path", both(paths("ping"), add(handle("GET /", fn))), `route "GET /" ` + want},
		{"the other one", both(domain(nil), add(handle("ANY /sping", fn))),
			`route "ANY /sping" is at "/sping" of the Domain`},
		{"at another API's domain", both(shared(DomainOf{Name: "api.example.com", Endpoint: Regional}), ping), want},
	})
	for name, change := range map[string]func(*Props){
		"without a domain":     ping,
		"at a base path":       both(paths("orders"), ping),
		"a path of a token":    both(paths("${Token[TOKEN.1]}"), ping),
		"below":                both(domain(nil), add(handle("GET /ping/{id}", fn))),
		"another path":         both(domain(nil), add(handle("GET /pings", fn))),
		"what a segment holds": both(domain(nil), add(handle("GET /{page}", fn))),
	} {
		if _, err := New(table(change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrongWebACLs(t *testing.T) {
	acl := func(arn string) func(*Props) { return func(p *Props) { p.WebACL = arn } }
	testRefusals(t, []refusal{
		{"a name", acl("shop"), `WebACL "shop": want the ARN of a web ACL of AWS WAF, such as`},
		{"of CloudFront", acl("arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"),
			"is of the scope CLOUDFRONT, and a REST API takes one of the scope REGIONAL, of its own region"},
		{"no stage", both(acl("${Token[TOKEN.1]}"), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			"WebACL is set, and RestApiProps.Deploy is false, so that there is no stage to protect"},
	})
}

func TestDomainsBeside(t *testing.T) {
	use := func(api, construct, name string, paths []string, patterns ...string) DomainUse {
		u := DomainUse{API: api, Domain: construct, Name: name, Place: "here", BasePaths: paths}
		for _, text := range patterns {
			p, err := route.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			u.Patterns = append(u.Patterns, p)
		}
		return u
	}
	by := func(rule RoutingRule) DomainUse {
		u := use("B", "One", "a.example.com", nil)
		u.Rules = []RoutingRule{rule}
		return u
	}
	root, orders := []string{""}, []string{"orders"}
	elsewhere := use("B", "Two/Domain", "a.example.com", root)
	elsewhere.Place = "there"
	for _, tt := range []struct {
		name string
		a, b DomainUse
		want string // "" for nothing wrong
	}{
		{"other domains", use("A", "One", "a.example.com", root), use("B", "Two", "b.example.com", root), ""},
		{"one name in two regions", use("A", "One", "a.example.com", root), elsewhere, ""},
		{"one name twice", use("A", "One", "a.example.com", root), use("B", "Two", "a.example.com", orders),
			`Domain.Name "a.example.com" is also the name of the domain Two, and a name is unique in an account and region`},
		{"one path", use("A", "One", "a.example.com", orders), use("B", "One", "a.example.com", []string{"x", "orders"}),
			`the base path "/orders" of the domain "a.example.com" is also that of B: give one of the APIs another one`},
		{"one path of an imported domain", use("A", "", "a.example.com", root), use("B", "", "a.example.com", root),
			`the base path "/" of the domain "a.example.com" is also that of B`},
		{"two imported domains", use("A", "", "a.example.com", root), use("B", "", "b.example.com", root), ""},
		{
			"a path of tokens",
			use("A", "One", "a", []string{"${Token[1]}"}),
			use("B", "One", "a", []string{"${Token[1]}"}),
			"",
		},
		{"a route below the other's path", use("A", "One", "a.example.com", root, "GET /orders/{id}"),
			use("B", "One", "a.example.com", orders), `route "GET /orders/{id}" of A, which the domain "a.example.com" has at ` +
				`"/", is never reached: requests for it go to B at "/orders"; give one of the APIs another base path`},
		{"the same the other way round", use("B", "One", "a.example.com", orders),
			use("A", "One", "a.example.com", root, "GET /orders"), `route "GET /orders" of A`},
		{"below a path of two segments", use("A", "One", "a.example.com", orders, "GET /v2/x"),
			use("B", "One", "a.example.com", []string{"orders/v2"}), `route "GET /v2/x" of A`},
		{"the rest", use("A", "One", "a.example.com", root, "GET /{page+}", "GET /ordersheet"),
			use("B", "One", "a.example.com", orders), ""},
		{"beside each other", use("A", "One", "a.example.com", []string{"order"}, "GET /s"),
			use("B", "One", "a.example.com", orders), ""},
		{"a rule by a header", use("A", "One", "a.example.com", root, "GET /orders"), by(byHeader(1, "beta")), ""},
		{"rules of one priority", by(byHeader(1, "beta")), by(byHeader(1, "alpha")),
			`Domain.Rules has the priority 1, which a rule of B has at the domain "a.example.com" too`},
		{"a rule that another API's hides", by(byHeader(2, "beta")), by(byHeader(1, "*")),
			`the rule 2 of B at the domain "a.example.com" is never reached: the rule 1 of B matches all of its requests first`},
		{"a base path that a rule hides", use("A", "One", "a.example.com", []string{"orders/v2"}), by(byPath(1, "orders")),
			`the base path "/orders/v2" of A at the domain "a.example.com" is never reached: the rule 1 of B takes its requests`},
		{"a route that a rule hides", use("A", "One", "a.example.com", root, "GET /orders/{id}"), by(byPath(1, "orders")),
			`route "GET /orders/{id}" of A, which the domain "a.example.com" has at "/", is never reached: requests for it go ` +
				`to B at "/orders"`},
		{"a rule by a path and a header", use("A", "One", "a.example.com", root, "GET /orders"),
			by(RoutingRule{Priority: 1, BasePath: "orders", Headers: map[string]string{"a": "b"}}), ""},
	} {
		err := tt.a.Beside(tt.b)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestAPIPolicy(t *testing.T) {
	const region, edge = "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_2025_EDGE"
	edgeAPI := func(p *Props) { p.RestAPI = &RestAPI{Edge: true} }
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string
	}{
		{"no domain", nil, " "},
		{"a legacy policy", domain(nil), " "},
		{"one of a Region", domain(func(d *Domain) { d.Policy = region }), region + " STRICT"},
		{"a mode", domain(func(d *Domain) { d.Policy, d.Access = region, "BASIC" }), region + " BASIC"},
		{"another type of endpoint", both(domain(func(d *Domain) { d.Policy = region }), edgeAPI), " "},
		{"the edge", both(domain(func(d *Domain) { d.Endpoint, d.Policy = Edge, edge }), edgeAPI), edge + " STRICT"},
		{"a shared one", shared(DomainOf{Name: "a.example.com", Policy: region, Access: "BASIC", Endpoint: Regional}),
			region + " BASIC"},
	} {
		p, err := New(table(tt.change))
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if policy, mode := p.APIPolicy(); policy+" "+mode != tt.want {
			t.Errorf("%s: %s %s, want %s", tt.name, policy, mode, tt.want)
		}
	}
}

func TestWrongTrustStores(t *testing.T) {
	store := func(m MutualTLS) func(*Props) { return domain(func(d *Domain) { d.MutualTLS = &m }) }
	testRefusals(t, []refusal{
		{"no bucket", store(MutualTLS{Key: "clients.pem"}), "Domain.MutualTLS.Bucket is nil"},
		{"both", store(MutualTLS{Bucket: true, Key: "clients.pem", URI: "s3://trust/clients.pem"}),
			"Domain.MutualTLS.URI is set beside Bucket or Key, which say the same: leave it or them out"},
		{"no key", store(MutualTLS{URI: "s3://trust/"}),
			`Domain.MutualTLS.URI "s3://trust/": want one such as "s3://example-trust/clients.pem"`},
		{"another scheme", store(MutualTLS{URI: "https://trust/clients.pem"}),
			`Domain.MutualTLS.URI "https://trust/clients.pem"`},
	})
	for _, uri := range []string{"s3://example-trust/a/clients.pem", "${Token[TOKEN.1]}"} {
		if _, err := New(table(store(MutualTLS{URI: uri}))); err != nil {
			t.Error(err)
		}
	}
}
