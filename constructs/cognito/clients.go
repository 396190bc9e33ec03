package cognito

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// rotationGrace is how long a refresh token remains valid after its first use, in seconds. It is Cognito's maximum. A
// lost answer, or a second tab that refreshes at the same moment, does not end a session.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html
const rotationGrace = 60

// addClients makes the clients, and the brandings of those that users see.
func (u *Users) addClients() {
	if p := u.props; p.Origin != "" {
		at := p.login()
		props := u.signIn(p.Browser.client())
		props.GenerateSecret = jsii.Bool(true)
		props.OAuth.CallbackUrls = jsii.Strings(at.CallbackURL())
		props.OAuth.LogoutUrls = jsii.Strings(at.LogoutURL())
		u.Client = u.userClient("Browser", props)
		u.Branding = u.branding("Branding", u.Client)
	}
	u.PageClients = map[string]awscognito.UserPoolClient{}
	u.PageBrandings = map[string]awscognito.CfnManagedLoginBranding{}
	for _, name := range slices.Sorted(maps.Keys(u.props.Pages)) {
		page := u.props.Pages[name]
		props := u.signIn(page.client())
		props.OAuth.CallbackUrls = jsii.Strings(page.CallbackURLs...)
		if len(page.LogoutURLs) > 0 {
			props.OAuth.LogoutUrls = jsii.Strings(page.LogoutURLs...)
		}
		u.PageClients[name] = u.userClient("Page-"+name, props)
		if b := u.branding("Branding-"+name, u.PageClients[name]); b != nil {
			u.PageBrandings[name] = b
		}
	}
	u.MachineClients = map[string]awscognito.UserPoolClient{}
	for _, name := range slices.Sorted(maps.Keys(u.props.Machines)) {
		m := u.props.Machines[name]
		c := m.client()
		props := &awscognito.UserPoolClientProps{
			UserPool:       u.UserPool,
			GenerateSecret: jsii.Bool(true),
			// Of the flows that users sign in by, only the one is left that takes a refresh token, and a machine gets none.
			AuthFlows: &awscognito.AuthFlow{Custom: jsii.Bool(false)},
			OAuth: &awscognito.OAuthSettings{
				Flows:  &awscognito.OAuthFlows{ClientCredentials: jsii.Bool(true)},
				Scopes: u.oauthScopes(c.scopes),
			},
			SupportedIdentityProviders: &[]awscognito.UserPoolClientIdentityProvider{
				awscognito.UserPoolClientIdentityProvider_COGNITO(),
			},
			AccessTokenValidity:        minutes(c.access),
			EnableTokenRevocation:      jsii.Bool(true),
			PreventUserExistenceErrors: jsii.Bool(true),
		}
		u.MachineClients[name] = awscognito.NewUserPoolClient(u, jsii.String("Machine-"+name), props)
	}
}

// signIn are the settings that clients of users share.
func (u *Users) signIn(c client) *awscognito.UserPoolClientProps {
	props := &awscognito.UserPoolClientProps{
		UserPool: u.UserPool,
		OAuth: &awscognito.OAuthSettings{
			Flows:  &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			Scopes: u.oauthScopes(c.all(u.scopes)),
		},
		SupportedIdentityProviders: u.supported(),
		AccessTokenValidity:        minutes(c.access),
		IdTokenValidity:            minutes(c.access),
		RefreshTokenValidity:       minutes(c.refresh),
		EnableTokenRevocation:      jsii.Bool(true),
		PreventUserExistenceErrors: jsii.Bool(true),
	}
	if u.props.lite() {
		props.AuthFlows = &awscognito.AuthFlow{Custom: jsii.Bool(false)} // refresh tokens alone
		return props
	}
	// Where refresh tokens rotate, ALLOW_REFRESH_TOKEN_AUTH cannot be on, and an empty list would be Cognito's default,
	// which has it. Of that default this is what remains, but for custom challenges.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
	props.AuthFlows = &awscognito.AuthFlow{UserSrp: jsii.Bool(true)}
	if u.props.NoLocalUsers {
		// Without the pool among its providers, a client's pages do not show the form for passwords, and the user pools API
		// still takes them by SRP. Custom challenges are refused where no trigger defines them.
		// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
		props.AuthFlows = &awscognito.AuthFlow{Custom: jsii.Bool(true)}
	}
	props.RefreshTokenRotationGracePeriod = awscdk.Duration_Seconds(jsii.Number(rotationGrace))
	return props
}

// userClient makes a client of users, after the identity providers: Cognito refuses one that names providers which are
// not there yet.
// Source: https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/aws-cognito#identity-providers
func (u *Users) userClient(id string, props *awscognito.UserPoolClientProps) awscognito.UserPoolClient {
	c := awscognito.NewUserPoolClient(u, &id, props)
	var providers []constructs.IDependable
	for _, name := range slices.Sorted(maps.Keys(u.Providers)) {
		providers = append(providers, u.Providers[name])
	}
	if len(providers) > 0 {
		c.Node().AddDependency(providers...)
	}
	return c
}

// branding makes the style of a client's pages; nil on the classic hosted UI, which has none.
func (u *Users) branding(id string, c awscognito.UserPoolClient) awscognito.CfnManagedLoginBranding {
	if !u.props.managed() {
		return nil
	}
	return awscognito.NewCfnManagedLoginBranding(u, &id, &awscognito.CfnManagedLoginBrandingProps{
		UserPoolId:               u.UserPool.UserPoolId(),
		ClientId:                 c.UserPoolClientId(),
		UseCognitoProvidedValues: true,
	})
}

// oauthScopes are scopes as CDK has them. Those of resource servers refer to them, so that they are made first.
func (u *Users) oauthScopes(list []string) *[]awscognito.OAuthScope {
	var out []awscognito.OAuthScope
	for _, scope := range list {
		if slices.Contains(standard, scope) {
			out = append(out, awscognito.OAuthScope_Custom(jsii.String(scope)))
			continue
		}
		i := strings.LastIndexByte(scope, '/')
		out = append(out, awscognito.OAuthScope_ResourceServer(u.ResourceServers[scope[:i]],
			awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
				ScopeName:        jsii.String(scope[i+1:]),
				ScopeDescription: jsii.String(scope),
			})))
	}
	return &out
}

// supported are the identity providers of clients of users.
func (u *Users) supported() *[]awscognito.UserPoolClientIdentityProvider {
	out := []awscognito.UserPoolClientIdentityProvider{}
	if !u.props.NoLocalUsers {
		out = append(out, awscognito.UserPoolClientIdentityProvider_COGNITO())
	}
	for _, name := range slices.Sorted(maps.Keys(u.Providers)) {
		out = append(out, awscognito.UserPoolClientIdentityProvider_Custom(u.Providers[name].ProviderName()))
	}
	return &out
}

func minutes(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Minutes(jsii.Number(d.Minutes()))
}
