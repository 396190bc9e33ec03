package secureapi

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
)

// addPreflights answers OPTIONS on each resource that has a route.
func (b *builder) addPreflights() {
	routes := b.sorted()
	for i := 0; i < len(routes); {
		path, verbs := routes[i].pattern.Path(), []string(nil)
		for ; i < len(routes) && routes[i].pattern.Path() == path; i++ {
			for _, v := range verbsOf(routes[i].pattern) {
				if !slices.Contains(verbs, v) {
					verbs = append(verbs, v)
				}
			}
		}
		resource := b.api.RestAPI.Root()
		if path != "/" {
			resource = resource.ResourceForPath(jsii.String(path))
		}
		preflight := resource.AddCorsPreflight(b.props.CORS.preflight(b.plan, verbs))
		if b.binary() {
			preflight.Node().DefaultChild().(awsapigateway.CfnMethod).AddPropertyOverride(jsii.String("Integration.ContentHandling"), "CONVERT_TO_TEXT")
		}
	}
	if deployment := b.api.RestAPI.LatestDeployment(); deployment != nil && b.binary() {
		deployment.AddToLogicalId("preflights are converted to text") // CDK does not see the override
	}
}

// binary tells whether a preflight counts as binary: it has no Content-Type, which stands for application/json, and the
// API's binary media types cover that. A mock integration answers what is binary with 500, unless it is told to convert it.
// Source: https://github.com/aws/serverless-application-model/issues/553
func (b *builder) binary() bool {
	p := b.props.RestApiProps
	if p == nil || p.BinaryMediaTypes == nil {
		return false
	}
	return slices.ContainsFunc(*p.BinaryMediaTypes, func(t *string) bool {
		return unresolved(*t) || slices.Contains([]string{"*/*", "application/*", "application/json"}, strings.ToLower(strings.ReplaceAll(*t, "~1", "/")))
	})
}

// addGatewayResponses puts CORS headers on the answers that API Gateway makes itself.
func (b *builder) addGatewayResponses() {
	headers := b.props.CORS.gatewayHeaders()
	for _, t := range []struct {
		id string
		of awsapigateway.ResponseType
	}{
		{"Default4xx", awsapigateway.ResponseType_DEFAULT_4XX()},
		{"Default5xx", awsapigateway.ResponseType_DEFAULT_5XX()},
	} {
		b.api.RestAPI.AddGatewayResponse(jsii.String(t.id), &awsapigateway.GatewayResponseOptions{Type: t.of, ResponseHeaders: headers})
	}
}
