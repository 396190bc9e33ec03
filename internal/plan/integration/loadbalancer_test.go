package integration

import (
	"fmt"
	"strings"
	"testing"
)

const (
	balancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/orders/50dc6c495c0c9188"
	aToken   = "${Token[TOKEN.42]}"
)

func TestLoadBalancerURI(t *testing.T) {
	for _, tt := range []struct {
		name, route string
		l           LoadBalancer
		want        string
	}{
		{"the route's path", "GET /orders", LoadBalancer{DNSName: "a.elb.amazonaws.com", Port: "80"},
			"http://a.elb.amazonaws.com:80/orders map[]"},
		{"the root", "ANY /", LoadBalancer{DNSName: "a", Port: "80"}, "http://a:80/ map[]"},
		{"parameters", "ANY /orders/{id}/{rest+}", LoadBalancer{DNSName: aToken, Port: aToken},
			"http://" + aToken + ":" + aToken + "/orders/{id}/{rest} map[integration.request.path.id:method.request.path.id " +
				"integration.request.path.rest:method.request.path.rest]"},
		{"HTTPS, and a path of its own", "GET /orders/{id}", LoadBalancer{ServerName: "a.example.com", Port: "443",
			Path: "/v1/{id}/of/{id}"}, "https://a.example.com:443/v1/{id}/of/{id} map[integration.request.path.id:" +
			"method.request.path.id]"},
		{"a greedy parameter of the path", "GET /{rest+}", LoadBalancer{DNSName: "a", Port: "80", Path: "/v1/{rest+}"},
			"http://a:80/v1/{rest} map[integration.request.path.rest:method.request.path.rest]"},
		{"a parameter of elsewhere", "GET /orders/{id}", LoadBalancer{DNSName: "a", Port: "80", Path: "/v1/{who}"},
			"http://a:80/v1/{who} map[]"},
		{"a stage variable", "GET /orders/{id}", LoadBalancer{DNSName: "a", Port: "80", Path: "/${stageVariables.id}"},
			"http://a:80/${stageVariables.id} map[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			uri, mapped := tt.l.URI(mustParse(t, tt.route))
			if got := fmt.Sprint(uri, " ", mapped); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// constructs/secureapi tests the other refusals with CDK's listeners.
func TestWrongLoadBalancers(t *testing.T) {
	for _, tt := range []struct {
		name string
		l    LoadBalancer
		want string // "" for nothing wrong
	}{
		{"an Application Load Balancer", LoadBalancer{ARN: balancer, Protocol: "HTTP", Path: "/v1"}, ""},
		{"a Network Load Balancer", LoadBalancer{ARN: strings.Replace(balancer, "app", "net", 1), Protocol: "TCP"}, ""},
		{"TLS to a target", LoadBalancer{ARN: balancer, Protocol: "TCP", ServerName: "a.example.com"}, ""},
		{"tokens", LoadBalancer{ARN: aToken, Protocol: "HTTPS", ServerName: aToken, Path: aToken}, ""},
		{"another partition", LoadBalancer{ARN: strings.Replace(balancer, "aws", "aws-us-gov", 1)}, ""},
		{"a listener", LoadBalancer{ARN: strings.Replace(balancer, "loadbalancer/", "listener/", 1) + "/1"},
			"the load balancer's ARN is \"arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/orders/" +
				"50dc6c495c0c9188/1\": want that of an Application or a Network Load Balancer, such as arn:aws:"},
		{"a Gateway Load Balancer", LoadBalancer{ARN: strings.Replace(balancer, "app", "gwy", 1)},
			"want that of an Application or a Network Load Balancer"},
		{"a name with a port", LoadBalancer{ARN: balancer, ServerName: "a.example.com:443"},
			`SecureServerName is "a.example.com:443": want the host name that the listener's certificate is for, in lower ` +
				`case and without a scheme or a port, such as "orders.internal.example.com"`},
		{"a wildcard", LoadBalancer{ARN: balancer, ServerName: "*.example.com"}, `SecureServerName is "*.example.com"`},
		{"UDP beside TCP", LoadBalancer{ARN: balancer, Protocol: "TCP_UDP"}, ""},
		{"HTTPS by a name", LoadBalancer{ARN: balancer, Protocol: "HTTPS", ServerName: "a.example.com"}, ""},
		{"TLS by a name", LoadBalancer{ARN: balancer, Protocol: "TLS", ServerName: "a.example.com"}, ""},
		{"HTTPS without a name", LoadBalancer{ARN: balancer, Protocol: "HTTPS"},
			"the listener's protocol is HTTPS, and its certificate is not for the load balancer's own name"},
		{"TLS without a name", LoadBalancer{ARN: balancer, Protocol: "TLS"},
			"the listener's protocol is TLS, and its certificate is not for the load balancer's own name"},
		{"HTTP by a name", LoadBalancer{ARN: balancer, Protocol: "HTTP", ServerName: "a.example.com"},
			`SecureServerName is "a.example.com", and the listener's protocol is HTTP, which has no certificate`},
		{"an ARN that is cut off", LoadBalancer{ARN: "arn:aws:elasticloadbalancing:eu-west-1"},
			"want that of an Application or a Network Load Balancer"},
		{"a path with a query", LoadBalancer{ARN: balancer, Path: "/v1?a=1"},
			`Path is "/v1?a=1": want one that begins with a slash and has no query, such as "/v1/orders/{id}"`},
		{"two things", LoadBalancer{ARN: balancer, Path: "v1", Protocol: "QUIC"},
			"the listener's protocol is QUIC, and API Gateway sends HTTP: use a listener of HTTP, HTTPS, TCP or TLS\nPath is"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.l.Check()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}

func TestLoadBalancerPlace(t *testing.T) {
	for _, tt := range []struct{ name, arn, account, region, want string }{
		{"here", balancer, "111122223333", "eu-west-1", ""},
		{"not known", balancer, aToken, aToken, ""},
		{"of an unknown place", aToken, "111122223333", "eu-west-1", ""},
		{"another account", balancer, "999999999999", aToken, "the load balancer is in account 111122223333 and the API in " +
			"999999999999"},
		{"another region", balancer, "111122223333", "us-east-1", "the load balancer is in region eu-west-1 and the API in " +
			"us-east-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := LoadBalancer{ARN: tt.arn}.CheckPlace(tt.account, tt.region)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v does not contain %s", err, tt.want)
			}
		})
	}
}
