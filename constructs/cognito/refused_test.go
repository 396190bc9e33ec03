package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// route returns a table with one route, which requires the scope.
func route(scope string) []secureapi.Route {
	return []secureapi.Route{secureapi.Handle("GET /notes", nil, secureapi.AnyScope(scope))}
}

// New refuses props that cannot work. The error names the place, the wrong value and the way out.
func TestRefused(t *testing.T) {
	stack := newStack()
	scratch := newStack()
	client := secret(stack, "client")
	certificate := awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
		jsii.String("arn:aws:acm:eu-central-1:111122223333:certificate/1234"))
	google := func(id string) *cognito.Google { return &cognito.Google{ClientID: id, ClientSecret: client} }
	const googleID = "1.apps.googleusercontent.com"
	oidc := func(change func(*cognito.OIDC)) []cognito.Provider {
		o := cognito.OIDC{Name: "Corp", IssuerURL: "https://idp.example.com", ClientID: "pool", ClientSecret: client}
		change(&o)
		return []cognito.Provider{o}
	}
	saml := func(change func(*cognito.SAML)) []cognito.Provider {
		s := cognito.SAML{Name: "Corp", MetadataURL: "https://idp.example.com/m", AttributeMapping: mapping()}
		change(&s)
		return []cognito.Provider{s}
	}
	many := func(n int) (out []secureapi.Route) {
		for i := range n {
			out = append(out, route(fmt.Sprintf("notes/s%d", i))...)
		}
		return out
	}
	for _, c := range []struct {
		name   string
		change func(*cognito.Props)
		want   string
	}{
		// The table.
		{"a scope of no resource server", func(p *cognito.Props) { p.Routes = route("notes:read") },
			`route "GET /notes": no resource server can have the scope "notes:read": in the tokens of a user pool a scope is ` +
				`SERVER/SCOPE: write it as "api/notes.read"`},
		{"an empty scope of a server", func(p *cognito.Props) { p.Routes = route("notes/") },
			`the scope "notes/": want SERVER/SCOPE`},
		{"a scope with a space", func(p *cognito.Props) { p.Routes = route("notes/re ad") },
			`the scope "notes/re ad": want SERVER`},
		{"a CDK token", func(p *cognito.Props) { p.Routes = route(*stack.Account() + "/read") }, "is a CDK token"},
		{"a scope in an Either", func(p *cognito.Props) {
			p.Routes = []secureapi.Route{secureapi.Handle("GET /n", nil,
				secureapi.Either(secureapi.AnyGroup("a"), secureapi.AnyScope("read")))}
		}, `route "GET /n": no resource server can have the scope "read"`},
		{"a server that is not given", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: "note", Scopes: []cognito.Scope{{Name: "read"}}}}
		}, `the scope "notes/read" is of the resource server "notes", which is not among ResourceServers, ["note"]`},
		{"a scope that its server does not list", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: "notes", Scopes: []cognito.Scope{{Name: "read"}}}}
		}, `route "POST /notes": the resource server "notes" has no scope "write": add it to its Scopes, ` +
			`or write one of them: read`},
		{"more scopes than a server takes", func(p *cognito.Props) { p.Routes = many(101) },
			`the resource server "notes" has 101 scopes, and Cognito takes 100`},
		{"more scopes than a client takes", func(p *cognito.Props) { p.Routes = many(60) },
			"Browser: the client may ask for 61 scopes, and Cognito takes 50: name those that it needs in Scopes"},

		// Resource servers.
		{"a server without an identifier", func(p *cognito.Props) { p.ResourceServers = []cognito.ResourceServer{{}} },
			`ResourceServers: "": want an Identifier`},
		{"a server with a long identifier", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: strings.Repeat("n", 257)}}
		}, `nnn": want an Identifier of 1 to 256`},
		{"two of one identifier", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: "notes"}, {Identifier: "notes"}}
		}, `"notes": there are two of this Identifier`},
		{"a server's name with a slash", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: "notes", Name: "a/b"}}
		}, `the Name "a/b"`},
		{"a scope with a slash", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: "notes", Scopes: []cognito.Scope{{Name: "a/b"}}}}
		}, `the scope "a/b": want a Name`},
		{"a scope twice", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{
				{Identifier: "notes", Scopes: []cognito.Scope{{Name: "read"}, {Name: "read"}}},
			}
		}, `it has the scope "read" twice`},
		{"a description that is too long", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{
				{Identifier: "notes", Scopes: []cognito.Scope{{Name: "read", Description: strings.Repeat("a", 257)}}},
			}
		}, "its Description has 257 characters"},
		{"a server without scopes", func(p *cognito.Props) {
			p.ResourceServers = []cognito.ResourceServer{{Identifier: "notes"}, {Identifier: "idle"}}
		}, `ResourceServers: "idle" has no scopes, and the table names none of it`},

		// Domain and plan.
		{"no domain", func(p *cognito.Props) { p.DomainPrefix = "" }, "there is no domain"},
		{"two domains", func(p *cognito.Props) { p.CustomDomain = &cognito.CustomDomain{} }, "are both set: leave one out"},
		{"a prefix in upper case", func(p *cognito.Props) { p.DomainPrefix = "Notes" }, `DomainPrefix "Notes": want 1 to 63`},
		{"a prefix with a hyphen at its end", func(p *cognito.Props) { p.DomainPrefix = "notes-" },
			`DomainPrefix "notes-": want`},
		{"a reserved word", func(p *cognito.Props) { p.DomainPrefix = "myaws1" },
			`"myaws1" has "aws" in it, which Cognito reserves`},
		{"a reserved word, Amazon's", func(p *cognito.Props) { p.DomainPrefix = "amazon-notes" },
			`"amazon-notes" has "amazon" in it, which Cognito reserves`},
		{"a reserved word, Cognito's", func(p *cognito.Props) { p.DomainPrefix = "notes-cognito" },
			`"notes-cognito" has "cognito" in it, which Cognito reserves`},
		{"a custom domain without a name", func(p *cognito.Props) {
			p.DomainPrefix, p.CustomDomain = "", &cognito.CustomDomain{Certificate: certificate}
		}, `CustomDomain.Name ""`},
		{"a custom domain without a certificate", func(p *cognito.Props) {
			p.DomainPrefix, p.CustomDomain = "", &cognito.CustomDomain{Name: "login.example.com"}
		}, "CustomDomain.Certificate is nil"},
		{"a certificate of another region", func(p *cognito.Props) {
			p.DomainPrefix = ""
			p.CustomDomain = &cognito.CustomDomain{Name: "login.example.com", Certificate: certificate}
		}, "CustomDomain.Certificate is in eu-central-1: want one in us-east-1"},
		{"LITE with managed login", func(p *cognito.Props) { p.FeaturePlan = awscognito.FeaturePlan_LITE },
			"FeaturePlan LITE has no managed login pages: set ManagedLoginVersion to CLASSIC_HOSTED_UI, " +
				"or FeaturePlan to ESSENTIALS"},
		{"an unknown plan", func(p *cognito.Props) { p.FeaturePlan = "GOLD" },
			`FeaturePlan "GOLD": want LITE, ESSENTIALS`},
		{"a plan in the pool's props", func(p *cognito.Props) {
			p.UserPoolProps = &awscognito.UserPoolProps{FeaturePlan: awscognito.FeaturePlan_PLUS}
		}, "UserPoolProps.FeaturePlan is set"},
		{"threat protection without its plan", func(p *cognito.Props) {
			p.UserPoolProps = &awscognito.UserPoolProps{
				StandardThreatProtectionMode: awscognito.StandardThreatProtectionMode_AUDIT_ONLY,
			}
		}, "FeaturePlan ESSENTIALS does not have: set it to PLUS"},

		{"threat protection of custom authentication without its plan", func(p *cognito.Props) {
			p.UserPoolProps = &awscognito.UserPoolProps{
				CustomThreatProtectionMode: awscognito.CustomThreatProtectionMode_AUDIT_ONLY,
			}
		}, "FeaturePlan ESSENTIALS does not have: set it to PLUS"},

		// Clients.
		{"a base path without an origin", func(p *cognito.Props) { p.Origin, p.BasePath = "", "/v1" }, "there is no Origin"},
		{"a path after the logout without an origin", func(p *cognito.Props) { p.Origin, p.AfterLogout = "", "/bye" },
			"there is no Origin"},
		{"a login's scopes without its origin", func(p *cognito.Props) {
			p.Origin, p.Browser.Scopes = "", []string{"openid"}
		}, "there is no Origin"},
		{"a login's access token without its origin", func(p *cognito.Props) {
			p.Origin, p.Browser.AccessTokenValidity = "", time.Hour
		}, "there is no Origin"},
		{"a login's refresh token without its origin", func(p *cognito.Props) {
			p.Origin, p.Browser.RefreshTokenValidity = "", 24*time.Hour
		}, "there is no Origin"},
		{"a login's settings without its origin", func(p *cognito.Props) { p.Origin, p.Path = "", "/auth" },
			"there is no Origin"},
		{"an origin of http", func(p *cognito.Props) { p.Origin = "http://notes.example.com" }, "is not https"},
		{"a path with a slash at its end", func(p *cognito.Props) { p.Path = "/auth/" }, `Path "/auth/"`},
		{"a scope that the pool does not have", func(p *cognito.Props) { p.Browser.Scopes = []string{"notes/reed"} },
			`Browser: in Scopes: no resource server has the scope "notes/reed": neither the table nor ResourceServers names it`},
		{"a scope twice for a client", func(p *cognito.Props) { p.Browser.Scopes = []string{"email", "email"} },
			`has "email" twice`},
		{"an access token that is too short", func(p *cognito.Props) { p.Browser.AccessTokenValidity = time.Minute },
			"AccessTokenValidity 1m0s: want whole minutes from 5m0s to 24h0m0s"},
		{"an access token of half a minute", func(p *cognito.Props) { p.Browser.AccessTokenValidity = 450 * time.Second },
			"AccessTokenValidity 7m30s: want whole minutes"},
		{"an access token that is too long", func(p *cognito.Props) {
			p.Browser.AccessTokenValidity = 24*time.Hour + time.Minute
		}, "AccessTokenValidity 24h1m0s: want whole minutes"},
		{"a refresh token that is too long", func(p *cognito.Props) {
			p.Browser.RefreshTokenValidity = 3650*24*time.Hour + time.Minute
		}, "RefreshTokenValidity 87600h1m0s: want whole minutes"},
		{"a refresh token of half a minute", func(p *cognito.Props) {
			p.Browser.RefreshTokenValidity = 24*time.Hour + 30*time.Second
		}, "RefreshTokenValidity 24h0m30s: want whole minutes"},
		{"a refresh token that is too short", func(p *cognito.Props) { p.Browser.RefreshTokenValidity = time.Minute },
			"RefreshTokenValidity 1m0s: want whole minutes from 1h0m0s"},
		{"an access token that outlives the refresh token", func(p *cognito.Props) {
			p.Browser.AccessTokenValidity, p.Browser.RefreshTokenValidity = 2*time.Hour, time.Hour
		}, "AccessTokenValidity 2h0m0s is longer than RefreshTokenValidity 1h0m0s"},
		{"a page without a callback URL", func(p *cognito.Props) { p.Pages = map[string]cognito.Page{"app": {}} },
			`Pages["app"]: CallbackURLs is empty`},
		{"a page of http", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"http://app.example.com/"}}}
		}, `Pages["app"]: the URL "http://app.example.com/" is not https, and Cognito takes http for localhost, ` +
			`127.0.0.1 and [::1] alone`},
		{"a URL that cannot be parsed", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"https://app.example.com/%zz"}}}
		}, "want an absolute one"},
		{"a scheme alone", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"notes:"}}}
		}, `the URL "notes:": want an absolute one`},
		{"a URL with an empty fragment", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"https://app.example.com/#"}}}
		}, "has a fragment"},
		{"a URL with a fragment", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"https://app.example.com/#in"}}}
		}, "has a fragment"},
		{"a scope that no server can have", func(p *cognito.Props) { p.Browser.Scopes = []string{"notes:read"} },
			`Browser: in Scopes: no resource server can have the scope "notes:read"`},
		{"a URL without a host", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"https:///in"}}}
		}, "has no host"},
		{"a path instead of a URL", func(p *cognito.Props) {
			p.Pages = map[string]cognito.Page{
				"app": {CallbackURLs: []string{"https://app.example.com/"}, LogoutURLs: []string{"/out"}},
			}
		}, `the URL "/out": want an absolute one`},
		{"a client without a name", func(p *cognito.Props) {
			p.Machines = map[string]cognito.Machine{"": {Scopes: []string{"notes/read"}}}
		}, `Machines[""]: the name "": want one`},
		{"a client's name that is a CDK token", func(p *cognito.Props) {
			p.Machines = map[string]cognito.Machine{*stack.Account(): {Scopes: []string{"notes/read"}}}
		}, "want one without slashes and spaces"},
		{"a client's name with a slash", func(p *cognito.Props) {
			p.Machines = map[string]cognito.Machine{"a/b": {Scopes: []string{"notes/read"}}}
		}, `Machines["a/b"]: the name "a/b"`},
		{"a machine without a scope", func(p *cognito.Props) { p.Machines = map[string]cognito.Machine{"m": {}} },
			`Machines["m"]: it has no Scopes`},
		{"a machine with a user's scope", func(p *cognito.Props) {
			p.Machines = map[string]cognito.Machine{"m": {Scopes: []string{"openid"}}}
		}, `the scope "openid" says something of a user`},
		{"a machine with an unknown scope", func(p *cognito.Props) {
			p.Machines = map[string]cognito.Machine{"m": {Scopes: []string{"notes/all"}}}
		}, `no resource server has the scope "notes/all"`},

		// Identity providers and groups.
		{"a provider's name that is a CDK token",
			func(p *cognito.Props) { p.Providers = oidc(func(o *cognito.OIDC) { o.Name = *stack.Account() }) },
			"the Name is a CDK token, and it is a part of the construct's path: write it out"},
		{"a client ID that is not Google's", func(p *cognito.Props) { p.Google = google("shop") }, `Google: ClientID "shop"`},
		{"Google without a secret", func(p *cognito.Props) { p.Google = &cognito.Google{ClientID: googleID} },
			"Google: ClientSecret is nil"},
		{"a provider that is nil", func(p *cognito.Props) { p.Providers = []cognito.Provider{nil} }, "Providers[0] is nil"},
		{"a provider with a short name",
			func(p *cognito.Props) { p.Providers = oidc(func(o *cognito.OIDC) { o.Name = "x" }) },
			`Providers[0] "x": want a Name of 3 to 32`},
		{"a provider with a long name",
			func(p *cognito.Props) { p.Providers = oidc(func(o *cognito.OIDC) { o.Name = strings.Repeat("n", 33) }) },
			`nnn": want a Name of 3 to 32`},
		{"a provider with a space in its name",
			func(p *cognito.Props) { p.Providers = oidc(func(o *cognito.OIDC) { o.Name = "our company" }) },
			`Providers[0] "our company": want a Name of 3 to 32 characters without spaces`},
		{"a provider with a name of Cognito's", func(p *cognito.Props) {
			p.Providers = oidc(func(o *cognito.OIDC) { o.Name = "google" })
		}, "this Name is of a provider that Cognito knows itself"},
		{"two providers of one name", func(p *cognito.Props) {
			p.Providers = append(oidc(func(*cognito.OIDC) {}), saml(func(*cognito.SAML) {})...)
		}, `Providers[1] "Corp": there is a second provider of this Name`},
		{"an issuer of http", func(p *cognito.Props) {
			p.Providers = oidc(func(o *cognito.OIDC) { o.IssuerURL = "http://idp.example.com" })
		}, "want an https URL"},
		{"a provider without a client", func(p *cognito.Props) {
			p.Providers = oidc(func(o *cognito.OIDC) { o.ClientID = "" })
		}, "ClientID is empty"},
		{"a provider without a secret", func(p *cognito.Props) {
			p.Providers = oidc(func(o *cognito.OIDC) { o.ClientSecret = nil })
		}, "ClientSecret is nil"},
		{"no metadata", func(p *cognito.Props) { p.Providers = saml(func(s *cognito.SAML) { s.MetadataURL = "" }) },
			"MetadataURL and Metadata are both empty"},
		{"two metadata", func(p *cognito.Props) { p.Providers = saml(func(s *cognito.SAML) { s.Metadata = "<a/>" }) },
			"MetadataURL and Metadata are both set"},
		{"metadata of http", func(p *cognito.Props) {
			p.Providers = saml(func(s *cognito.SAML) { s.MetadataURL = "http://idp.example.com/m" })
		}, "want an https URL"},
		{"no mapping", func(p *cognito.Props) { p.Providers = saml(func(s *cognito.SAML) { s.AttributeMapping = nil }) },
			"AttributeMapping is nil"},
		{"an e-mail address for good", func(p *cognito.Props) {
			p.Providers = oidc(func(*cognito.OIDC) {})
			p.UserPoolProps = &awscognito.UserPoolProps{StandardAttributes: &awscognito.StandardAttributes{
				Email: &awscognito.StandardAttribute{Required: jsii.Bool(true), Mutable: jsii.Bool(false)},
			}}
		}, "their second sign-in would fail"},
		{"a full name for good, with Google", func(p *cognito.Props) {
			p.Google = google(googleID)
			p.UserPoolProps = &awscognito.UserPoolProps{StandardAttributes: &awscognito.StandardAttributes{
				Fullname: &awscognito.StandardAttribute{Required: jsii.Bool(true), Mutable: jsii.Bool(false)},
			}}
		}, "their second sign-in would fail"},
		{"no local users and no provider", func(p *cognito.Props) { p.NoLocalUsers = true }, "so that no user could sign in"},
		{"a group without a name", func(p *cognito.Props) { p.Groups = []cognito.Group{{}} }, `Groups[0]: Name ""`},
		{"a group with a long name", func(p *cognito.Props) { p.Groups = []cognito.Group{{Name: strings.Repeat("g", 129)}} },
			`ggg": want 1 to 128 characters`},
		{"a group with a space", func(p *cognito.Props) { p.Groups = []cognito.Group{{Name: "a b"}} },
			`Groups[0]: Name "a b"`},
		{"two groups of one name", func(p *cognito.Props) { p.Groups = []cognito.Group{{Name: "a"}, {Name: "a"}} },
			`Groups[1]: there is a second group "a"`},

		// The scopes of groups.
		{"a group with an unknown scope", func(p *cognito.Props) {
			p.Groups = []cognito.Group{{Name: "a", Scopes: []string{"notes/all"}}}
		}, `Groups[0] "a": in Scopes: no resource server has the scope "notes/all"`},
		{"a group with a standard scope", func(p *cognito.Props) {
			p.Groups = []cognito.Group{{Name: "a", Scopes: []string{"email"}}}
		}, `Groups[0] "a": in Scopes: "email" is not of a resource server`},
		{"a group whose name is a CDK token", func(p *cognito.Props) {
			p.Groups = []cognito.Group{{Name: *stack.Account(), Scopes: []string{"notes/read"}}}
		}, "the Name of Groups[0] is a CDK token, and it has Scopes"},
		{"groups with scopes under LITE", func(p *cognito.Props) {
			p.FeaturePlan, p.ManagedLoginVersion = awscognito.FeaturePlan_LITE, awscognito.ManagedLoginVersion_CLASSIC_HOSTED_UI
			p.Groups = []cognito.Group{{Name: "a", Scopes: []string{"notes/read"}}}
		}, "FeaturePlan LITE has no trigger that decides on scopes"},
		{"two triggers", func(p *cognito.Props) {
			own := awslambda.Function_FromFunctionName(scratch, jsii.String("Own"), jsii.String("own"))
			p.UserPoolProps = &awscognito.UserPoolProps{
				LambdaTriggers: &awscognito.UserPoolTriggers{PreTokenGeneration: own},
			}
			p.Groups = []cognito.Group{{Name: "a", Scopes: []string{"notes/read"}}}
		}, "UserPoolProps has a pre token generation trigger, and Groups have Scopes"},
		{"more than an environment holds", func(p *cognito.Props) {
			for i := range 300 {
				p.Groups = append(p.Groups, cognito.Group{Name: fmt.Sprintf("g%d", i), Scopes: []string{"notes/read"}})
			}
		}, "the scopes of Groups: pretoken: wrong configuration: it takes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, func() { cognito.New(stack, "Users", good(c.change)) }, "cognito: Shop/Users: ", c.want)
		})
	}
	if n := len(*stack.Node().Children()); n != 2 {
		t.Errorf("got %d constructs in the stack, want only the secret and the certificate", n)
	}
}

// One panic reports all errors of the props.
func TestErrorsAreReportedTogether(t *testing.T) {
	refused(t, func() {
		cognito.New(newStack(), "Users", &cognito.Props{Routes: append(route("read"), route("write")...)})
	}, `"read"`, `"write"`, "there is no domain")
	refused(t, func() { cognito.New(newStack(), "Users", nil) }, "there is no domain")
	refused(t, func() { cognito.New(nil, "Users", good(nil)) }, "cognito: Users: the scope is nil")
}
