// Package localgateway runs the REST APIs of a synthesized cloud assembly on this machine, with the routing, the order
// of checks and the answers of Amazon API Gateway, and with the real Lambda functions. It needs neither an AWS account
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
// It reads the template and does not know the constructs, so it runs the assembly of any CDK app. A route that it
// cannot serve as API Gateway would answers 501, and [Gateway.Problems] says why, by logical ID; nothing fails open.
//
// It is for development and tests. It does not throttle, cache answers, write access logs or terminate TLS, and it does
// not limit what a function does on this machine.
package localgateway

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// ErrNoStage is the error of [New] and [Gateway.Reload] for an assembly without a REST API that has a stage, and for an
// [Options.API] that the assembly does not have.
var ErrNoStage = apigateway.ErrNoStage

// ErrNotAssembly is the error of [New] and [Gateway.Reload] for a folder that is not a cloud assembly.
var ErrNotAssembly = cloudassembly.ErrNotAssembly

// Options configure a [Gateway]. The zero value serves all APIs of the assembly, with a development issuer.
type Options struct {
	// API selects one of several APIs, by its name or by its stack and logical ID: "Shop/Api1A2B3C4D". Default: all
	// APIs. If two have a stage of the same name, [Gateway.Routes] says where each is served.
	API string

	// Parameters are the values of template parameters, by name or, for one stack, as "stack:name". Default: the
	// defaults of the templates.
	Parameters map[string]string

	// Account and Region are those of stacks that leave them to the deployment. Defaults: "123456789012" and
	// "us-east-1".
	Account, Region string

	// Issuers says whose tokens the authorizers accept. Default: [DevelopmentIssuers].
	Issuers IssuerMode

	// SourceIP is the address that requests come from, for an API whose resource policy allows certain addresses only:
	// "203.0.113.7". Default: the caller's own, which is 127.0.0.1.
	SourceIP string

	// SourceVPC and SourceVPCEndpoint are what requests to private APIs come through, for APIs whose resource policy asks
	// for them: "vpc-0a1b2c3d4e5f60718" and "vpce-0a1b2c3d4e5f60718". Such a request has the address SourceIP inside the
	// VPC. Default: no VPC and no endpoint, so that a policy with AllowVPCEndpoints refuses every request.
	SourceVPC, SourceVPCEndpoint string

	// Env adds environment variables to every function. A variable that the template sets has the template's value,
	// unless only a deployment can resolve it. AWS_ENDPOINT_URL and those for a service, such as AWS_ENDPOINT_URL_SQS,
	// are where integrations with AWS services are answered, too: without an endpoint their routes answer 501.
	Env map[string]string

	// AllowNetwork lets HTTP integrations call other machines. Default: false, so that only integrations whose URI is on
	// this machine are called, and others answer 501.
	AllowNetwork bool

	// Limits has requests count to the usage plans of their API keys and to the limits of routes, such as those of
	// secureapi.Throttle, by Now, and answers those over one by 429. The limit of a stage for all its routes does not
	// count. Default: false, so that tests do not depend on how many requests they make, and how fast.
	Limits bool

	// Caches keeps the answers of routes that a stage caches, such as those with CacheResponse, by Now. Default: false, so
	// that every request reaches what answers it.
	Caches bool

	// Credentials are the AWS credentials of the functions. Default: placeholders that no AWS service accepts, so that
	// a function does not act with the developer's rights.
	Credentials *Credentials

	// MaxProcesses is how many invocations of one function run at the same time, each in a process of its own. Further
	// invocations wait. Default: 10.
	MaxProcesses int

	// Record receives every request before the caller gets its answer; one whose answer is streamed when the stream has
	// ended. It is called from several goroutines at a time.
	// If nil, records are discarded.
	Record func(*Record)

	// Log receives every line that a function writes. What a function writes before it answers, Log receives before the
	// caller gets the answer, but on Windows. It is called from several goroutines at a time. If nil, lines are
	// discarded.
	Log func(LogLine)

	// Now is the clock of caches, tokens, signatures, limits and kept answers. Default: [time.Now].
	Now func() time.Time
}

// Credentials are what a function signs its calls to AWS with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // "" for a long-term key
}

// IssuerMode says whose tokens the authorizers of the assembly accept.
type IssuerMode string

const (
	// DevelopmentIssuers replaces the keys of all issuers and user pools that the assembly names by development keys:
	// [Gateway.MintToken] makes their tokens, and those of the real issuers are rejected.
	DevelopmentIssuers IssuerMode = ""

	// ConfiguredIssuers leaves authorizers with the keys that their configuration names, which they fetch over the
	// network. Tokens of user pools are rejected, and there are no tokens to mint.
	ConfiguredIssuers IssuerMode = "configured"
)

// Gateway serves the APIs of an assembly as an [http.Handler]. It is safe for concurrent use. [Start] serves one for a
// test.
type Gateway struct {
	gateway *apigateway.Gateway
	issuer  *developmentIssuer // nil with [ConfiguredIssuers]

	close func() error
}

var _ http.Handler = (*Gateway)(nil)

// New reads the cloud assembly in a folder, most often "cdk.out", and prepares its functions; a function's process
// starts with the first request for it. The functions must have been built for this host: synthesize with
// GATEHOUSE_HOST_BUILD=1.
//
// The error is [ErrNotAssembly] or [ErrNoStage], or says what is wrong with the options.
func New(assembly string, o Options) (*Gateway, error) {
	g, err := newGateway(assembly, o, "")
	if err != nil {
		return nil, fmt.Errorf("localgateway: %w", err)
	}
	return g, nil
}

// newGateway makes a gateway for a server at a URL, which serves the development issuer too; "" for no server.
func newGateway(assembly string, o Options, url string) (*Gateway, error) {
	g := &Gateway{}
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
		Now:          o.Now,

		SourceVPC:         o.SourceVPC,
		SourceVPCEndpoint: o.SourceVPCEndpoint,
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
		var err error
		if g.issuer, err = newDevelopmentIssuer(url, o.Now, g.personas); err != nil {
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

// ServeHTTP answers a request. The first segment of its path is the stage: "/prod/orders". The request comes from its
// RemoteAddr, unless [Options.SourceIP] is set. It is for requests made by hand, as by [net/http/httptest.NewRequest]:
// over a server of net/http, functions get header names in their canonical form. [Start] serves without that
// difference.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.gateway.ServeHTTP(w, r) }

// Reload reads the assembly again and serves it. Requests in progress finish with what they began with. On an error the
// old assembly is still served.
func (g *Gateway) Reload() error {
	if err := g.gateway.Reload(); err != nil {
		return fmt.Errorf("localgateway: %w", err)
	}
	return nil
}

// Problems lists what is not as on AWS, a line each, in a stable order: what the gateway does not do, with the logical
// ID, and the AWS::Lambda::Permission resources that are missing, without which a route answers 500 on AWS too.
func (g *Gateway) Problems() []string {
	return append(g.gateway.Problems(), g.gateway.Permissions()...)
}

// Close ends the processes of the functions, and with them the requests in progress. A second Close does nothing.
func (g *Gateway) Close() error { return g.close() }
