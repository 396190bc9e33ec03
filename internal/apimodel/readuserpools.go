package apimodel

import (
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/partition"
)

func (b *builder) readIdentity() {
	byID := map[string]*UserPool{}
	b.each("AWS::Cognito::UserPool", func(r *reader) {
		p := &UserPool{
			ID: r.id, PoolID: r.physicalID(), ARN: r.attribute("Arn"), ProviderURL: r.attribute("ProviderURL"),
		}
		p.PreTokenARN = r.object("LambdaConfig").object("PreTokenGenerationConfig").notice().text("LambdaArn")
		p.OldPreTokenARN = r.object("LambdaConfig").notice().text("PreTokenGeneration")
		names := r.object("UsernameConfiguration")
		p.CaseInsensitive = names.has("CaseSensitive") && !names.bool("CaseSensitive")
		b.model.UserPools = append(b.model.UserPools, p)
		b.pools[p.ARN], byID[p.PoolID] = p, p
	})
	of := func(r *reader) *UserPool {
		if p := byID[r.need("UserPoolId")]; p != nil {
			return p
		}
		return &UserPool{} // the pool is in another app
	}
	b.each("AWS::Cognito::UserPoolResourceServer", func(r *reader) {
		s := &ResourceServer{ID: r.id, Identifier: r.need("Identifier")}
		for _, scope := range r.objects("Scopes") {
			s.Scopes = append(s.Scopes, s.Identifier+"/"+scope.need("ScopeName"))
		}
		p := of(r)
		p.ResourceServers = append(p.ResourceServers, s)
	})
	b.each("AWS::Cognito::UserPoolGroup", func(r *reader) {
		p := of(r)
		p.Groups = append(p.Groups, r.physicalID())
	})
	b.each("AWS::Cognito::UserPoolDomain", func(r *reader) {
		p := of(r)
		p.Domains = append(p.Domains, r.notice().text("Domain"))
	})
	b.each("AWS::Cognito::UserPoolIdentityProvider", func(r *reader) {
		p := of(r)
		p.Providers = append(p.Providers, &IdentityProvider{
			ID: r.id, Name: r.need("ProviderName"), Type: r.need("ProviderType"), Identifiers: r.texts("IdpIdentifiers"),
		})
	})
	b.each("AWS::Cognito::UserPoolClient", func(r *reader) {
		units := r.object("TokenValidityUnits")
		rotation := r.object("RefreshTokenRotation")
		p := of(r)
		p.Clients = append(p.Clients, &UserPoolClient{
			ID: r.id, ClientID: r.physicalID(), Secret: r.bool("GenerateSecret"),
			Scopes: r.texts("AllowedOAuthScopes"), Flows: r.texts("AllowedOAuthFlows"),
			CallbackURLs: r.texts("CallbackURLs"), LogoutURLs: r.texts("LogoutURLs"),
			AccessTokenValidity:  r.validity("AccessTokenValidity", units.oneOf("AccessToken", tokenUnits...), tokenLife),
			RefreshTokenValidity: r.validity("RefreshTokenValidity", units.oneOf("RefreshToken", refreshUnits...), refreshLife),
			Providers:            r.texts("SupportedIdentityProviders"),
			Rotates:              rotation.oneOf("Feature", "DISABLED", "ENABLED") == "ENABLED",
			RotationGrace:        rotation.grace(),
		})
	})
}

// The units of a token's validity, the default first.
var (
	tokenUnits   = []string{"hours", "seconds", "minutes", "days"}
	refreshUnits = []string{"days", "seconds", "minutes", "hours"}
)

// life is the default and the maximum validity of a kind of token.
type life struct{ standard, longest time.Duration }

// Source:
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
var (
	tokenLife   = life{time.Hour, 24 * time.Hour}
	refreshLife = life{30 * 24 * time.Hour, 3650 * 24 * time.Hour}
)

// validity returns how long a token is valid.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html
func (r *reader) validity(name, unit string, l life) time.Duration {
	n := r.integer(name)
	if n == nil || *n == 0 {
		return l.standard
	}
	u := time.Hour
	switch unit {
	case "seconds":
		u = time.Second
	case "minutes":
		u = time.Minute
	case "days":
		u = 24 * time.Hour
	}
	return time.Duration(min(*n, int(l.longest/u))) * u // the limit of Amazon Cognito
}

// grace returns how long a refresh token remains valid after its first use: 0 to 60 seconds.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cognito-userpoolclient-refreshtokenrotation.html
func (r *reader) grace() time.Duration {
	n := r.integer("RetryGracePeriodSeconds")
	if n == nil {
		return 0
	}
	return time.Duration(min(max(*n, 0), 60)) * time.Second
}

// pool returns a user pool by its ARN. For one outside the assembly, only the ARN is known.
func (b *builder) pool(arn string) *UserPool {
	if p := b.pools[arn]; p != nil {
		return p
	}
	parts := strings.SplitN(arn, ":", 6) // arn:partition:cognito-idp:region:account:userpool/id
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "cognito-idp" {
		return nil
	}
	id, ok := strings.CutPrefix(parts[5], "userpool/")
	if !ok || id == "" {
		return nil
	}
	region := parts[3]
	p := &UserPool{
		PoolID:      id,
		ARN:         arn,
		ProviderURL: "https://cognito-idp." + region + "." + partition.Of(region).Domain + "/" + id,
	}
	b.model.UserPools = append(b.model.UserPools, p)
	b.pools[arn] = p
	return p
}
