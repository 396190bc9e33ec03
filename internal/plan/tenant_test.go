package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// owning returns an authorizer with a function of the app's own.
func owning() *Authorizer {
	l := Lambda{Own: true}
	return &Authorizer{Kind: "Own", Enforces: l.Enforces, Headers: []string{"Authorization"}, Tenant: l.Tenant}
}

func guards(p *Props) {
	p.Authorizers = map[string]*Authorizer{"own": owning(), "pool": comparing(), "iam": signing()}
	p.Routes = append(p.Routes, handle("GET /own", fn, GuardedBy{"own"}), handle("GET /pool", fn, GuardedBy{"pool"}),
		handle("GET /iam", fn, GuardedBy{"iam"}))
}

func TestTenants(t *testing.T) {
	org, other := Tenant{Claim: "org"}, Tenant{Claim: "custom:team"}
	async := handle("POST /i", 0, org)
	async.Integrated, async.Invokes = true, true
	p, err := New(table(both(guards, add(
		async,
		handle("GET /a", fn, org),
		handle("GET /b", fn, anyScope("s"), org),
		handle("GET /c/{id}", fn, other, pathIs("id", "custom:team")),
		handle("GET /d", fn, GuardedBy{"own"}, Tenant{Key: "tenant_id", IsKey: true}),
		handle("GET /e", fn, GuardedBy{"pool"}, other),
		handle("GET /f", fn, GuardedBy{"pool"}, Tenant{Claim: "sub"}, anyScope("s")),
		handle("GET /g/{org}", fn, Tenant{Path: "org", IsPath: true}, pathIs("org", "org")),
		handle("GET /h/{org}", fn, Requirement{Kind: access.PathIn, Parameter: "org", Claim: "orgs"}, anyScope("s"),
			Tenant{Path: "org", IsPath: true}),
	))))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"GET /a":      "context.authorizer.tenantId_org",
		"GET /b":      "context.authorizer.tenantId_org",
		"GET /c/{id}": "context.authorizer.tenantId_custom_3Ateam",
		"GET /d":      "context.authorizer.tenant_id",
		"GET /e":      "context.authorizer.claims.custom:team",
		"GET /f":      "context.authorizer.claims.sub",

		"POST /i":      "context.authorizer.tenantId_org",
		"GET /g/{org}": "method.request.path.org",
		"GET /h/{org}": "method.request.path.org",
	}
	if diff := cmp.Diff(want, p.Tenants()); diff != "" {
		t.Error(diff)
	}
	for _, r := range p.Routes {
		want, is := map[string]string{
			"GET /a":       "claim org is a tenant ID",
			"GET /b":       "scope s and claim org is a tenant ID",
			"GET /c/{id}":  "the path's id is the caller's custom:team and claim custom:team is a tenant ID",
			"GET /g/{org}": "the path's org is the caller's org",
			"GET /d":       "", // only the function decides
			"GET /e":       "", // a user pool checks no claims
		}[r.Pattern.String()]
		if got := JoinRequirements(r.Requires); is && got != want {
			t.Errorf("%s requires %q, want %q", r.Pattern, got, want)
		}
	}
	if diff := cmp.Diff([]string{"org", "custom:team"}, p.Guard("").Table.Tenants()); diff != "" {
		t.Error(diff)
	}
}

func TestWrongTenants(t *testing.T) {
	org := Tenant{Claim: "org"}
	on := func(guard string, words ...Access) func(*Props) {
		if guard != "" {
			words = append(words, GuardedBy{guard})
		}
		return both(guards, add(handle("GET /x", fn, words...)))
	}
	testRefusals(t, []refusal{
		{"twice", on("", org, Tenant{Claim: "team"}),
			`route "GET /x": it has Tenant(Claim("org")) and Tenant(Claim("team")), and a function runs for one tenant: ` +
				`leave one of them out`},
		{"no claim", on("", Tenant{}), `its Tenant names no claim: write the claim's name, as in Tenant(Claim("tenant"))`},
		{"a claim that is known at deployment", on("", Tenant{Claim: "${Token[TOKEN.7]}"}),
			"the claim of its Tenant is a CDK token, whose value is not known yet: write it out"},
		{"a public route", on("", org, Public{"probe"}), `it is Public and has Tenant(Claim("org")), and no authorizer ` +
			"verifies a tenant of its callers: guard it, or leave Tenant out and give it a function without tenant isolation"},
		{"a key alone", on("", org, KeyOnly{Reason: "partners"}), `it is KeyOnly and has Tenant(Claim("org")), and no ` +
			"authorizer verifies a tenant"},
		{"an integration", both(guards, func(p *Props) {
			p.Routes = append(p.Routes, Route{Pattern: "GET /x", Integrated: true, Access: []Access{org}})
		}), `it has Tenant(Claim("org")), and neither Handle nor InvokeAsync names its function: ` +
			"write it with one of them, or map X-Amz-Tenant-Id in the RequestParameters of its integration"},
		{"options that map one too", both(guards, func(p *Props) {
			r := handle("GET /x", fn, org)
			r.OwnTenant = true
			p.Routes = append(p.Routes, r)
		}), "the RequestParameters of its IntegrationOptions map X-Amz-Tenant-Id too: leave one of them out"},
		{"an alternative", on("", Either{[]Access{org, anyScope("s")}}),
			"its Either holds Tenant, which is not a requirement of who calls: write it beside Either"},
		{"a list", on("", org, claimHas("org", "acme")), "no token meets all that it requires"},
		{"a key of the included function", on("", Tenant{Key: "tenantId", IsKey: true}), `it has ` +
			`AuthorizerTenant("tenantId"), and the API's Included guards it: the included function decides, and returns the ` +
			"tenant of a claim: write Tenant(Claim(...))"},
		{"a claim for a function of the app", on("own", org),
			`it has Tenant(Claim("org")), and the Own "own" guards it: your own Function decides alone, so nothing here reads ` +
				`the claim: return the tenant in the function's context and name its key, as in AuthorizerTenant("tenantId")`},
		{"a key with a dot", on("own", Tenant{Key: "tenant.id", IsKey: true}), "want a key of letters, digits and " +
			`underscores, which a mapping expression takes, got "tenant.id"`},
		{"no key", on("own", Tenant{IsKey: true}), `want a key of letters, digits and underscores`},
		{"a key of API Gateway", on("own", Tenant{Key: "claims", IsKey: true}),
			`API Gateway has another meaning for the key "claims": return the tenant under another one`},
		{"a key of access logs", on("own", Tenant{Key: "requestId", IsKey: true}),
			`API Gateway has another meaning for the key "requestId"`},
		{"a key of a user pool", on("pool", Tenant{Key: "tenantId", IsKey: true}), "no function of yours returns it: write " +
			"Tenant(Claim(...))"},
		{"an attribute that users write", on("pool", Tenant{Claim: "email"}),
			`users write the attribute email themselves, so each caller would choose the tenant: take a custom attribute that ` +
				`no app client may write, as in Tenant(Claim("custom:tenant"))`},
		{"such an attribute in ID tokens of a pool", func(p *Props) {
			p.Authorizer = deciding(&JWT{Issuers: []issuer.Issuer{{
				URL: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", Audiences: []string{"a"}, TokenUse: "id"}}})
			p.Routes = append(p.Routes, handle("GET /x", fn, Tenant{Claim: "zoneinfo"}))
		}, `it has Tenant(Claim("zoneinfo")), and the API's Included guards it: ` +
			`users write the attribute zoneinfo themselves`},
		{"such an attribute in tokens of a pool of any use", func(p *Props) {
			p.Authorizer = deciding(&JWT{Issuers: []issuer.Issuer{{
				URL: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", Audiences: []string{"a"}, Pool: true}}})
			p.Routes = append(p.Routes, handle("GET /x", fn, Tenant{Claim: "email"}))
		}, `and the API's Included guards it: users write the attribute email themselves`},
		{"a list of a user pool", on("pool", Tenant{Claim: "cognito:groups"}),
			"cognito:groups is a list, and a tenant is one text: take another claim"},
		{"a claim with a slash", on("pool", Tenant{Claim: "https://shop.example.com/org"}),
			`want a claim of letters, digits, _ and -, which a mapping expression takes, after custom: or cognito: or without ` +
				`a prefix, got "https://shop.example.com/org": take another claim, or guard it with a TokenAuthorizer`},
		{"a claim in a claim", on("pool", Tenant{Claim: "app.org"}), `got "app.org"`},
		{"another prefix", on("pool", Tenant{Claim: "dev:custom:org"}), `got "dev:custom:org"`},
		{"signed requests", on("iam", org),
			`it has Tenant(Claim("org")), and the Signing "iam" guards it: a signature has no claims: guard it with a ` +
				`TokenAuthorizer with JWT, or give each tenant a route and a function of its own, ` +
				`and grant it with api.GrantInvoke`},
		{"an authorizer that tells no tenant", func(p *Props) {
			p.Authorizer.Tenant = nil
			p.Routes = append(p.Routes, handle("GET /x", fn, org))
		}, `it has Tenant(Claim("org")), and the API's Included does not tell the tenants of its callers`},
		{"API Gateway's own JWT check", func(p *Props) {
			p.Authorizer.Tenant = JWTTenant
			p.Routes = append(p.Routes, handle("GET /x", fn, org))
		}, "API Gateway passes claims of a JWTAuthorizer on as JSON text with quotes, which Lambda does not accept as a " +
			"tenant ID: guard it with a TokenAuthorizer with JWT"},
		{"many claims", func(p *Props) {
			for i := range maxTenants + 1 {
				p.Routes = append(p.Routes, handle(fmt.Sprintf("GET /x/%d", i), fn, Tenant{Claim: fmt.Sprintf("org%d", i)}))
			}
		}, "the API's Included takes tenants from 9 claims, and 8 are supported: " +
			"name a further authorizer with GuardedBy for some of the routes"},
		{"a parameter that nothing compares",
			both(guards, add(handle("GET /x/{org}", fn, Tenant{Path: "org", IsPath: true}))),
			`route "GET /x/{org}": it has Tenant(PathParameter("org")), and each of its callers would choose the tenant: also ` +
				`require PathParameter("org").Is(Claim(...)) or PathParameter("org").In(Claim(...)), outside of Either`},
		{"another parameter is compared", both(guards, add(handle("GET /x/{org}/{id}", fn, Tenant{Path: "org", IsPath: true},
			pathIs("id", "sub")))), "each of its callers would choose the tenant"},
		{"a parameter that some callers may choose", both(guards, add(handle("GET /x/{org}", fn,
			Tenant{Path: "org", IsPath: true}, Either{[]Access{pathIs("org", "org"), anyScope("admin")}}))),
			"each of its callers would choose the tenant"},
		{"a parameter with a guard that compares none", both(guards, add(handle("GET /x/{org}", fn, GuardedBy{"pool"},
			Tenant{Path: "org", IsPath: true}))), "each of its callers would choose the tenant"},
		{"a parameter on a public route", both(guards, add(handle("GET /x/{org}", fn, Tenant{Path: "org", IsPath: true},
			Public{"x"}))), `it is Public and has Tenant(PathParameter("org"))`},
		{"a parameter as a default", defaults(Tenant{Path: "org", IsPath: true}), "Props.DefaultAccess has " +
			`Tenant(PathParameter("org")), and not every route has the parameter: use With for the routes that have it`},
		{"a default without a claim", defaults(Tenant{}), "Props.DefaultAccess: its Tenant names no claim"},
		{"two defaults", defaults(org, Tenant{Claim: "team"}), `Props.DefaultAccess: it has Tenant(Claim("org")) and ` +
			`Tenant(Claim("team"))`},
	})
}

// TestDefaultTenant: Props.DefaultAccess names the tenant of each guarded route with an isolated function.
func TestDefaultTenant(t *testing.T) {
	isolated := func(pattern string, words ...Access) Route {
		r := handle(pattern, fn, words...)
		r.Isolated = true
		return r
	}
	mapped := isolated("GET /mapped")
	mapped.OwnTenant = true
	p, err := New(table(both(defaults(Tenant{Claim: "org"}, anyScope("api")), add(
		isolated("GET /bare"),
		isolated("GET /scope", anyScope("s")),
		isolated("GET /any", AnyCaller{}),
		isolated("GET /own", Tenant{Claim: "team"}),
		isolated("GET /public", Public{"probe"}),
		mapped,
		handle("GET /shared", fn),
	))))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"GET /bare":  "context.authorizer.tenantId_org",
		"GET /scope": "context.authorizer.tenantId_org",
		"GET /any":   "context.authorizer.tenantId_org",
		"GET /own":   "context.authorizer.tenantId_team",
	}
	if diff := cmp.Diff(want, p.Tenants()); diff != "" {
		t.Error(diff)
	}
	for _, r := range p.Routes {
		got, pattern := JoinRequirements(r.Requires), r.Pattern.String()
		if pattern == "GET /bare" && got != "scope api and claim org is a tenant ID" ||
			pattern == "GET /shared" && strings.Contains(got, "tenant") {
			t.Errorf("%s requires %s", pattern, got)
		}
	}
}

// TestSessionTenant checks that a session's claims are refused if users of the pool write them.
func TestSessionTenant(t *testing.T) {
	pool := login.Provider{Pool: true}
	ids := issuer.Issuer{TokenUse: "id"}
	for _, c := range []struct {
		name  string
		login login.Login
		claim string
		want  string // of the error; "" for none
	}{
		{"access tokens of a pool", login.Login{Provider: pool}, "email", ""},
		{"ID tokens of a pool", login.Login{Provider: pool, Issuer: ids}, "email",
			"users write the attribute email themselves"},
		{"a custom attribute", login.Login{Provider: pool, Issuer: ids}, "custom:org", ""},
		{"ID tokens of another provider", login.Login{Provider: login.Provider{IDTokens: true}}, "hd", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			source, err := (&Session{Login: &Login{Login: c.login}}).Tenant(Tenant{Claim: c.claim})
			if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, %v, want %q", source, err, c.want)
			}
		})
	}
}
