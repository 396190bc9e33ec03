package cognito

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
)

// passwordLength is what a password has at least.
const passwordLength = 12

// addPool makes the pool.
func (u *Users) addPool() {
	u.UserPool = awscognito.NewUserPool(u, jsii.String("Pool"), u.props.userPoolProps())
}

// userPoolProps are the caller's, copied, with our defaults where they say nothing.
func (p *Props) userPoolProps() *awscognito.UserPoolProps {
	var out awscognito.UserPoolProps
	if p.UserPoolProps != nil {
		out = *p.UserPoolProps
	}
	out.FeaturePlan = cmp.Or(p.FeaturePlan, awscognito.FeaturePlan_ESSENTIALS)
	if out.SelfSignUpEnabled == nil {
		out.SelfSignUpEnabled = jsii.Bool(false)
	}
	if out.SignInAliases == nil {
		out.SignInAliases = &awscognito.SignInAliases{Email: jsii.Bool(true)}
	}
	if email := out.SignInAliases.Email; email != nil && *email {
		if out.AutoVerify == nil {
			out.AutoVerify = &awscognito.AutoVerifiedAttrs{Email: jsii.Bool(true)}
		}
		// Who changes the address to that of another user would otherwise be found by it before it is verified.
		// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html
		if verifies := out.AutoVerify.Email; out.KeepOriginal == nil && verifies != nil && *verifies {
			out.KeepOriginal = &awscognito.KeepOriginalAttrs{Email: jsii.Bool(true)}
		}
	}
	if out.SignInCaseSensitive == nil {
		out.SignInCaseSensitive = jsii.Bool(false)
	}
	if out.AccountRecovery == "" {
		out.AccountRecovery = awscognito.AccountRecovery_EMAIL_ONLY
	}
	if out.PasswordPolicy == nil {
		out.PasswordPolicy = &awscognito.PasswordPolicy{
			MinLength:        jsii.Number(passwordLength),
			RequireLowercase: jsii.Bool(true),
			RequireUppercase: jsii.Bool(true),
			RequireDigits:    jsii.Bool(true),
			RequireSymbols:   jsii.Bool(true),
		}
	}
	if out.Mfa == "" {
		out.Mfa = awscognito.Mfa_REQUIRED
	}
	if out.MfaSecondFactor == nil && out.Mfa != awscognito.Mfa_OFF {
		out.MfaSecondFactor = &awscognito.MfaSecondFactor{Otp: jsii.Bool(true), Sms: jsii.Bool(false)}
	}
	if p.FeaturePlan == awscognito.FeaturePlan_PLUS && out.StandardThreatProtectionMode == "" {
		out.StandardThreatProtectionMode = awscognito.StandardThreatProtectionMode_FULL_FUNCTION
	}
	out.RemovalPolicy = cmp.Or(out.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	if out.DeletionProtection == nil {
		out.DeletionProtection = jsii.Bool(out.RemovalPolicy != awscdk.RemovalPolicy_DESTROY)
	}
	return &out
}

// addDomain makes the domain.
func (u *Users) addDomain() {
	props := &awscognito.UserPoolDomainProps{
		UserPool:            u.UserPool,
		ManagedLoginVersion: cmp.Or(u.props.ManagedLoginVersion, awscognito.ManagedLoginVersion_NEWER_MANAGED_LOGIN),
	}
	if d := u.props.CustomDomain; d != nil {
		props.CustomDomain = &awscognito.CustomDomainOptions{DomainName: &d.Name, Certificate: d.Certificate}
	} else {
		props.CognitoDomain = &awscognito.CognitoDomainOptions{DomainPrefix: &u.props.DomainPrefix}
	}
	u.Domain = awscognito.NewUserPoolDomain(u, jsii.String("Domain"), props)
}

// addServers makes the resource servers.
func (u *Users) addServers() {
	u.ResourceServers = map[string]awscognito.UserPoolResourceServer{}
	for _, server := range u.scopes.servers {
		var scopes []awscognito.ResourceServerScope
		for _, s := range server.Scopes {
			scopes = append(scopes, awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
				ScopeName:        &s.Name,
				ScopeDescription: jsii.String(s.describe(server)),
			}))
		}
		u.ResourceServers[server.Identifier] = awscognito.NewUserPoolResourceServer(u,
			jsii.String("Server-"+server.Identifier), &awscognito.UserPoolResourceServerProps{
				UserPool:                   u.UserPool,
				Identifier:                 &server.Identifier,
				UserPoolResourceServerName: jsii.String(server.name()),
				Scopes:                     &scopes,
			})
	}
}

// addGroups makes the groups of users.
func (u *Users) addGroups() {
	u.Groups = map[string]awscognito.UserPoolGroup{}
	for _, g := range u.props.Groups {
		props := &awscognito.UserPoolGroupProps{UserPool: u.UserPool, GroupName: &g.Name}
		if g.Description != "" {
			props.Description = &g.Description
		}
		u.Groups[g.Name] = awscognito.NewUserPoolGroup(u, jsii.String("Group-"+g.Name), props)
	}
}

// addProviders makes the identity providers.
func (u *Users) addProviders() {
	u.Providers = map[string]awscognito.IUserPoolIdentityProvider{}
	if g := u.props.Google; g != nil {
		u.Providers[googleName] = g.add(u, u.UserPool)
	}
	for _, p := range u.props.Providers {
		u.Providers[p.name()] = p.add(u, "Provider-"+p.name(), u.UserPool)
	}
}
