package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// newUsers is the user pool with its pages, and the clients that people sign in to. It reads settings from CDK's
// context: domainPrefix, which has to be free in the region, and googleClientId and googleSecret, the id of an OAuth
// client at Google and the name of the secret in AWS Secrets Manager that has the client's secret. Without those two, a
// second user pool stands in for Google.
func newUsers(stack awscdk.Stack, origin string, routes []secureapi.Route) *cognito.Users {
	props := &cognito.Props{
		Routes: routes, // whose scopes the pool has
		ResourceServers: []cognito.ResourceServer{{Identifier: "notes", Scopes: []cognito.Scope{
			{Name: "read", Description: "See your notes"},
			{Name: "write", Description: "Add notes"},
		}}},
		Origin: origin,
		// With the user's name and e-mail address, which the page shows.
		Browser: cognito.Browser{Scopes: []string{"openid", "profile", "email", readScope, writeScope}},
		Pages: map[string]cognito.Page{"app": {
			CallbackURLs: []string{appOrigin + callback, devOrigin + callback},
			LogoutURLs:   []string{appOrigin, devOrigin},
		}},
		Groups: []cognito.Group{
			{Name: editors, Description: "They see everyone's notes"},
			{Name: admins, Description: "They end the sessions of others"},
		},
		DomainPrefix: domainPrefix(stack),
	}
	if id := setting(stack, "googleClientId", ""); id != "" {
		secret := setting(stack, "googleSecret", "notes/google")
		props.Google = &cognito.Google{
			ClientID:     id,
			ClientSecret: awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("GoogleSecret"), &secret),
		}
		return cognito.New(stack, "Users", props)
	}
	partners, provider := newPartners(stack)
	props.Providers = []cognito.Provider{provider}
	users := cognito.New(stack, "Users", props)
	// Cognito reads the other pool's metadata, which has no endpoints before there is a domain.
	users.Providers[provider.Name].Node().AddDependency(partners.Domain)
	return users
}

// domainPrefix is the first label of the pages' address. One such stack fits into an account and region, unless the
// prefix is given.
func domainPrefix(stack awscdk.Stack) string {
	return setting(stack, "domainPrefix", "gatehouse-notes-"+*stack.Account())
}

// newPartners is the second user pool. To the first one it is an OpenID provider like any other: a client with a
// secret, and the address to which it sends its users back.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html
func newPartners(stack awscdk.Stack) (*cognito.Users, cognito.OIDC) {
	partners := cognito.New(stack, "Partners", &cognito.Props{DomainPrefix: domainPrefix(stack) + "-partners"})
	back := "https://" + domainPrefix(stack) + ".auth." + *stack.Region() + ".amazoncognito.com/oauth2/idpresponse"
	client := partners.UserPool.AddClient(jsii.String("Notes"), &awscognito.UserPoolClientOptions{
		GenerateSecret: jsii.Bool(true),
		AuthFlows:      &awscognito.AuthFlow{UserSrp: jsii.Bool(true)},
		OAuth: &awscognito.OAuthSettings{
			Flows: &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			Scopes: &[]awscognito.OAuthScope{
				awscognito.OAuthScope_OPENID(), awscognito.OAuthScope_EMAIL(), awscognito.OAuthScope_PROFILE(),
			},
			CallbackUrls: jsii.Strings(back),
		},
		PreventUserExistenceErrors: jsii.Bool(true),
	})
	awscognito.NewCfnManagedLoginBranding(stack, jsii.String("PartnersBranding"), &awscognito.CfnManagedLoginBrandingProps{
		UserPoolId:               partners.UserPool.UserPoolId(),
		ClientId:                 client.UserPoolClientId(),
		UseCognitoProvidedValues: jsii.Bool(true),
	})
	resource := client.Node().DefaultChild().(awscognito.CfnUserPoolClient)
	secret := awssecretsmanager.NewSecret(stack, jsii.String("PartnersSecret"), &awssecretsmanager.SecretProps{
		Description:       jsii.String("The secret of the client that the user pool is to its partners"),
		SecretStringValue: awscdk.SecretValue_ResourceAttribute(resource.AttrClientSecret()),
	})
	return partners, cognito.OIDC{
		Name:         "Partners",
		IssuerURL:    "https://" + *partners.UserPool.UserPoolProviderName(),
		ClientID:     *client.UserPoolClientId(),
		ClientSecret: secret,
	}
}
