package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
)

// identity is the stack's own identity provider: a user pool with one app client and the hosted sign-in pages.
type identity struct {
	pool   awscognito.UserPool
	client awscognito.UserPoolClient
}

func (i identity) pools() []awscognito.IUserPool { return []awscognito.IUserPool{i.pool} }

// userPool creates the pool, its scopes, the group of administrators, a client that signs users in by authorization
// code, and a hosted domain with a unique name.
func (o *Orders) userPool(settings Settings) identity {
	pool := awscognito.NewUserPool(o.Stack, jsii.String("Users"), &awscognito.UserPoolProps{
		SelfSignUpEnabled: jsii.Bool(false),
		SignInAliases:     &awscognito.SignInAliases{Email: jsii.Bool(true)},
		AutoVerify:        &awscognito.AutoVerifiedAttrs{Email: jsii.Bool(true)},
		AccountRecovery:   awscognito.AccountRecovery_EMAIL_ONLY,
		Mfa:               awscognito.Mfa_OPTIONAL,
		MfaSecondFactor:   &awscognito.MfaSecondFactor{Otp: jsii.Bool(true), Sms: jsii.Bool(false)},
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength:        jsii.Number(12),
			RequireDigits:    jsii.Bool(true),
			RequireLowercase: jsii.Bool(true),
			RequireUppercase: jsii.Bool(true),
			RequireSymbols:   jsii.Bool(true),
		},
	})
	awscognito.NewUserPoolGroup(o.Stack, jsii.String("Admins"), &awscognito.UserPoolGroupProps{
		UserPool:    pool,
		GroupName:   jsii.String(adminGroup),
		Description: jsii.String("May delete orders"),
	})
	scope := func(name, what string) awscognito.ResourceServerScope {
		return awscognito.NewResourceServerScope(
			&awscognito.ResourceServerScopeProps{ScopeName: &name, ScopeDescription: &what},
		)
	}
	scopes := []awscognito.ResourceServerScope{
		scope("read", "See orders"), scope("write", "Create orders"), scope("admin", "Delete orders"),
	}
	server := pool.AddResourceServer(jsii.String("Orders"), &awscognito.UserPoolResourceServerOptions{
		Identifier: jsii.String("orders"),
		Scopes:     &scopes,
	})
	// Any user of a client may request every scope that the client may. So the web client may not request the scope that
	// deletes orders. Only a service that keeps its secret may.
	allowed := []awscognito.OAuthScope{awscognito.OAuthScope_OPENID(), awscognito.OAuthScope_EMAIL(),
		awscognito.OAuthScope_ResourceServer(server, scopes[0]), awscognito.OAuthScope_ResourceServer(server, scopes[1])}
	pool.AddClient(jsii.String("BackOffice"), &awscognito.UserPoolClientOptions{
		GenerateSecret: jsii.Bool(true),
		OAuth: &awscognito.OAuthSettings{
			Flows:  &awscognito.OAuthFlows{ClientCredentials: jsii.Bool(true)},
			Scopes: &[]awscognito.OAuthScope{awscognito.OAuthScope_ResourceServer(server, scopes[2])},
		},
	})
	client := pool.AddClient(jsii.String("Web"), &awscognito.UserPoolClientOptions{
		OAuth: &awscognito.OAuthSettings{
			Flows:        &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)},
			Scopes:       &allowed,
			CallbackUrls: jsii.Strings(settings.callbackURL()),
		},
		PreventUserExistenceErrors: jsii.Bool(true),
		AccessTokenValidity:        awscdk.Duration_Hours(jsii.Number(1)),
	})
	domain := pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: o.uniqueDomain()},
	})
	output := func(name string, value *string) {
		awscdk.NewCfnOutput(o.Stack, &name, &awscdk.CfnOutputProps{Value: value})
	}
	output("UserPoolId", pool.UserPoolId())
	output("ClientId", client.UserPoolClientId())
	output("SignInUrl", domain.BaseUrl(nil))
	return identity{pool, client}
}

// uniqueDomain returns a domain prefix that no other stack has, because the prefix must be unique in the whole region.
// It is the last part of the stack's ID, which is a UUID.
func (o *Orders) uniqueDomain() *string {
	uuid := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), o.Stack.StackId(), nil))
	last := awscdk.Fn_Select(jsii.Number(4), awscdk.Fn_Split(jsii.String("-"), uuid, nil))
	return awscdk.Fn_Join(jsii.String("-"), &[]*string{jsii.String("orders"), last})
}
