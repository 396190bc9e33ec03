package secureapi

import (
	"fmt"
	"maps"
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
		preflight := b.resource(path).AddCorsPreflight(b.props.CORS.preflight(b.plan, verbs))
		b.methods = append(b.methods, madeMethod{Method: preflight, binary: b.binary()})
	}
	if b.binary() {
		if deployment := b.api.RestAPI.LatestDeployment(); deployment != nil {
			deployment.AddToLogicalId("preflights are converted to text") // CDK does not see the override
		}
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
	b.api.corsHeaders = headers
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

// AddGatewayResponse adds an answer that API Gateway makes itself, such as one of your own for UNAUTHORIZED. With
// Props.CORS the headers of CORS join those that are given: without them a page of another origin sees a network error
// instead of the status. [API.RestAPI] has a method of that name which leaves them out, and the rule
// gateway-response-cors refuses such a response at synth.
//
// It panics without a type, for one of the two types that Props.CORS declares itself (DEFAULT_4XX and DEFAULT_5XX), and for a
// header of CORS that is given as well.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
func (a *API) AddGatewayResponse(id string, options *awsapigateway.GatewayResponseOptions) awsapigateway.GatewayResponse {
	fail := func(format string, args ...any) {
		panic(fmt.Errorf("secureapi: %s: AddGatewayResponse %q: %w", *a.Node().Path(), id, fmt.Errorf(format, args...)))
	}
	if options == nil || options.Type == nil {
		fail("the options have no Type: name one, such as awsapigateway.ResponseType_UNAUTHORIZED()")
	}
	o := *options
	if a.corsHeaders == nil {
		return a.RestAPI.AddGatewayResponse(&id, &o)
	}
	kind := *o.Type.ResponseType()
	if kind == "DEFAULT_4XX" || kind == "DEFAULT_5XX" {
		fail("Props.CORS declares %s, and an API has one response of a type: name the types that differ, such as awsapigateway.ResponseType_UNAUTHORIZED()", kind)
	}
	headers := map[string]*string{}
	if o.ResponseHeaders != nil {
		maps.Copy(headers, *o.ResponseHeaders)
	}
	for name, value := range *a.corsHeaders {
		for given := range headers {
			if strings.EqualFold(given, name) {
				fail("the header %s is given, and Props.CORS sets it: leave it out", given)
			}
		}
		headers[name] = value
	}
	o.ResponseHeaders = &headers
	return a.RestAPI.AddGatewayResponse(&id, &o)
}
