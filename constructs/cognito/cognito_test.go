package cognito_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

// TestTemplate compares the smallest pool, with a login and an API, with a snapshot. A changed logical ID would replace
// the pool and lose its users.
func TestTemplate(t *testing.T) {
	stack := newStack()
	routes := notes(backend(stack, "Notes"))
	users := cognito.New(stack, "Users", &cognito.Props{Routes: routes, Origin: origin, DomainPrefix: "notes-example"})
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: users.Login(secureapi.Login{})},
		Routes:     routes,
	})
	snapshot.Match(t, stack, "smallest")
}

// TestSafeDefaults checks the settings of a pool whose props set none.
func TestSafeDefaults(t *testing.T) {
	stack := newStack()
	cognito.New(stack, "Users", good(nil))
	pool := only(t, stack, "AWS::Cognito::UserPool")
	if pool.policy != "Retain" {
		t.Errorf("DeletionPolicy: got %v, want Retain", pool.policy)
	}
	want := map[string]any{
		"AccountRecoverySetting": map[string]any{"RecoveryMechanisms": []any{
			map[string]any{"Name": "verified_email", "Priority": float64(1)},
		}},
		"AdminCreateUserConfig":  map[string]any{"AllowAdminCreateUserOnly": true},
		"AutoVerifiedAttributes": []any{"email"},
		"DeletionProtection":     "ACTIVE",
		"EnabledMfas":            []any{"SOFTWARE_TOKEN_MFA"},
		"MfaConfiguration":       "ON",
		"Policies": map[string]any{"PasswordPolicy": map[string]any{
			"MinimumLength":    float64(12),
			"RequireLowercase": true,
			"RequireNumbers":   true,
			"RequireSymbols":   true,
			"RequireUppercase": true,
		}},
		"UserAttributeUpdateSettings": map[string]any{"AttributesRequireVerificationBeforeUpdate": []any{"email"}},
		"UserPoolTier":                "ESSENTIALS",
		"UsernameAttributes":          []any{"email"},
		"UsernameConfiguration":       map[string]any{"CaseSensitive": false},
	}
	for name := range pool.properties {
		if _, named := want[name]; !named {
			delete(pool.properties, name) // CDK sets messages
		}
	}
	if diff := cmp.Diff(want, pool.properties); diff != "" {
		t.Errorf("the pool (-want +got):\n%s", diff)
	}
	client := only(t, stack, "AWS::Cognito::UserPoolClient").properties
	for name, want := range map[string]any{
		"GenerateSecret":                  true,
		"AllowedOAuthFlows":               []any{"code"},
		"AllowedOAuthFlowsUserPoolClient": true,
		"CallbackURLs":                    []any{origin + "/auth/callback"},
		"LogoutURLs":                      []any{origin + "/"},
		"SupportedIdentityProviders":      []any{"COGNITO"},
		"EnableTokenRevocation":           true,
		"PreventUserExistenceErrors":      "ENABLED",
		"ExplicitAuthFlows":               []any{"ALLOW_USER_SRP_AUTH"}, // no flow sends the password itself
		"AccessTokenValidity":             float64(15),
		"IdTokenValidity":                 float64(15),
		"RefreshTokenValidity":            float64(720),
		"TokenValidityUnits": map[string]any{
			"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes",
		},
		"RefreshTokenRotation": map[string]any{"Feature": "ENABLED", "RetryGracePeriodSeconds": float64(60)},
	} {
		if diff := cmp.Diff(want, client[name]); diff != "" {
			t.Errorf("the client's %s (-want +got):\n%s", name, diff)
		}
	}
	if domain := only(t, stack, "AWS::Cognito::UserPoolDomain").properties; domain["ManagedLoginVersion"] != float64(2) {
		t.Errorf("domain: got %v, want ManagedLoginVersion 2", domain)
	}
	if b := only(t, stack, "AWS::Cognito::ManagedLoginBranding").properties; b["UseCognitoProvidedValues"] != true {
		t.Errorf("branding: got %v, want UseCognitoProvidedValues", b)
	}
}

// Defaults do not replace settings of UserPoolProps. New does not change the caller's props.
func TestUserPoolPropsOverrideDefaults(t *testing.T) {
	stack := newStack()
	given := &awscognito.UserPoolProps{
		SelfSignUpEnabled: jsii.Bool(true),
		SignInAliases:     &awscognito.SignInAliases{Username: jsii.Bool(true)},
		Mfa:               awscognito.Mfa_OFF,
		PasswordPolicy:    &awscognito.PasswordPolicy{MinLength: jsii.Number(20)},
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
		UserPoolName:      jsii.String("readers"),
	}
	before := *given
	cognito.New(stack, "Users", good(func(p *cognito.Props) { p.UserPoolProps = given }))
	if *given != before {
		t.Errorf("New changed the caller's props to %+v", given)
	}
	pool := only(t, stack, "AWS::Cognito::UserPool")
	for name, want := range map[string]any{
		"AdminCreateUserConfig":       map[string]any{"AllowAdminCreateUserOnly": false},
		"UsernameAttributes":          nil,
		"MfaConfiguration":            "OFF",
		"EnabledMfas":                 nil,
		"UserPoolName":                "readers",
		"DeletionProtection":          nil,
		"UserAttributeUpdateSettings": nil,
		"Policies":                    map[string]any{"PasswordPolicy": map[string]any{"MinimumLength": float64(20)}},
	} {
		if diff := cmp.Diff(want, pool.properties[name]); diff != "" &&
			(name != "DeletionProtection" || pool.properties[name] != "INACTIVE") {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if pool.policy != "Delete" {
		t.Errorf("DeletionPolicy: got %v, want Delete", pool.policy)
	}
}

// TestPlans checks the defaults of each feature plan.
func TestPlans(t *testing.T) {
	for _, c := range []struct {
		plan     awscognito.FeaturePlan
		version  awscognito.ManagedLoginVersion
		threat   string
		rotation bool
		brands   int
	}{
		{awscognito.FeaturePlan_LITE, awscognito.ManagedLoginVersion_CLASSIC_HOSTED_UI, "", false, 0},
		{awscognito.FeaturePlan_ESSENTIALS, "", "", true, 1},
		{awscognito.FeaturePlan_ESSENTIALS, awscognito.ManagedLoginVersion_CLASSIC_HOSTED_UI, "", true, 0},
		{awscognito.FeaturePlan_PLUS, "", "ENFORCED", true, 1},
	} {
		t.Run(string(c.plan)+string(c.version), func(t *testing.T) {
			stack := newStack()
			users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
				p.FeaturePlan, p.ManagedLoginVersion = c.plan, c.version
			}))
			pool := only(t, stack, "AWS::Cognito::UserPool").properties
			mode := ""
			if addOns, is := pool["UserPoolAddOns"].(map[string]any); is {
				mode = fmt.Sprint(addOns["AdvancedSecurityMode"])
			}
			if pool["UserPoolTier"] != string(c.plan) || mode != c.threat {
				t.Errorf("got plan %v with threat protection %q, want %s with %q",
					pool["UserPoolTier"], mode, c.plan, c.threat)
			}
			client := only(t, stack, "AWS::Cognito::UserPoolClient").properties
			flows := texts(client["ExplicitAuthFlows"])
			if rotates := client["RefreshTokenRotation"] != nil; rotates != c.rotation ||
				slices.Contains(flows, "ALLOW_REFRESH_TOKEN_AUTH") == c.rotation {
				t.Errorf("got rotation %v with the flows %q, want either rotation (%v) or ALLOW_REFRESH_TOKEN_AUTH",
					rotates, flows, c.rotation)
			}
			if n := len(resources(t, stack, "AWS::Cognito::ManagedLoginBranding")); n != c.brands ||
				(users.Branding != nil) != (n > 0) {
				t.Errorf("got %d brandings, want %d", n, c.brands)
			}
		})
	}
}

// Resource servers and scopes are derived from the routes. They are sorted, so the order of routes does not change the
// template.
func TestScopesFromRoutes(t *testing.T) {
	stack := newStack()
	f := backend(stack, "F")
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.Routes = []secureapi.Route{
			secureapi.Handle("POST /b", f, secureapi.AnyScope("notes/write", "notes/admin")),
			secureapi.Handle("GET /b", f, secureapi.AnyScope("notes/read")),
			secureapi.Handle("GET /a", f, secureapi.Either(
				secureapi.AnyScope("https://api.example.com/archive/read"), secureapi.AnyGroup("staff"))),
			secureapi.Handle("GET /mail", f, secureapi.AnyScope("email")), // every pool has this scope
		}
	}))
	got := map[string][]string{}
	for _, r := range resources(t, stack, "AWS::Cognito::UserPoolResourceServer") {
		for _, s := range r.properties["Scopes"].([]any) {
			s := s.(map[string]any)
			id := r.properties["Identifier"].(string)
			got[id+" "+r.properties["Name"].(string)] = append(got[id+" "+r.properties["Name"].(string)],
				s["ScopeName"].(string)+": "+s["ScopeDescription"].(string))
		}
	}
	want := map[string][]string{
		"notes notes": {"admin: notes/admin", "read: notes/read", "write: notes/write"},
		// A server's name allows fewer characters than its identifier.
		"https://api.example.com/archive https-api.example.com-archive": {"read: https://api.example.com/archive/read"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resource servers (-want +got):\n%s", diff)
	}
	if len(users.ResourceServers) != 2 || users.ResourceServers["notes"] == nil {
		t.Errorf("ResourceServers: got %v, want two", users.ResourceServers)
	}
	scopes := only(t, stack, "AWS::Cognito::UserPoolClient").properties["AllowedOAuthScopes"].([]any)
	if len(scopes) != 6 || scopes[0] != "openid" || scopes[5] != "email" {
		t.Errorf("AllowedOAuthScopes: got %v, want openid, the four scopes and email", scopes)
	}
}

// TestClients checks the settings of each kind of client.
func TestClients(t *testing.T) {
	stack := newStack()
	callbacks := []any{
		"https://app.example.com/in", "http://localhost:5173/in", "http://127.0.0.1:5173/in", "notes://in",
	}
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.BasePath, p.Path, p.AfterLogout = "/app", "/account", "/goodbye"
		p.Browser = cognito.Browser{
			Scopes:               []string{"email", "notes/read"},
			AccessTokenValidity:  5 * time.Minute,
			RefreshTokenValidity: 30 * 24 * time.Hour,
		}
		p.Pages = map[string]cognito.Page{"app": {
			CallbackURLs: texts(callbacks),
			LogoutURLs:   []string{"https://app.example.com/"},
		}}
		p.Machines = map[string]cognito.Machine{
			"importer": {Scopes: []string{"notes/write"}, AccessTokenValidity: 30 * time.Minute},
		}
	}))
	got := map[string]map[string]any{}
	for id, r := range resources(t, stack, "AWS::Cognito::UserPoolClient") {
		for _, name := range []string{"Browser", "Page", "Machine"} {
			if strings.HasPrefix(id, "Users"+name) {
				got[name] = map[string]any{}
				for _, property := range []string{
					"GenerateSecret", "AllowedOAuthFlows", "CallbackURLs", "LogoutURLs", "ExplicitAuthFlows", "AccessTokenValidity",
					"RefreshTokenValidity",
				} {
					if value, there := r.properties[property]; there {
						got[name][property] = value
					}
				}
				got[name]["Scopes"] = len(r.properties["AllowedOAuthScopes"].([]any))
			}
		}
	}
	want := map[string]map[string]any{
		"Browser": {
			"GenerateSecret":       true,
			"AllowedOAuthFlows":    []any{"code"},
			"CallbackURLs":         []any{origin + "/app/account/callback"},
			"LogoutURLs":           []any{origin + "/app/goodbye"},
			"ExplicitAuthFlows":    []any{"ALLOW_USER_SRP_AUTH"},
			"AccessTokenValidity":  float64(5),
			"RefreshTokenValidity": float64(30 * 24 * 60),
			"Scopes":               3,
		},
		"Page": {
			"AllowedOAuthFlows":    []any{"code"},
			"CallbackURLs":         callbacks,
			"LogoutURLs":           []any{"https://app.example.com/"},
			"ExplicitAuthFlows":    []any{"ALLOW_USER_SRP_AUTH"},
			"AccessTokenValidity":  float64(15),
			"RefreshTokenValidity": float64(720),
			"Scopes":               3,
		},
		"Machine": {
			"GenerateSecret":      true,
			"AllowedOAuthFlows":   []any{"client_credentials"},
			"ExplicitAuthFlows":   []any{"ALLOW_REFRESH_TOKEN_AUTH"}, // a machine gets no refresh token
			"AccessTokenValidity": float64(30),
			"Scopes":              1,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	if users.PageClients["app"] == nil || users.MachineClients["importer"] == nil || users.PageBrandings["app"] == nil {
		t.Errorf("got PageClients %v, MachineClients %v and PageBrandings %v, want an entry in each",
			users.PageClients, users.MachineClients, users.PageBrandings)
	}
}

// TestCustomDomain checks that the template has the domain's name and certificate.
func TestCustomDomain(t *testing.T) {
	stack := newStack()
	certificate := awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
		jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/1234"))
	cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.DomainPrefix, p.CustomDomain = "", &cognito.CustomDomain{Name: "login.example.com", Certificate: certificate}
	}))
	got := only(t, stack, "AWS::Cognito::UserPoolDomain").properties
	if got["Domain"] != "login.example.com" || got["CustomDomainConfig"] == nil {
		t.Errorf("got the domain %v, want login.example.com with CustomDomainConfig", got)
	}
}

// Users can be the scope of other constructs.
func TestUsersIsConstruct(t *testing.T) {
	stack := newStack()
	users := cognito.New(stack, "Users", good(nil))
	if path := *backend(users, "Welcome").Node().Path(); path != "Shop/Users/Welcome" {
		t.Errorf("path of a construct in Users: got %s, want Shop/Users/Welcome", path)
	}
}
