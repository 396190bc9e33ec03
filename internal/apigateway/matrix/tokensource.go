package matrix

import (
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TokenSource returns where an authorizer looks for the token first. For an app's own authorizer function, that is the
// Authorization header.
func TokenSource(a *apimodel.Authorizer) authz.TokenSource {
	p := authz.TokenSource{Kind: authz.Header, Name: "Authorization"}
	if a.Type != apimodel.RequestAuthorizer {
		if len(a.IdentitySources) > 0 {
			p.Name = a.IdentitySources[0].Name
		}
		return p
	}
	if a.Function == nil {
		return p
	}
	config, err := authz.FromEnvironment(func(name string) string { return a.Function.Environment[name] })
	if err == nil && len(config.TokenSources) > 0 {
		p = config.TokenSources[0]
	}
	return p
}
