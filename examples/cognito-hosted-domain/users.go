package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
)

// users is the user pool with what the browser app signs in by.
type users struct {
	pool   awscognito.UserPool
	client awscognito.UserPoolClient
	domain awscognito.UserPoolDomain
}

func newUsers(stack awscdk.Stack) users {
	pool := awscognito.NewUserPool(stack, jsii.String("Users"), &awscognito.UserPoolProps{
		SelfSignUpEnabled: jsii.Bool(true),
		SignInAliases:     &awscognito.SignInAliases{Email: jsii.Bool(true)},
		AutoVerify:        &awscognito.AutoVerifiedAttrs{Email: jsii.Bool(true)},
		AccountRecovery:   awscognito.AccountRecovery_EMAIL_ONLY,
		PasswordPolicy:    &awscognito.PasswordPolicy{MinLength: jsii.Number(12)},
	})

	read := awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
		ScopeName: jsii.String("read"), ScopeDescription: jsii.String("See your notes"),
	})
	write := awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
		ScopeName: jsii.String("write"), ScopeDescription: jsii.String("Add notes"),
	})
	server := pool.AddResourceServer(jsii.String("Server"), &awscognito.UserPoolResourceServerOptions{
		Identifier: jsii.String("notes"),
		Scopes:     &[]awscognito.ResourceServerScope{read, write},
	})

	return users{pool: pool, client: newClient(pool, server, read, write), domain: newDomain(stack, pool)}
}

// newClient is the browser app. It is a public client: a page cannot keep a secret, so it has none, and the
// authorization code is bound to the page that asked for it by PKCE (RFC 7636). Cognito compares the code verifier
// where the page began with a code challenge, so it is the page that has to send one.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html
func newClient(
	pool awscognito.UserPool,
	server awscognito.UserPoolResourceServer,
	read, write awscognito.ResourceServerScope,
) awscognito.UserPoolClient {
	return pool.AddClient(jsii.String("Browser"), &awscognito.UserPoolClientOptions{
		GenerateSecret: jsii.Bool(false),
		OAuth: &awscognito.OAuthSettings{
			// The code flow alone: CDK's default has the implicit one too, whose tokens end up in the browser's history.
			Flows: &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			Scopes: &[]awscognito.OAuthScope{
				awscognito.OAuthScope_OPENID(),
				awscognito.OAuthScope_ResourceServer(server, read),
				awscognito.OAuthScope_ResourceServer(server, write),
			},
			CallbackUrls: jsii.Strings(appOrigin+callback, devOrigin+callback),
			LogoutUrls:   jsii.Strings(appOrigin, devOrigin),
		},
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		AccessTokenValidity:        awscdk.Duration_Minutes(jsii.Number(30)),
		RefreshTokenValidity:       awscdk.Duration_Days(jsii.Number(7)),
	})
}

// newDomain is where the hosted pages are. The prefix has to be free in the whole region, so it ends in the account's
// id: one such stack fits into an account and region. A domain of your own takes a certificate and CustomDomain
// instead.
func newDomain(stack awscdk.Stack, pool awscognito.UserPool) awscognito.UserPoolDomain {
	return pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: jsii.String("gatehouse-notes-" + *stack.Account())},
	})
}
