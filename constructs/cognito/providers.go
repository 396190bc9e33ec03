package cognito

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// Google lets users sign in with a Google account. Register https://DOMAIN/oauth2/idpresponse, with the pool's domain,
// as a redirect URI of the OAuth client at Google.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-social-idp.html
type Google struct {
	// ClientID is the ID of the OAuth client, which ends in ".apps.googleusercontent.com". Required.
	ClientID string

	// ClientSecret holds the client's secret. The template has a dynamic reference to it, which CloudFormation resolves
	// during deployment. Required.
	ClientSecret awssecretsmanager.ISecret

	// ClientSecretField is the field of the secret's JSON that holds the value. Default: the whole secret string.
	ClientSecretField string

	// Scopes are the scopes that Cognito requests from Google. Default: openid, email and profile.
	Scopes []string

	// AttributeMapping maps Google's attributes to those of users. Default: email, email_verified and name.
	AttributeMapping *awscognito.AttributeMapping
}

// Provider is an identity provider at which users can sign in: [OIDC] or [SAML].
type Provider interface {
	name() string
	check() error
	add(scope constructs.Construct, id string, pool awscognito.UserPool) made
}

// made is a provider as CDK has it.
type made = awscognito.IUserPoolIdentityProvider

var (
	_ Provider = OIDC{}
	_ Provider = SAML{}
)

// OIDC is an OpenID Connect provider. Register https://DOMAIN/oauth2/idpresponse, with the pool's domain, as a redirect
// URI of the client there.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html
type OIDC struct {
	// Name is the provider's name in Cognito and on the sign-in page: 3 to 32 characters without spaces and underscores.
	// User names contain it. Required.
	Name string

	// IssuerURL is the issuer in the provider's discovery document, which Cognito reads: https. Required.
	IssuerURL string

	// ClientID, ClientSecret, ClientSecretField, Scopes and AttributeMapping are as in [Google]. Default of
	// AttributeMapping: email, email_verified and name, the claims of OpenID Connect Core 1.0, section 5.1.
	ClientID          string
	ClientSecret      awssecretsmanager.ISecret
	ClientSecretField string
	Scopes            []string
	AttributeMapping  *awscognito.AttributeMapping
}

// SAML is a SAML 2.0 identity provider. Configure it with https://DOMAIN/saml2/idpresponse, where DOMAIN is the pool's,
// as assertion consumer service, and with urn:amazon:cognito:sp:POOL, where POOL is the pool's ID, as audience. Sign-in
// starts at Cognito, never at the provider.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-saml-idp.html
type SAML struct {
	// Name is as in [OIDC].
	Name string

	// MetadataURL is the https URL of the provider's metadata, which Cognito reads again from time to time. Exactly one of
	// MetadataURL and Metadata is required.
	MetadataURL string

	// Metadata is the metadata document itself.
	Metadata string

	// AttributeMapping maps attributes of the assertion to those of users. It is required, because the names differ
	// between providers. If users sign in with their e-mail address, map that too.
	AttributeMapping *awscognito.AttributeMapping
}

// googleName is what Cognito calls Google.
const googleName = "Google"

// providerNames is Cognito's pattern of them.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
var providerNames = regexp.MustCompile(`^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$`)

// reservedNames are those of the pool's own users, and of the providers that Cognito knows.
var reservedNames = []string{"COGNITO", googleName, "Facebook", "LoginWithAmazon", "SignInWithApple"}

func checkProviderName(name string) error {
	switch n := utf8.RuneCountInString(name); {
	case cdktoken.Unresolved(name):
		return errors.New("the Name is a CDK token, and it is a part of the construct's path: write it out")
	case n < 3 || n > 32 || !providerNames.MatchString(name):
		return errors.New("want a Name of 3 to 32 characters without spaces and underscores")
	case slices.ContainsFunc(reservedNames, func(r string) bool { return strings.EqualFold(r, name) }):
		return errors.New("this Name is of a provider that Cognito knows itself: take another")
	}
	return nil
}

func (g *Google) check() error {
	const end = ".apps.googleusercontent.com"
	if !cdktoken.Unresolved(g.ClientID) && !strings.HasSuffix(g.ClientID, end) {
		return fmt.Errorf("ClientID %q: want an OAuth client id, which ends in %q", g.ClientID, end)
	}
	return checkSecret(g.ClientSecret)
}

func checkSecret(secret awssecretsmanager.ISecret) error {
	if secret == nil {
		return errors.New("ClientSecret is nil: give it the secret in AWS Secrets Manager that holds the client's secret")
	}
	return nil
}

func (o OIDC) name() string { return o.Name }

func (o OIDC) check() error {
	switch {
	case o.ClientID == "":
		return errors.New("ClientID is empty: give the id of the client that the provider knows the pool by")
	case !cdktoken.Unresolved(o.IssuerURL) && !isHTTPS(o.IssuerURL):
		return fmt.Errorf("IssuerURL %q: want an https URL, like %q", o.IssuerURL, "https://idp.example.com")
	}
	return checkSecret(o.ClientSecret)
}

func (s SAML) name() string { return s.Name }

func (s SAML) check() error {
	switch {
	case s.MetadataURL == "" && s.Metadata == "":
		return errors.New("MetadataURL and Metadata are both empty: set one")
	case s.MetadataURL != "" && s.Metadata != "":
		return errors.New("MetadataURL and Metadata are both set: leave one out")
	case s.MetadataURL != "" && !cdktoken.Unresolved(s.MetadataURL) && !isHTTPS(s.MetadataURL):
		return fmt.Errorf("MetadataURL %q: want an https URL", s.MetadataURL)
	case s.AttributeMapping == nil:
		return errors.New("AttributeMapping is nil: say which attribute of the assertion is the e-mail address, at least")
	}
	return nil
}

func isHTTPS(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// signInScopes are the default of a provider's.
var signInScopes = []string{"openid", "email", "profile"}

func scopesOr(given []string) *[]*string {
	if len(given) == 0 {
		given = signInScopes
	}
	return jsii.Strings(given...)
}

func (g *Google) add(scope constructs.Construct, pool awscognito.UserPool) awscognito.IUserPoolIdentityProvider {
	return awscognito.NewUserPoolIdentityProviderGoogle(scope, jsii.String(googleName),
		&awscognito.UserPoolIdentityProviderGoogleProps{
			UserPool:          pool,
			ClientId:          &g.ClientID,
			ClientSecretValue: secretValue(g.ClientSecret, g.ClientSecretField),
			Scopes:            scopesOr(g.Scopes),
			AttributeMapping:  mappingOr(g.AttributeMapping),
		})
}

func (o OIDC) add(scope constructs.Construct, id string, pool awscognito.UserPool) made {
	return awscognito.NewUserPoolIdentityProviderOidc(scope, &id, &awscognito.UserPoolIdentityProviderOidcProps{
		UserPool:  pool,
		Name:      &o.Name,
		IssuerUrl: &o.IssuerURL,
		ClientId:  &o.ClientID,
		// What is unwrapped is the dynamic reference.
		ClientSecret:     secretValue(o.ClientSecret, o.ClientSecretField).UnsafeUnwrap(),
		Scopes:           scopesOr(o.Scopes),
		AttributeMapping: mappingOr(o.AttributeMapping),
	})
}

func (s SAML) add(scope constructs.Construct, id string, pool awscognito.UserPool) made {
	metadata := awscognito.UserPoolIdentityProviderSamlMetadata_Url(&s.MetadataURL)
	if s.Metadata != "" {
		metadata = awscognito.UserPoolIdentityProviderSamlMetadata_File(&s.Metadata)
	}
	return awscognito.NewUserPoolIdentityProviderSaml(scope, &id, &awscognito.UserPoolIdentityProviderSamlProps{
		UserPool:         pool,
		Name:             &s.Name,
		Metadata:         metadata,
		AttributeMapping: s.AttributeMapping,
		IdpInitiated:     jsii.Bool(false),
	})
}

// mappingOr is the given mapping, or that of the claims of OpenID Connect, which Google has too.
func mappingOr(given *awscognito.AttributeMapping) *awscognito.AttributeMapping {
	if given != nil {
		return given
	}
	claim := func(name string) awscognito.ProviderAttribute {
		return awscognito.ProviderAttribute_Other(&name)
	}
	return &awscognito.AttributeMapping{
		Email:         claim("email"),
		EmailVerified: claim("email_verified"),
		Fullname:      claim("name"),
	}
}

// secretValue is a dynamic reference to a secret.
func secretValue(secret awssecretsmanager.ISecret, field string) awscdk.SecretValue {
	if field == "" {
		return secret.SecretValue()
	}
	return secret.SecretValueFromJson(&field)
}
