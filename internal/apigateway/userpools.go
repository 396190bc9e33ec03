package apigateway

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// noteUserPools reports where the development issuer's tokens and pages differ from those of a user pool on AWS: a pool
// without a domain has no pages there, and an app's own trigger is not invoked here.
func (s *served) noteUserPools() {
	if s.issuer == nil {
		return
	}
	for _, pool := range s.model.UserPools {
		for _, i := range s.issuer.Issuers() {
			if i.URL != pool.ProviderURL || pool.LogicalID == "" {
				continue
			}
			logsIn := slices.ContainsFunc(i.Apps, func(a devissuer.App) bool { return a.Callback != "" })
			if logsIn && len(pool.Domains) == 0 {
				s.addProblem(pool.ID, "users log in to it, and it has no domain in the assembly: "+
					"without one it has no pages on AWS and the login fails: add an AWS::Cognito::UserPoolDomain")
			}
			if pool.PreTokenARN != "" && i.Trigger == nil {
				s.addProblem(pool.ID, "its pre token generation trigger is not invoked: "+
					"tokens lack what it adds, and have what it takes away")
			}
		}
	}
}
