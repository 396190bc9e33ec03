package plan

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// atDomain sets a valid domain with a change.
func atDomain(change func(*domain.Domain)) func(*Props) {
	return func(p *Props) {
		p.Domain = &domain.Domain{Name: "api.example.com", Certificate: true}
		if change != nil {
			change(p.Domain)
		}
	}
}

func mutual(d *domain.Domain) { d.MutualTLS = &domain.MutualTLS{Bucket: true, Key: "clients.pem"} }

func reached(by ...string) *domain.Private { return &domain.Private{AllowVPCEndpoints: by} }

func shared(of domain.Shared) func(*Props) {
	return func(p *Props) { p.Domain = &domain.Domain{Of: &of} }
}

func TestWrongDomains(t *testing.T) {
	testRefusals(t, []refusal{
		{"a domain by itself", atDomain(func(d *domain.Domain) { d.Name = "" }), "Domain.Name is empty: give a name"},
		{"a private domain of a public API", atDomain(func(d *domain.Domain) { d.Private = reached("vpce-0a1b2c3d") }),
			"Domain is private, and the API is not: set RestApiProps.EndpointTypes to EndpointType_PRIVATE"},
		{"a private API", both(atDomain(nil), func(p *Props) { p.RestAPI, p.Policy = &RestAPI{Private: true}, allowed() }),
			"Domain is set, and only a private domain can lead to an API that is PRIVATE: set Domain.Private, or " +
				"leave Domain out"},
		{
			"mutual TLS and an open endpoint",
			both(atDomain(mutual), func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }),
			"RestApiProps.DisableExecuteApiEndpoint is false, and the domain has MutualTLS: callers without a " +
				"certificate would reach the API by its execute-api endpoint; leave it out, which closes that endpoint",
		},
		{"the same of a shared domain", both(shared(domain.Shared{Name: "api.example.com", MutualTLS: true}),
			func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }), "and the domain has MutualTLS: callers without"},
		{"a closed and an open endpoint", both(atDomain(func(d *domain.Domain) { d.NoExecuteAPI = true }),
			func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }),
			"RestApiProps.DisableExecuteApiEndpoint is false beside Domain.NoExecuteAPI: leave one out"},
		{"no stage", both(atDomain(nil), func(p *Props) { p.RestAPI = &RestAPI{NotDeployed: true} }),
			"Domain is set, and RestApiProps.Deploy is false, so that there is no stage to map it to: leave one out"},
		{"CDK's domain", both(atDomain(nil), func(p *Props) { p.RestAPI = &RestAPI{DomainName: true} }),
			"RestApiProps.DomainName is set beside Props.Domain: leave it out"},
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
		{"a domain", atDomain(nil), false},
		{"mutual TLS", atDomain(mutual), true},
		{"by choice", atDomain(func(d *domain.Domain) { d.NoExecuteAPI = true }), true},
		{"a shared one with mutual TLS", shared(domain.Shared{Name: "a.example.com", MutualTLS: true}), true},
		{"a shared one", shared(domain.Shared{Name: "a.example.com"}), false},
		{"an imported one may have mutual TLS", shared(domain.Shared{Name: "a.example.com", Imported: true}), true},
		{"an imported one of which the caller knows better",
			both(shared(domain.Shared{Name: "a.example.com", Imported: true}),
				func(p *Props) { p.RestAPI = &RestAPI{KeepsExecuteAPI: true} }), false},
	} {
		p, err := New(table(tt.change))
		if err != nil || p.ClosesExecuteAPI() != tt.closed {
			t.Errorf("%s: closed %t, %v; want %t", tt.name, p.ClosesExecuteAPI(), err, tt.closed)
		}
	}
}

func TestLoginsAtDomains(t *testing.T) {
	at := func(origin, base string) func(*Props) {
		return func(p *Props) {
			p.Authorizer = sessionOf(loginOf(func(l *Login) { l.Origin, l.BasePath = origin, base }), true)
		}
	}
	with := func(change func(*Props), d domain.Domain) func(*Props) {
		return func(p *Props) { change(p); d.Certificate = true; p.Domain = &d }
	}
	testRefusals(t, []refusal{
		{"a base path that the login does not know",
			with(at("https://shop.example.com", ""), domain.Domain{Name: "shop.example.com", BasePaths: []string{"shop"}}),
			`has BasePath "", and Domain, which is its Origin, has the API at "/shop": set it to "/shop", or the provider ` +
				`would ` +
				`send browsers to a path where the login is not`},
		{"a base path that the domain has not",
			with(at("https://shop.example.com", "/prod"), domain.Domain{Name: "shop.example.com"}),
			`has the API at "/": set it to ""`},
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
			p, err := New(table(with(at(tt.origin, ""), domain.Domain{Name: tt.domain})))
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
	paths := func(paths ...string) func(*Props) { return atDomain(func(d *domain.Domain) { d.BasePaths = paths }) }
	ping := add(handle("GET /ping", fn))
	testRefusals(t, []refusal{
		{"at the root", both(atDomain(nil), ping), `route "GET /ping" ` + want},
		{"at the root and elsewhere", both(paths("orders", ""), ping), want},
		{"at a base path", both(paths("ping"), add(handle("GET /", fn))), `route "GET /" ` + want},
		{"the other one", both(atDomain(nil), add(handle("ANY /sping", fn))),
			`route "ANY /sping" is at "/sping" of the Domain`},
		{"at another API's domain",
			both(shared(domain.Shared{Name: "api.example.com", Endpoint: domain.Regional}), ping), want},
		{"the path of API Gateway's health check", func(p *Props) {
			atDomain(func(d *domain.Domain) {
				d.Rules = []domain.Rule{
					{Priority: 1, BasePath: "v2", StripBasePath: true},
					{Priority: 2, Headers: map[string]string{"x-version": "x"}},
				}
			})(p)
			p.Routes[0].Pattern = "GET /ping"
		}, `route "GET /ping" is at "/ping" of the Domain`},
	})
	for name, change := range map[string]func(*Props){
		"without a domain":     ping,
		"at a base path":       both(paths("orders"), ping),
		"a path of a token":    both(paths("${Token[TOKEN.1]}"), ping),
		"below":                both(atDomain(nil), add(handle("GET /ping/{id}", fn))),
		"another path":         both(atDomain(nil), add(handle("GET /pings", fn))),
		"what a segment holds": both(atDomain(nil), add(handle("GET /{page}", fn))),
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

func TestAPIPolicy(t *testing.T) {
	const region, edge = "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_2025_EDGE"
	edgeAPI := func(p *Props) { p.RestAPI = &RestAPI{Edge: true} }
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string
	}{
		{"no domain", nil, " "},
		{"a legacy policy", atDomain(nil), " "},
		{"one of a Region", atDomain(func(d *domain.Domain) { d.Policy = region }), region + " STRICT"},
		{"a mode", atDomain(func(d *domain.Domain) { d.Policy, d.Access = region, "BASIC" }), region + " BASIC"},
		{"another type of endpoint", both(atDomain(func(d *domain.Domain) { d.Policy = region }), edgeAPI), " "},
		{"the edge", both(atDomain(func(d *domain.Domain) { d.Endpoint, d.Policy = domain.Edge, edge }), edgeAPI),
			edge + " STRICT"},
		{"a shared one",
			shared(domain.Shared{Name: "a.example.com", Policy: region, Access: "BASIC", Endpoint: domain.Regional}),
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
