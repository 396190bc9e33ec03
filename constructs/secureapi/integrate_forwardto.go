package secureapi

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsapigatewayv2"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/integration"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// ForwardToProps configure [ForwardTo].
type ForwardToProps struct {
	// VPCLink is the VPC link V2 through which API Gateway reaches the load balancer: an awsapigatewayv2.IVpcLink. Its
	// subnets are in the load balancer's VPC, and the load balancer's security group has to let the link's security group
	// in. Required.
	VPCLink interfacesawsapigatewayv2.IVpcLinkRef

	// SecureServerName is the host name that the listener's certificate is for, such as "orders.internal.example.com". API
	// Gateway then sends requests over HTTPS and checks the certificate. It may be a CDK token. Required for a listener of
	// HTTPS or TLS. Default: HTTP, with the load balancer's DNS name as the Host header.
	SecureServerName string

	// Path is the path of requests to the load balancer, such as "/v1/orders/{id}". Its parameters are those of the route,
	// or mapped by RequestParameters of Options. It may be a CDK token. Default: the path of the route.
	Path string

	// LoadBalancer and Port are the load balancer of an imported listener and the port that the listener listens on.
	// Required for an imported listener; a listener of this app says them itself. Default: none.
	LoadBalancer awselasticloadbalancingv2.ILoadBalancerV2
	Port         int

	// Options are further settings of the integration, such as Timeout, or RequestParameters that map headers. VpcLink and
	// ConnectionType have to be unset. Default: none.
	Options *awsapigateway.IntegrationOptions
}

// ForwardTo passes each request on to a load balancer in a VPC, such as that of an Amazon ECS service, and the answer
// back unchanged. No function runs, and the load balancer needs no address on the internet.
//
//	link := awsapigatewayv2.NewVpcLink(stack, jsii.String("Link"), &awsapigatewayv2.VpcLinkProps{Vpc: vpc})
//	orders := secureapi.ForwardTo(listener, &secureapi.ForwardToProps{VPCLink: link})
//
//	secureapi.Integrate("GET /orders", orders, secureapi.AnyScope("orders:read")),
//	secureapi.Integrate("ANY /orders/{path+}", orders, secureapi.AnyScope("orders:write")),
//
// The listener is one of an Application or a Network Load Balancer in the API's account and region. The load balancer
// gets the route's path with the parameters' values, the query, the headers and the body. Callers choose the headers:
// for the caller's name, give the route [ForwardCaller]. AWS's page says that the path begins with the stage's name;
// docs/integrations.md says what is known of that.
//
// ForwardTo is for [Integrate]. It writes an AWS::ApiGateway::Method with an HTTP_PROXY integration whose
// IntegrationTarget is the load balancer. It creates neither the VPC link nor rules of security groups. It panics if
// VPCLink is missing, if an imported listener has no LoadBalancer and Port, or if SecureServerName does not fit the
// listener's protocol.
//
// CDK's own AlbIntegration, which v2.277.0 does not have yet, takes the same listener and link. It sends every request
// to the path "/".
//
// Sources:
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-private-integration.html
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html
func ForwardTo(listener awselasticloadbalancingv2.IListener, props *ForwardToProps) awsapigateway.Integration {
	fail := func(err error) { panic(fmt.Errorf("secureapi: ForwardTo: %w", err)) }
	switch {
	case listener == nil:
		fail(errors.New("the listener is nil: give it an awselasticloadbalancingv2.IApplicationListener or " +
			"INetworkListener"))
	case props == nil || props.VPCLink == nil:
		fail(errors.New("VPCLink is nil: give it an awsapigatewayv2.IVpcLink, which NewVpcLink returns"))
	}
	var options awsapigateway.IntegrationOptions
	if props.Options != nil {
		options = *props.Options
	}
	if options.VpcLink != nil || options.ConnectionType != "" {
		fail(errors.New("the Options have VpcLink or ConnectionType, and VPCLink sets both: " +
			"leave them out; VpcLink is for VPC links V1"))
	}
	to, err := readListener(listener, props)
	if err != nil {
		fail(err)
	}
	if err := to.Check(); err != nil {
		fail(err)
	}
	l := newLateIntegration(func(method awsapigateway.Method, _ *plan.Caller) *awsapigateway.IntegrationConfig {
		stack := awscdk.Stack_Of(method)
		if err := to.CheckPlace(*stack.Account(), *stack.Region()); err != nil {
			fail(err)
		}
		if err := checkLink(props.VPCLink.Env(), stack); err != nil {
			fail(err)
		}
		of, err := route.Parse(*method.HttpMethod() + " " + *method.Resource().Path())
		if err != nil {
			fail(err)
		}
		uri, mapped := to.URI(of)
		own := options
		own.RequestParameters = joined(mapped, options.RequestParameters)
		config := awsapigateway.NewIntegration(&awsapigateway.IntegrationProps{
			Type:                  awsapigateway.IntegrationType_HTTP_PROXY,
			IntegrationHttpMethod: method.HttpMethod(),
			Uri:                   uri,
			Options:               &own,
		}).Bind(method)
		config.Options.ConnectionType = awsapigateway.ConnectionType_VPC_LINK
		return config
	})
	l.noCaller = true
	l.properties = map[string]any{
		"ConnectionId":      *props.VPCLink.VpcLinkRef().VpcLinkId,
		"IntegrationTarget": to.ARN,
	}
	return l
}

// readListener returns what an integration needs to know of a listener.
func readListener(
	listener awselasticloadbalancingv2.IListener, props *ForwardToProps,
) (to integration.LoadBalancer, err error) {
	to.ServerName, to.Path = props.SecureServerName, props.Path
	var of awselasticloadbalancingv2.ILoadBalancerV2
	switch l := listener.(type) {
	case awselasticloadbalancingv2.ApplicationListener:
		of = l.LoadBalancer()
	case awselasticloadbalancingv2.NetworkListener:
		of = l.LoadBalancer()
	}
	made, _ := listener.Node().DefaultChild().(awselasticloadbalancingv2.CfnListener)
	switch {
	case of != nil && made != nil:
		if props.LoadBalancer != nil || props.Port != 0 {
			return to, fmt.Errorf("LoadBalancer or Port is set, and the listener %s says them itself: leave them out",
				*listener.Node().Path())
		}
		to.Port = *awscdk.Tokenization_StringifyNumber(made.Port())
		if p := made.Protocol(); p != nil {
			to.Protocol = *p
		}
	case props.LoadBalancer == nil || props.Port == 0:
		return to, fmt.Errorf("the listener %s is imported, and does not say its load balancer and its port: set "+
			"LoadBalancer and Port", *listener.Node().Path())
	case props.Port < 1 || props.Port > 65535:
		return to, fmt.Errorf("the Port is %d: want one of 1 to 65535", props.Port)
	default:
		of, to.Port = props.LoadBalancer, strconv.Itoa(props.Port)
	}
	to.ARN = *of.LoadBalancerRef().LoadBalancerArn
	if to.ServerName == "" {
		to.DNSName = *of.LoadBalancerDnsName()
	}
	return to, nil
}

// checkLink refuses a VPC link of another account or region than the API's, if they are known.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html, Considerations
func checkLink(link *interfaces.ResourceEnvironment, stack awscdk.Stack) error {
	for _, place := range []struct {
		of, here *string
		kind     string
	}{{link.Account, stack.Account(), "account"}, {link.Region, stack.Region(), "region"}} {
		if place.of == nil {
			continue
		}
		if of, here, is := differ(*place.of, *place.here); is {
			return fmt.Errorf("the VPC link is in %s %s and the API in %s: make a link in the API's %s", place.kind, of, here,
				place.kind)
		}
	}
	return nil
}

// joined returns mappings of parameters; those of the caller replace ours.
func joined(ours map[string]string, callers *map[string]*string) *map[string]*string {
	out := map[string]*string{}
	for to, from := range ours {
		out[to] = &from
	}
	if callers != nil {
		for to, from := range *callers {
			out[to] = from
		}
	}
	if len(out) == 0 {
		return nil
	}
	return &out
}
