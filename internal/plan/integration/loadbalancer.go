package integration

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// LoadBalancer is a listener of a load balancer that an integration calls through a VPC link V2. A value that is known
// only at deployment is a text with CDK's marker of a token, to which checks do not apply.
type LoadBalancer struct {
	ARN      string // of the load balancer
	DNSName  string // of the load balancer; not used with a ServerName
	Port     string // of the listener
	Protocol string // of the listener, such as "HTTPS"; "" if it is not known

	ServerName string // the name that the listener's certificate is for; "" for HTTP
	Path       string // of requests, such as "/v1/orders/{id}"; "" for the path of the route
}

var (
	balancerARN = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(
			`^arn:[a-z0-9-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/(app|net)/[^/]+/[^/]+$`)
	})
	hostForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$`)
	pathForm = regexp.MustCompile(`^/[^?#\s]*$`)
)

// Check refuses what API Gateway does not deploy, and what would answer each request with an error.
func (l LoadBalancer) Check() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	// The CloudFormation page calls the target a listener, but API Gateway takes the ARN of the load balancer.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-private-integration.html
	if !cdktoken.Unresolved(l.ARN) && !balancerARN().MatchString(l.ARN) {
		bad("the load balancer's ARN is %q: want that of an Application or a Network Load Balancer, such as "+
			"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/orders/50dc6c495c0c9188", l.ARN)
	}
	if n := l.ServerName; n != "" && !cdktoken.Unresolved(n) && !hostForm.MatchString(n) {
		bad("SecureServerName is %q: want the host name that the listener's certificate is for, in lower case and without a "+
			"scheme or a port, such as \"orders.internal.example.com\"", n)
	}
	// The name in the URI has to be one of the certificate's: otherwise API Gateway answers 500 ("Host name ... does not
	// match the certificate subject provided"). A public certificate cannot be for a name that AWS owns.
	// Source: https://aws.amazon.com/premiumsupport/knowledge-center/api-gateway-500-error-vpc/
	switch l.Protocol {
	case "", "TCP", "TCP_UDP":
	case "HTTPS", "TLS":
		if l.ServerName == "" {
			bad("the listener's protocol is %s, and its certificate is not for the load balancer's own name, so that API "+
				"Gateway would answer each request with 500: set SecureServerName to a name that the certificate is for",
				l.Protocol)
		}
	case "HTTP":
		if l.ServerName != "" {
			bad("SecureServerName is %q, and the listener's protocol is HTTP, which has no certificate: leave it out, or use a "+
				"listener of HTTPS", l.ServerName)
		}
	default:
		bad("the listener's protocol is %s, and API Gateway sends HTTP: use a listener of HTTP, HTTPS, TCP or TLS",
			l.Protocol)
	}
	if l.Path != "" && !cdktoken.Unresolved(l.Path) && !pathForm.MatchString(l.Path) {
		bad("Path is %q: want one that begins with a slash and has no query, such as \"/v1/orders/{id}\"", l.Path)
	}
	return errors.Join(errs...)
}

// CheckPlace refuses a load balancer of another account or region than the API's, as far as they are known.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html, Considerations
func (l LoadBalancer) CheckPlace(account, region string) error {
	parts := strings.Split(l.ARN, ":")
	if cdktoken.Unresolved(l.ARN) || len(parts) < 6 {
		return nil
	}
	if of := parts[4]; of != account && !cdktoken.Unresolved(account) {
		return fmt.Errorf("the load balancer is in account %s and the API in %s, and a private integration needs the load "+
			"balancer, the VPC link and the API in one account: put the API into the load balancer's account", of, account)
	}
	if of := parts[3]; of != region && !cdktoken.Unresolved(region) {
		return fmt.Errorf("the load balancer is in region %s and the API in %s, and a VPC link leads to a VPC of the API's "+
			"region: put the API into the load balancer's region", of, region)
	}
	return nil
}

// URI returns the address of a route's requests, and the mappings of the parameters that the route and the address both
// have. The host name becomes the Host header, and the port selects the listener.
func (l LoadBalancer) URI(p route.Pattern) (uri string, mapped map[string]string) {
	path := l.Path
	if path == "" {
		path = p.Path()
	}
	mapped = map[string]string{}
	path = inBraces.ReplaceAllStringFunc(path, func(found string) string {
		if found[0] == '$' {
			return found
		}
		name := inBraces.FindStringSubmatch(found)[1]
		if hasParameter(p, name) {
			mapped["integration.request.path."+name] = "method.request.path." + name
		}
		return "{" + name + "}"
	})
	if l.ServerName != "" {
		return "https://" + l.ServerName + ":" + l.Port + path, mapped
	}
	return "http://" + l.DNSName + ":" + l.Port + path, mapped
}
