package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
)

// NewDomain makes a domain for several APIs, which join it by [Domain.Of]. The domain may live in a stack of its own,
// on which those of the APIs depend. BasePaths, NoExecuteAPI and Of are refused, as an API says them.
//
// It panics with an error if the domain is wrong.
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
	if domain.Of != nil || len(domain.BasePaths) > 0 || domain.NoExecuteAPI {
		s.fail("Of, BasePaths and NoExecuteAPI are an API's own: set them in the Domain of its Props")
	}
	if errs := planned.Check(); len(errs) > 0 {
		s.fail("%w", errs[0])
	}
	return s.makeDomain(id, domain, planned)
}

// Domain is the domain of [Props.Domain], which further APIs can share by [Domain.Of]. It panics without one.
func (a *API) Domain() awsapigateway.IDomainName {
	if a.privateDomain != nil {
		a.fail("Domain", "the API's domain is private, which is another type of resource: use PrivateDomain")
	}
	if a.domain == nil {
		a.fail("Domain", "the API has no domain: set Props.Domain")
	}
	return a.domain
}

// DomainURL is the address of the API at its domain, with a slash at its end: that of the first of the BasePaths. For a
// wildcard it has the asterisk. It panics without [Props.Domain]. [API.URL] is the address of the stage.
func (a *API) DomainURL() string {
	if a.plan.Domain() == nil {
		a.fail("DomainURL", "the API has no domain: set Props.Domain")
	}
	name := a.plan.Domain().DomainName()
	if a.domain != nil {
		name = *a.domain.DomainName()
	}
	url := "https://" + name + "/"
	if path := a.plan.Domain().Paths()[0]; path != "" {
		url += path + "/"
	}
	return url
}
