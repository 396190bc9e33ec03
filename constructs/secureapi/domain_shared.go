package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
)

// NewDomain creates a domain that several APIs share. An API joins it with [Domain.Of]. The domain may be in a stack of
// its own, on which the stacks of the APIs then depend. BasePaths, Rules, NoExecuteAPI and Of belong to an API, so
// NewDomain refuses them.
//
// It panics with an error if the domain is invalid.
func NewDomain(scope constructs.Construct, id string, domain *Domain) awsapigateway.DomainName {
	path := id
	if scope == nil {
		panic(fmt.Errorf("secureapi: %s: the scope is nil: give it the stack", path))
	}
	if above := *scope.Node().Path(); above != "" {
		path = above + "/" + id
	}
	s := newSite(scope, path)
	if domain == nil {
		s.fail("the domain is nil: give it a Name and a Certificate")
	}
	planned := domain.plan()
	if domain.Private != nil || domain.EndpointType == awsapigateway.EndpointType_PRIVATE {
		s.fail("a private domain cannot be shared with Of: set it in the Domain of an API's Props, and map further " +
			"APIs to API.PrivateDomain with awsapigateway.NewCfnBasePathMappingV2")
	}
	if domain.Of != nil || len(domain.BasePaths) > 0 || len(domain.Rules) > 0 || domain.NoExecuteAPI {
		s.fail("Of, BasePaths, Rules and NoExecuteAPI are an API's own: set them in the Domain of its Props")
	}
	if errs := planned.Check(); len(errs) > 0 {
		s.fail("%w", errs[0])
	}
	return s.makeDomain(id, domain, planned)
}

// Domain returns the domain of [Props.Domain], which other APIs can share with [Domain.Of]. It panics if the API has no
// domain.
func (a *API) Domain() awsapigateway.IDomainName {
	if a.privateDomain != nil {
		a.fail("Domain", "the API's domain is private, which is another type of resource: use PrivateDomain")
	}
	if a.domain == nil {
		a.fail("Domain", "the API has no domain: set Props.Domain")
	}
	return a.domain
}

// DomainURL returns the address of the API at its domain and its first base path, with a trailing slash. For an API
// with Rules alone, it is the address of the routes that the first one leads to. For a wildcard domain it contains the
// asterisk. It panics without [Props.Domain]. [API.URL] returns the address of the stage.
func (a *API) DomainURL() string {
	if a.plan.Domain() == nil {
		a.fail("DomainURL", "the API has no domain: set Props.Domain")
	}
	name := a.plan.Domain().DomainName()
	if a.domain != nil {
		name = *a.domain.DomainName()
	}
	url := "https://" + name + "/"
	if path := a.plan.Domain().Roots()[0]; path != "" {
		url += path + "/"
	}
	return url
}
