package cognito_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
)

// federated sets identity providers of each kind.
func federated(p *cognito.Props, google, corp cognito.OIDC) {
	p.Google = &cognito.Google{
		ClientID:     "1234.apps.googleusercontent.com",
		ClientSecret: google.ClientSecret,
	}
	corp.Name, corp.IssuerURL, corp.ClientID = "Corp", "https://idp.example.com", "pool"
	p.Providers = []cognito.Provider{
		corp,
		cognito.SAML{Name: "Partner", MetadataURL: "https://sso.example.com/metadata", AttributeMapping: mapping()},
		cognito.SAML{Name: "Branch", Metadata: "<EntityDescriptor/>", AttributeMapping: mapping()},
		cognito.OIDC{
			Name: "Shop", IssuerURL: "https://shop.example.com", ClientID: "pool", ClientSecret: corp.ClientSecret,
			AttributeMapping: mapping(),
		},
	}
	p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"https://app.example.com/"}}}
}

// The template refers to the providers' secrets and does not contain them. Clients depend on the providers that they
// name.
func TestProviders(t *testing.T) {
	stack := newStack()
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		federated(p, cognito.OIDC{ClientSecret: secret(stack, "google")},
			cognito.OIDC{ClientSecret: secret(stack, "corp"), ClientSecretField: "value"})
	}))
	names := slices.Sorted(maps.Keys(users.Providers))
	if !slices.Equal(names, []string{"Branch", "Corp", "Google", "Partner", "Shop"}) {
		t.Errorf("Providers: got %q", names)
	}
	got := map[string]map[string]any{}
	var ids []string
	for id, r := range resources(t, stack, "AWS::Cognito::UserPoolIdentityProvider") {
		ids = append(ids, id)
		got[r.properties["ProviderName"].(string)] = map[string]any{
			"type":    r.properties["ProviderType"],
			"details": r.properties["ProviderDetails"],
			"mapping": r.properties["AttributeMapping"],
		}
	}
	claims := map[string]any{"email": "email", "email_verified": "email_verified", "name": "name"}
	want := map[string]map[string]any{
		"Google": {
			"type": "Google",
			"details": map[string]any{
				"client_id":        "1234.apps.googleusercontent.com",
				"client_secret":    "{{resolve:secretsmanager:arn::secretsmanager:::secret:google:SecretString:::}}",
				"authorize_scopes": "openid email profile",
			},
			"mapping": claims,
		},
		"Corp": {
			"type": "OIDC",
			"details": map[string]any{
				"client_id":                 "pool",
				"client_secret":             "{{resolve:secretsmanager:arn::secretsmanager:::secret:corp:SecretString:value::}}",
				"authorize_scopes":          "openid email profile",
				"oidc_issuer":               "https://idp.example.com",
				"attributes_request_method": "GET",
			},
			"mapping": claims,
		},
		"Partner": {
			"type": "SAML",
			"details": map[string]any{
				"IDPSignout":  false,
				"IDPInit":     false,
				"MetadataURL": "https://sso.example.com/metadata",
			},
			"mapping": map[string]any{"email": "mail"},
		},
		"Branch": {
			"type": "SAML",
			"details": map[string]any{
				"IDPSignout":   false,
				"IDPInit":      false,
				"MetadataFile": "<EntityDescriptor/>",
			},
			"mapping": map[string]any{"email": "mail"},
		},
		"Shop": {
			"type": "OIDC",
			"details": map[string]any{
				"client_id":                 "pool",
				"client_secret":             "{{resolve:secretsmanager:arn::secretsmanager:::secret:corp:SecretString:::}}",
				"authorize_scopes":          "openid email profile",
				"oidc_issuer":               "https://shop.example.com",
				"attributes_request_method": "GET",
			},
			"mapping": map[string]any{"email": "mail"},
		},
	}
	for _, of := range got {
		if secret, is := of["details"].(map[string]any)["client_secret"].(map[string]any); is {
			of["details"].(map[string]any)["client_secret"] = joined(secret)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	for id, client := range resources(t, stack, "AWS::Cognito::UserPoolClient") {
		for _, provider := range ids {
			if !slices.Contains(client.dependsOn, provider) {
				t.Errorf("%s: got DependsOn %q, want %s in it", id, client.dependsOn, provider)
			}
		}
		if n := len(client.properties["SupportedIdentityProviders"].([]any)); n != 6 {
			t.Errorf("%s: got %d identity providers, want the pool and five others", id, n)
		}
	}
}

// joined joins the strings of an Fn::Join, without its references.
func joined(of map[string]any) string {
	var b strings.Builder
	for _, part := range of["Fn::Join"].([]any)[1].([]any) {
		if text, is := part.(string); is {
			b.WriteString(text)
		}
	}
	return b.String()
}

// With NoLocalUsers, users of the pool's own directory cannot sign in, on the pages or with the user pools API. The
// list of flows must not be empty, because Cognito's default includes SRP.
func TestNoLocalUsers(t *testing.T) {
	stack := newStack()
	cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.Google = &cognito.Google{
			ClientID:     "1234.apps.googleusercontent.com",
			ClientSecret: secret(stack, "google"),
		}
		p.NoLocalUsers = true
	}))
	client := only(t, stack, "AWS::Cognito::UserPoolClient").properties
	for _, name := range client["SupportedIdentityProviders"].([]any) {
		if name == "COGNITO" {
			t.Error("SupportedIdentityProviders has COGNITO, so local users can sign in")
		}
	}
	if flows := client["ExplicitAuthFlows"]; !reflect.DeepEqual(flows, []any{"ALLOW_CUSTOM_AUTH"}) {
		t.Errorf("ExplicitAuthFlows: got %v, want only ALLOW_CUSTOM_AUTH", flows)
	}
}
