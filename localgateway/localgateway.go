// Package localgateway runs the REST APIs of a synthesized cloud assembly on this machine, for tests. It routes, checks
// and answers requests as Amazon API Gateway does, and runs the real Lambda functions. It needs neither an AWS account
// nor Docker.
//
//	func TestOrders(t *testing.T) {
//		api := localgateway.Start(t, "cdk.out", localgateway.Options{})
//		r, _ := http.NewRequest("GET", api.URL+"/prod/orders", nil)
//		r.Header.Set("Authorization", "Bearer "+api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}}))
//		answer, err := http.DefaultClient.Do(r)
//		// ...
//	}
//
// It reads templates and does not depend on the constructs, so it runs the assembly of any CDK app. If it cannot serve
// a route as API Gateway would, the route answers 501, and [Gateway.Problems] gives the reason with the logical ID.
// Nothing fails open.
//
// The package is for development and tests. By default it does not limit or cache requests; see [Options]. It never
// applies a stage's limit for all routes or terminates TLS, and it does not restrict what functions do on this machine.
package localgateway

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/clientcert"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// ErrNoStage is the error of [New] and [Gateway.Reload] if the assembly has no REST API with a stage, or does not have
// Options.API.
var ErrNoStage = apigateway.ErrNoStage

// ErrNotAssembly is the error of [New] and [Gateway.Reload] if a directory is not a cloud assembly.
var ErrNotAssembly = cloudassembly.ErrNotAssembly

// Options configure a [Gateway]. The zero value serves all APIs of the assembly, with a development issuer.
type Options struct {
	// API selects one of several APIs by name, or by stack and logical ID: "Shop/Api1A2B3C4D". [Gateway.Issuers] and
	// [Gateway.Problems] then leave out what concerns only others. Default: all APIs. If two have a stage of the same
	// name, [Gateway.Routes] shows where each is served.
	API string

	// Parameters are values for template parameters, by name or, for one stack, as "stack:name". Default: the defaults in
	// the templates.
	Parameters map[string]string

	// Account and Region apply to stacks that are not bound to an environment. Defaults: "123456789012" and "us-east-1".
	Account, Region string

	// Issuers selects whose tokens the authorizers accept. Default: [DevelopmentIssuers].
	Issuers IssuerMode

	// SourceIP is the source address of requests, such as "203.0.113.7", for an API whose resource policy allows only
	// certain addresses. Default: the caller's own, which is 127.0.0.1.
	SourceIP string

	// SourceVPC and SourceVPCEndpoint are the VPC and the endpoint of requests to private APIs, for resource policies that
	// check them: "vpc-0a1b2c3d4e5f60718" and "vpce-0a1b2c3d4e5f60718". SourceIP is then the address inside the VPC.
	// Default: neither, so a policy with AllowVPCEndpoints denies every request.
	SourceVPC, SourceVPCEndpoint string

	// ClientCertificate is the certificate, in PEM, that clients appear to present by mutual TLS. Tokens of a development
	// issuer that is CertificateBound are bound to it, unless a [TokenRequest] has the claim cnf. Default: no certificate,
	// so such issuers' tokens get a 401.
	ClientCertificate []byte

	// Env adds environment variables to every function. If the template sets the same variable, its value wins, unless
	// only a deployment can resolve it. AWS_ENDPOINT_URL, or the variable of one service, such as AWS_ENDPOINT_URL_SQS, is
	// also the address for integrations with AWS services. Without it, their routes answer 501.
	Env map[string]string

	// AllowNetwork lets HTTP integrations call other machines. Default: false; only integrations on this machine are
	// called, and others answer 501.
	AllowNetwork bool

	// Limits enforces usage plans and the limits of single routes, such as those of secureapi.Throttle, by the clock Now.
	// Requests above a limit get a 429. The stage's limit for all routes is never enforced. Default: false, so that tests
	// do not depend on the number and speed of their requests.
	Limits bool

	// Caches caches the answers of routes for which the stage has a cache, such as those with CacheResponse, by the clock
	// Now. Default: false, so that every request reaches its integration.
	Caches bool

	// Credentials are the AWS credentials of the functions. Default: placeholders that AWS does not accept, so that a
	// function does not act with the developer's rights.
	Credentials *Credentials

	// MaxProcesses is how many invocations of one function run at the same time, each in its own process. Further
	// invocations wait. Default: 10.
	MaxProcesses int

	// Record receives every request before the caller gets its answer, or after the end of the stream if the answer is
	// streamed. It is called concurrently. If nil, records are discarded.
	Record func(*Record)

	// Log receives every line that a function writes, except lines of JSON below the log level that LoggingConfig of the
	// template sets, which Lambda leaves out. Lines that a function writes before it answers arrive before the caller gets
	// the answer, except on Windows. It is called concurrently. If nil, lines are discarded.
	Log func(LogLine)

	// AccessLog receives the lines of the stages' access logs, in the format of the template's AccessLogSetting, as API
	// Gateway writes them: one call of Write for each request to a stage that has one, before the caller gets its answer,
	// or after the end of the stream if the answer is streamed. It is called by one request at a time. If nil, lines are
	// discarded.
	AccessLog io.Writer

	// Now is the clock for caches, tokens, signatures and limits. Default: [time.Now].
	Now func() time.Time
}

// Credentials are the AWS credentials with which a function signs its calls.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // "" for a long-term key
}

// IssuerMode selects whose tokens the assembly's authorizers accept.
type IssuerMode string

const (
	// DevelopmentIssuers replaces the keys of all issuers and user pools of the assembly with development keys.
	// [Gateway.MintToken] makes tokens, and tokens of the real issuers are rejected.
	DevelopmentIssuers IssuerMode = ""

	// ConfiguredIssuers keeps the authorizers' configured keys, which they fetch over the network. Tokens of user pools
	// are rejected, and MintToken makes no tokens.
	ConfiguredIssuers IssuerMode = "configured"
)

// Gateway serves the APIs of an assembly as an http.Handler. It is safe for concurrent use. In tests, use [Start].
type Gateway struct {
	gateway *apigateway.Gateway
	issuer  *developmentIssuer // nil with [ConfiguredIssuers]

	close func() error
}

var _ http.Handler = (*Gateway)(nil)

// New reads the cloud assembly in a directory, usually "cdk.out", and prepares its functions. A function's process
// starts with the first request for it. The functions must be built for this machine: synthesize with
// GATEHOUSE_HOST_BUILD=1.
//
// The error is [ErrNotAssembly] or [ErrNoStage], or describes a fault of the options.
func New(assembly string, o Options) (*Gateway, error) {
	g, err := newGateway(assembly, o, "")
	if err != nil {
		return nil, fmt.Errorf("localgateway: %w", err)
	}
	return g, nil
}

// clientCertificate reads the certificate that clients appear to present, or returns nil.
func (o Options) clientCertificate() (*clientcert.Certificate, error) {
	if o.ClientCertificate == nil {
		return nil, nil
	}
	c, err := clientcert.Parse(o.ClientCertificate)
	if err != nil {
		return nil, fmt.Errorf("the ClientCertificate: %w", err)
	}
	return c, nil
}

func thumbprintOf(c *clientcert.Certificate) string {
	if c == nil {
		return ""
	}
	return c.Thumbprint
}

// newGateway returns a gateway for the server at a URL, which also serves the development issuer; "" for no server.
func newGateway(assembly string, o Options, url string) (*Gateway, error) {
	g := &Gateway{}
	certificate, err := o.clientCertificate()
	if err != nil {
		return nil, err
	}
	options := apigateway.Options{
		Assembly: assembly,
		API:      o.API,
		Model: cloudassembly.Options{
			Parameters:  o.Parameters,
			Environment: o.Env,
			Account:     o.Account,
			Region:      o.Region,
		},
		Functions: lambdaruntime.Options{
			MaxProcesses: o.MaxProcesses,
			Env:          o.Env,
		},
		SourceIP:     o.SourceIP,
		AllowNetwork: o.AllowNetwork,
		Limits:       o.Limits,
		Caches:       o.Caches,
		AccessLog:    o.AccessLog,
		Now:          o.Now,

		SourceVPC:         o.SourceVPC,
		SourceVPCEndpoint: o.SourceVPCEndpoint,
		ClientCertificate: certificate,
	}
	if c := o.Credentials; c != nil {
		options.Functions.Credentials = &lambdaruntime.Credentials{
			AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
		}
	}
	if log := o.Log; log != nil {
		options.Functions.Log = func(line lambdaruntime.LogLine) { log(newLogLine(line)) }
	}
	if record := o.Record; record != nil {
		options.Record = func(r *apigateway.Record) { record(newRecord(r)) }
	}
	switch o.Issuers {
	case DevelopmentIssuers:
		if g.issuer, err = newDevelopmentIssuer(url, o.Now, thumbprintOf(certificate), g.personas); err != nil {
			return nil, err
		}
		options.Issuer = g.issuer.Provider
	case ConfiguredIssuers:
	default:
		return nil, fmt.Errorf("unsupported Issuers %q: use DevelopmentIssuers or ConfiguredIssuers", o.Issuers)
	}
	inner, err := apigateway.New(options)
	if err != nil {
		if g.issuer != nil {
			g.issuer.close()
		}
		return nil, err
	}
	g.gateway = inner
	g.close = sync.OnceValue(func() error {
		inner.Close()
		if g.issuer == nil {
			return nil
		}
		return g.issuer.close()
	})
	return g, nil
}

// ServeHTTP answers a request. The first segment of its path is the stage: "/prod/orders". The source address is
// RemoteAddr, unless Options.SourceIP is set. ServeHTTP is for requests made by hand, such as with httptest.NewRequest.
// Behind a net/http server, functions get canonicalized header names; [Start] does not have this difference.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.gateway.ServeHTTP(w, r) }

// Reload reads the assembly again and serves it. Requests in progress finish with the old one. On an error, the gateway
// continues to serve the old one.
func (g *Gateway) Reload() error {
	if err := g.gateway.Reload(); err != nil {
		return fmt.Errorf("localgateway: %w", err)
	}
	return nil
}

// Problems returns the differences from AWS, one per line and in a stable order: features that the gateway does not
// support, with their logical IDs, and missing AWS::Lambda::Permission resources, without which a route answers 500 on
// AWS too.
func (g *Gateway) Problems() []string {
	return append(g.gateway.Problems(), g.gateway.Permissions()...)
}

// Close ends the functions' processes and the requests in progress. Closing twice has no effect.
func (g *Gateway) Close() error { return g.close() }
