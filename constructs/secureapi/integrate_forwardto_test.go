package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// network has a VPC, a VPC link, and load balancers with a listener of each protocol.
type network struct {
	link          awsapigatewayv2.VpcLink
	http, https   awselasticloadbalancingv2.ApplicationListener
	tcp, tls, udp awselasticloadbalancingv2.NetworkListener
	imported      awselasticloadbalancingv2.IApplicationListener
	balancer      awselasticloadbalancingv2.IApplicationLoadBalancer // of the imported listener

	application, networkLB string // the logical IDs of the other load balancers
}

const importedBalancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/orders/50dc6c495c0c9188"

func newNetwork(stack awscdk.Stack) (n network) {
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId:             jsii.String("vpc-0a1b2c3d4e5f67890"),
		AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b"),
		PrivateSubnetIds:  jsii.Strings("subnet-0a1b2c3d4e5f67890", "subnet-0fedcba9876543210"),
	})
	n.link = awsapigatewayv2.NewVpcLink(stack, jsii.String("Link"), &awsapigatewayv2.VpcLinkProps{Vpc: vpc})
	alb := awselasticloadbalancingv2.NewApplicationLoadBalancer(stack, jsii.String("Balancer"),
		&awselasticloadbalancingv2.ApplicationLoadBalancerProps{Vpc: vpc})
	nlb := awselasticloadbalancingv2.NewNetworkLoadBalancer(stack, jsii.String("Network"),
		&awselasticloadbalancingv2.NetworkLoadBalancerProps{Vpc: vpc})
	n.application = *stack.GetLogicalId(alb.Node().DefaultChild().(awscdk.CfnElement))
	n.networkLB = *stack.GetLogicalId(nlb.Node().DefaultChild().(awscdk.CfnElement))
	certificates := &[]awselasticloadbalancingv2.IListenerCertificate{awselasticloadbalancingv2.NewListenerCertificate(
		jsii.String("arn:aws:acm:eu-west-1:111122223333:certificate/0d1a2b3c-4e5f-6789-abcd-ef0123456789"))}
	application := func(id string, port float64, secure bool) awselasticloadbalancingv2.ApplicationListener {
		props := &awselasticloadbalancingv2.BaseApplicationListenerProps{
			Port: &port, Protocol: awselasticloadbalancingv2.ApplicationProtocol_HTTP, Open: jsii.Bool(false),
			DefaultAction: awselasticloadbalancingv2.ListenerAction_FixedResponse(jsii.Number(404), nil),
		}
		if secure {
			props.Protocol, props.Certificates = awselasticloadbalancingv2.ApplicationProtocol_HTTPS, certificates
		}
		return alb.AddListener(&id, props)
	}
	n.http, n.https = application("Http", 8080, false), application("Https", 443, true)
	over := func(
		id string, port float64, protocol awselasticloadbalancingv2.Protocol,
	) awselasticloadbalancingv2.NetworkListener {
		props := &awselasticloadbalancingv2.BaseNetworkListenerProps{
			Port: &port, Protocol: protocol,
			DefaultTargetGroups: &[]awselasticloadbalancingv2.INetworkTargetGroup{
				awselasticloadbalancingv2.NewNetworkTargetGroup(stack, jsii.String(id+"Targets"),
					&awselasticloadbalancingv2.NetworkTargetGroupProps{Vpc: vpc, Port: &port, Protocol: protocol}),
			},
		}
		if protocol == awselasticloadbalancingv2.Protocol_TLS {
			props.Certificates = certificates
		}
		return nlb.AddListener(&id, props)
	}
	n.tcp = over("Tcp", 80, awselasticloadbalancingv2.Protocol_TCP)
	n.tls = over("Tls", 443, awselasticloadbalancingv2.Protocol_TLS)
	n.udp = over("Udp", 53, awselasticloadbalancingv2.Protocol_UDP)
	n.imported = awselasticloadbalancingv2.ApplicationListener_FromApplicationListenerAttributes(stack,
		jsii.String("Imported"), &awselasticloadbalancingv2.ApplicationListenerAttributes{
			ListenerArn: jsii.String(strings.Replace(importedBalancer, ":loadbalancer", ":listener", 1) + "/0467ef3c8400ae65"),
			SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("Group"),
				jsii.String("sg-0a1b2c3d4e5f67890"), nil),
		})
	n.balancer = awselasticloadbalancingv2.ApplicationLoadBalancer_FromApplicationLoadBalancerAttributes(stack,
		jsii.String("ImportedBalancer"), &awselasticloadbalancingv2.ApplicationLoadBalancerAttributes{
			LoadBalancerArn:     jsii.String(importedBalancer),
			LoadBalancerDnsName: jsii.String("internal-orders-1.eu-west-1.elb.amazonaws.com"),
			SecurityGroupId:     jsii.String("sg-0a1b2c3d4e5f67890"),
		})
	return n
}

// privateBackend returns an integration with a load balancer that is known only by its ARN. The VPC link is known only
// by its ID, or is a new one if the ID is "".
func privateBackend(stack awscdk.Stack, id, link, balancer string) awsapigateway.Integration {
	scope := constructs.NewConstruct(stack, &id)
	vpc := awsec2.Vpc_FromVpcAttributes(scope, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId:             jsii.String("vpc-0a1b2c3d4e5f67890"),
		AvailabilityZones: jsii.Strings("eu-west-1a"),
		PrivateSubnetIds:  jsii.Strings("subnet-0a1b2c3d4e5f67890"),
	})
	var via awsapigatewayv2.IVpcLink
	if link == "" {
		via = awsapigatewayv2.NewVpcLink(scope, jsii.String("Link"), &awsapigatewayv2.VpcLinkProps{Vpc: vpc})
	} else {
		via = awsapigatewayv2.VpcLink_FromVpcLinkAttributes(scope, jsii.String("Link"),
			&awsapigatewayv2.VpcLinkAttributes{VpcLinkId: &link, Vpc: vpc})
	}
	arn := "arn:aws:elasticloadbalancing:eu-west-1:111122223333:"
	return secureapi.ForwardTo(
		awselasticloadbalancingv2.ApplicationListener_FromApplicationListenerAttributes(scope, jsii.String("Listener"),
			&awselasticloadbalancingv2.ApplicationListenerAttributes{
				ListenerArn:   jsii.String(arn + "listener/" + balancer + "/0467ef3c8400ae65"),
				SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(scope, jsii.String("Group"), jsii.String("sg-1"), nil),
			}),
		&secureapi.ForwardToProps{
			VPCLink: via,
			LoadBalancer: awselasticloadbalancingv2.ApplicationLoadBalancer_FromApplicationLoadBalancerAttributes(scope,
				jsii.String("Balancer"), &awselasticloadbalancingv2.ApplicationLoadBalancerAttributes{
					LoadBalancerArn:     jsii.String(arn + "loadbalancer/" + balancer),
					LoadBalancerDnsName: jsii.String("internal-orders-1.eu-west-1.elb.amazonaws.com"),
					SecurityGroupId:     jsii.String("sg-1"),
				}),
			Port: 80,
		})
}

func TestForwardTo(t *testing.T) {
	stack := newStack()
	n := newNetwork(stack)
	forward := func(l awselasticloadbalancingv2.IListener, props secureapi.ForwardToProps) awsapigateway.Integration {
		props.VPCLink = n.link
		return secureapi.ForwardTo(l, &props)
	}
	orders := forward(n.http, secureapi.ForwardToProps{})
	write := secureapi.AnyScope("orders:write")
	shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes,
			secureapi.Integrate("PUT /stock", orders, write),
			secureapi.Integrate("ANY /stock/{id}/{rest+}", orders, write),
			secureapi.Integrate("GET /own/{id}", forward(n.http, secureapi.ForwardToProps{
				Path: "/v1/{id}/{who}",
				Options: &awsapigateway.IntegrationOptions{
					RequestParameters: &map[string]*string{
						"integration.request.path.who":       jsii.String("context.authorizer.principalId"),
						"integration.request.header.X-Stage": jsii.String("context.stage"),
					},
					Timeout: awscdk.Duration_Seconds(jsii.Number(5)),
				},
			}), write),
			secureapi.Integrate("GET /https", forward(n.https, secureapi.ForwardToProps{
				SecureServerName: "orders.internal.example.com"}), write),
			secureapi.Integrate("GET /tcp", forward(n.tcp, secureapi.ForwardToProps{}), write),
			secureapi.Integrate("GET /tls", forward(n.tls, secureapi.ForwardToProps{
				SecureServerName: "orders.internal.example.com"}), secureapi.Streamed(), write),
			secureapi.Integrate("GET /imported", forward(n.imported, secureapi.ForwardToProps{
				LoadBalancer: n.balancer, Port: 8443, SecureServerName: "orders.internal.example.com"}), write),
			secureapi.Integrate("GET /plain", forward(n.imported, secureapi.ForwardToProps{
				LoadBalancer: n.balancer, Port: 81}), write),
		)
	})
	link := *stack.GetLogicalId(n.link.Node().DefaultChild().(awscdk.CfnElement))
	methods := map[string]map[string]any{}
	for id, m := range resources(stack, "AWS::ApiGateway::Method") {
		methods[id[len("ApiRestApi"):len(id)-8]] = m
	}
	for _, tt := range []struct {
		method, uri, target string
		parameters          string // of the integration
	}{
		{"stockPUT", "http://*:8080/stock", n.application, "map[]"},
		{"stockidrestANY", "http://*:8080/stock/{id}/{rest}", n.application, "map[integration.request.path.id:" +
			"method.request.path.id integration.request.path.rest:method.request.path.rest]"},
		{"ownidGET", "http://*:8080/v1/{id}/{who}", n.application, "map[integration.request.header.X-Stage:" +
			"context.stage integration.request.path.id:method.request.path.id " +
			"integration.request.path.who:context.authorizer.principalId]"},
		{"httpsGET", "https://orders.internal.example.com:443/https", n.application, "map[]"},
		{"tcpGET", "http://*:80/tcp", n.networkLB, "map[]"},
		{"tlsGET", "https://orders.internal.example.com:443/tls", n.networkLB, "map[]"},
		{"importedGET", "https://orders.internal.example.com:8443/imported", importedBalancer, "map[]"},
		{"plainGET", "http://internal-orders-1.eu-west-1.elb.amazonaws.com:81/plain", importedBalancer, "map[]"},
	} {
		m := methods[tt.method]
		if m == nil {
			t.Errorf("got no method %s in %v", tt.method, methods)
			continue
		}
		i := m["Integration"].(map[string]any)
		target := fmt.Sprint(i["IntegrationTarget"])
		if ref, ok := i["IntegrationTarget"].(map[string]any); ok {
			target = fmt.Sprint(ref["Ref"])
		}
		verb := fmt.Sprint(m["HttpMethod"])
		if i["Type"] != "HTTP_PROXY" || i["ConnectionType"] != "VPC_LINK" || i["IntegrationHttpMethod"] != verb ||
			fmt.Sprint(i["ConnectionId"]) != "map[Ref:"+link+"]" || m["AuthorizationType"] != "CUSTOM" {
			t.Errorf("%s: got the method %v", tt.method, m)
		}
		if got := literal(i["Uri"]); got != tt.uri {
			t.Errorf("%s: Uri: got %s, want %s", tt.method, got, tt.uri)
		}
		if target != tt.target {
			t.Errorf("%s: IntegrationTarget: got %s, want %s", tt.method, target, tt.target)
		}
		parameters, _ := i["RequestParameters"].(map[string]any)
		if got := fmt.Sprint(parameters); got != tt.parameters {
			t.Errorf("%s: RequestParameters: got %s, want %s", tt.method, got, tt.parameters)
		}
		declared := fmt.Sprint(m["RequestParameters"])
		for name, from := range parameters {
			if from, _ := from.(string); strings.HasPrefix(from, "method.") && !strings.Contains(declared, from+":true") {
				t.Errorf("%s: %s is mapped from %s, but the method declares only %s", tt.method, name, from, declared)
			}
		}
	}
	if i := methods["tlsGET"]["Integration"].(map[string]any); i["ResponseTransferMode"] != "STREAM" {
		t.Errorf("streamed route: got %v", i)
	}
	if i := methods["ownidGET"]["Integration"].(map[string]any); i["TimeoutInMillis"] != 5000.0 {
		t.Errorf("route with a time-out: got %v", i)
	}
}

func TestForwardToErrors(t *testing.T) {
	app := newApp()
	env := &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}
	stack := awscdk.NewStack(app, jsii.String("Shop"), &awscdk.StackProps{Env: env})
	far := awscdk.NewStack(app, jsii.String("Far"), &awscdk.StackProps{Env: &awscdk.Environment{
		Account: jsii.String("999999999999"), Region: jsii.String("eu-west-1")}})
	north := awscdk.NewStack(app, jsii.String("North"), &awscdk.StackProps{Env: &awscdk.Environment{
		Account: jsii.String("111122223333"), Region: jsii.String("eu-north-1")}})
	n := newNetwork(stack)
	linkOf := func(stack awscdk.Stack) awsapigatewayv2.IVpcLink {
		vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("FarVpc"), &awsec2.VpcAttributes{
			VpcId:             jsii.String("vpc-0a1b2c3d4e5f67890"),
			AvailabilityZones: jsii.Strings("a"),
		})
		return awsapigatewayv2.VpcLink_FromVpcLinkAttributes(stack, jsii.String("FarLink"),
			&awsapigatewayv2.VpcLinkAttributes{VpcLinkId: jsii.String("abc123"), Vpc: vpc})
	}
	farLink, northLink := linkOf(far), linkOf(north)
	type props = secureapi.ForwardToProps
	forward := func(l awselasticloadbalancingv2.IListener, p props) func() {
		return func() {
			if p.VPCLink == nil {
				p.VPCLink = n.link
			}
			secureapi.ForwardTo(l, &p)
		}
	}
	apis := 0
	in := func(stack awscdk.Stack, p props) func() {
		return func() {
			if p.VPCLink == nil {
				p.VPCLink = n.link
			}
			p.LoadBalancer, p.Port = n.balancer, 80
			apis++
			secureapi.New(stack, fmt.Sprint("Api", apis), &secureapi.Props{Routes: []secureapi.Route{
				secureapi.Integrate("GET /orders/{id}", secureapi.ForwardTo(n.imported, &p), secureapi.Public("x"))}})
		}
	}
	const name = "orders.internal.example.com"
	for _, tt := range []struct {
		name string
		make func()
		want string
	}{
		{"no listener", func() { secureapi.ForwardTo(nil, &props{VPCLink: n.link}) }, "the listener is " +
			"nil: give it an awselasticloadbalancingv2.IApplicationListener or INetworkListener"},
		{"no props", func() { secureapi.ForwardTo(n.http, nil) },
			"secureapi: ForwardTo: VPCLink is nil: give it an awsapigatewayv2.IVpcLink, which NewVpcLink returns"},
		{"no link", func() { secureapi.ForwardTo(n.http, &props{}) }, "secureapi: ForwardTo: VPCLink is nil"},
		{"a connection of the options", forward(n.http, props{Options: &awsapigateway.IntegrationOptions{
			ConnectionType: awsapigateway.ConnectionType_INTERNET}}),
			"secureapi: ForwardTo: the Options have VpcLink or ConnectionType, and VPCLink sets both: leave them out"},
		{"LoadBalancer with a listener that knows it", forward(n.http, props{LoadBalancer: n.balancer}),
			"secureapi: ForwardTo: LoadBalancer or Port is set, and the listener Shop/Balancer/Http says them itself: leave " +
				"them out"},
		{"an imported listener", forward(n.imported, props{Port: 80}), "the listener Shop/Imported is " +
			"imported, and does not say its load balancer and its port: set LoadBalancer and Port"},
		{"an invalid port", forward(n.imported, props{LoadBalancer: n.balancer, Port: 70000}),
			"secureapi: ForwardTo: the Port is 70000: want one of 1 to 65535"},
		{"HTTPS without a name", forward(n.https, props{}), "the listener's protocol is HTTPS, and its " +
			"certificate is not for the load balancer's own name, so that API Gateway would answer each request with 500: set " +
			"SecureServerName to a name that the certificate is for"},
		{"TLS without a name", forward(n.tls, props{}), "secureapi: ForwardTo: the listener's protocol is TLS"},
		{"HTTP with a name", forward(n.http, props{SecureServerName: name}), "secureapi: ForwardTo: SecureServerName is " +
			`"orders.internal.example.com", and the listener's protocol is HTTP, which has no certificate: leave it out, or ` +
			"use a listener of HTTPS"},
		{"UDP", forward(n.udp, props{}), "the listener's protocol is UDP, and API Gateway sends HTTP: " +
			"use a listener of HTTP, HTTPS, TCP or TLS"},
		{"an address in place of a name", forward(n.https, props{SecureServerName: "https://" + name}),
			`secureapi: ForwardTo: SecureServerName is "https://orders.internal.example.com": want the host name`},
		{"a path without a slash", forward(n.http, props{Path: "v1/orders"}),
			`secureapi: ForwardTo: Path is "v1/orders": want one that begins with a slash and has no query`},
		{"a parameter that the route does not have", in(stack, props{Path: "/v1/{order}"}), `route "GET /orders/{id}": its ` +
			`integration's URI has {order}, and no RequestParameters give its value, so that API Gateway answers each ` +
			`request with 500: add "integration.request.path.order": a value such as`},
		{"the caller and a mapping of the same header", func() {
			stack := newStack()
			n := newNetwork(stack)
			shop(stack, func(p *secureapi.Props) {
				p.Routes = append(p.Routes, secureapi.Integrate("GET /stock", secureapi.ForwardTo(n.http, &props{
					VPCLink: n.link, Options: &awsapigateway.IntegrationOptions{RequestParameters: &map[string]*string{
						"integration.request.header.callerissuer": jsii.String("method.request.header.X-Issuer"),
					}}}), secureapi.ForwardCaller()))
			})
		}, `route "GET /stock": its integration maps integration.request.header.callerissuer, and ForwardCaller sets that ` +
			"header on each route of the API with an HTTP backend: leave it out of the RequestParameters"},
		{"a load balancer of another account", in(far, props{VPCLink: farLink}), "the load balancer is " +
			"in account 111122223333 and the API in 999999999999, and a private integration needs the load balancer, the VPC " +
			"link and the API in one account: put the API into the load balancer's account"},
		{"a load balancer of another region", in(north, props{VPCLink: northLink}), "the load balancer " +
			"is in region eu-west-1 and the API in eu-north-1"},
		{"a link of another account", in(stack, props{VPCLink: farLink}), "the VPC link is in account " +
			"999999999999 and the API in 111122223333: make a link in the API's account"},
		{"a link of another region", in(stack, props{VPCLink: northLink}), "the VPC link is in region " +
			"eu-north-1 and the API in eu-west-1: make a link in the API's region"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.make, tt.want) })
	}
}
