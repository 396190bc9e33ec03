package secureapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// responseOptions returns CDK's options for a gateway response of a type, with the headers of CORS.
func (b *builder) responseOptions(kind string) *awsapigateway.GatewayResponseOptions {
	g, headers := b.props.GatewayResponses[kind], map[string]string{}
	maps.Copy(headers, b.api.corsHeaders)
	maps.Copy(headers, g.Headers)
	o := &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_Of(&kind),
		ResponseHeaders: mapFor(headers),
		Templates:       mapFor(g.Templates),
	}
	if g.StatusCode != 0 {
		o.StatusCode = jsii.String(strconv.Itoa(g.StatusCode))
	}
	return o
}

// addGatewayResponses creates the responses of the props, and those that have the headers of CORS.
func (b *builder) addGatewayResponses() {
	ids := map[string]string{} // construct IDs by type
	if b.props.CORS != nil {
		b.api.corsHeaders = (*plan.CORS)(b.props.CORS).GatewayHeaders()
		ids["DEFAULT_4XX"], ids["DEFAULT_5XX"] = "Default4xx", "Default5xx"
	}
	b.api.responses = map[string]bool{}
	for kind := range b.props.GatewayResponses {
		b.api.responses[kind] = true
		if ids[kind] == "" {
			ids[kind] = "Response-" + strings.ToLower(strings.ReplaceAll(kind, "_", "-"))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(ids)) {
		b.api.RestAPI.AddGatewayResponse(jsii.String(ids[kind]), b.responseOptions(kind))
	}
}
