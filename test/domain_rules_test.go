package test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// newDomainRules is a stack in which the next version of an API takes the requests to a domain that ask for it, and the
// present version the others.
func newDomainRules(app awscdk.App) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("DomainRules"), nil)
	domain := secureapi.NewDomain(stack, "Domain", &secureapi.Domain{
		Name: "api.example.com",
		Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
			jsii.String("arn:aws:acm:eu-central-1:123456789012:certificate/7e7a28d2-163f-4b8f-b9cd-822f96c08d6a")),
	})
	for _, version := range []struct {
		id string
		at secureapi.Domain
	}{
		{"Present", secureapi.Domain{Of: domain}},
		{"Next", secureapi.Domain{Of: domain, Rules: []secureapi.RoutingRule{
			{Priority: 10, Headers: map[string]string{"x-version": "2*", "x-preview": "yes"}},
			{Priority: 20, BasePath: "v2", StripBasePath: true},
		}}},
	} {
		secureapi.New(stack, version.id, &secureapi.Props{
			Authorizer: secureapi.IAMAuthorizer{},
			Routes: []secureapi.Route{
				secureapi.Integrate("GET /orders", secureapi.Respond(200, []any{})),
				secureapi.Integrate("GET /orders/{id}", secureapi.Respond(404, "")),
				secureapi.Integrate("GET /version", secureapi.Respond(200, map[string]any{"version": version.id})),
			},
			Domain: &version.at,
		})
	}
	return stack
}
