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
			Name: r.notice().text("UserPoolName"), Region: b.evaluator.Region(r.stack),
		}
		b.model.UserPools = append(b.model.UserPools, p)
		b.pools[p.ARN], byID[p.PoolID] = p, p
	})
	of := func(r *reader) *UserPool {
		if p := byID[r.need("UserPoolId")]; p != nil {
			return p
		}
		return &UserPool{} // of another app
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
	b.each("AWS::Cognito::UserPoolClient", func(r *reader) {
		units := r.object("TokenValidityUnits")
		p := of(r)
		p.Clients = append(p.Clients, &UserPoolClient{
			ID: r.id, ClientID: r.physicalID(), Name: r.notice().text("ClientName"), Secret: r.bool("GenerateSecret"),
			Scopes: r.texts("AllowedOAuthScopes"), Flows: r.texts("AllowedOAuthFlows"),
			CallbackURLs: r.texts("CallbackURLs"), LogoutURLs: r.texts("LogoutURLs"),
			AccessTokenValidity: r.validity("AccessTokenValidity", units.oneOf("AccessToken", tokenUnits...)),
			IDTokenValidity:     r.validity("IdTokenValidity", units.oneOf("IdToken", tokenUnits...)),
		})
	})
}

// tokenUnits are the units of a token's validity, the default first.
var tokenUnits = []string{"hours", "seconds", "minutes", "days"}

// validity is how long a token is valid.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html
func (r *reader) validity(name, unit string) time.Duration {
	n := r.integer(name)
	if n == nil || *n == 0 {
		return time.Hour
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
	return min(time.Duration(min(*n, 86400))*u, 24*time.Hour) // Amazon Cognito's own bound
}

// pool finds a user pool by its ARN; one that is not in the assembly is known by its ARN alone.
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
		Region:      region,
		ProviderURL: "https://cognito-idp." + region + "." + partition.Of(region).Domain + "/" + id,
	}
	b.model.UserPools = append(b.model.UserPools, p)
	b.pools[arn] = p
	return p
}
